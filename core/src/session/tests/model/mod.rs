//! Any policy, and whatever may happen to a source at any time: the session beside plainer bookkeeping of what it promises.
//! The bytes are dice here, and a fuzzer's choice in `tests/fuzz`.

mod life;
mod network;
mod promises;
pub(super) mod space;
mod subscriber;

use arbitrary::{Arbitrary, Unstructured};

use life::Life;
use space::{Happening, Settings};
use subscriber::Subscriber;

/// Panics where the source that these bytes make, with its settings adapted, does not keep a promise.
pub(super) fn check<'a, T: Arbitrary<'a> + Into<Happening>>(
    input: &'a [u8],
    adapt: fn(Settings) -> Settings,
) {
    let mut bytes = Unstructured::new(input);
    let Ok(settings) = bytes.arbitrary().map(adapt) else {
        return;
    };
    if settings.is_subscriber {
        let mut subscriber = Subscriber::new(settings);
        each(bytes, |turn| subscriber.go_on(turn));
    } else {
        let mut life = Life::new(settings);
        each(bytes, |happening: T| life.go_on(happening.into()));
    }
}

/// As many as the bytes make.
fn each<'a, T: Arbitrary<'a>>(mut bytes: Unstructured<'a>, mut go_on: impl FnMut(T)) {
    while let (false, Ok(next)) = (bytes.is_empty(), bytes.arbitrary()) {
        go_on(next);
    }
}
