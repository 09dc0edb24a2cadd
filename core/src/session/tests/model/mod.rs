//! Any policy, and anything that may happen to a source at any time: the session is compared with a simpler model of
//! its promises. The bytes are random here, and chosen by a fuzzer in `tests/fuzz`.

mod life;
mod network;
mod promises;
pub(super) mod space;
mod subscriber;

use arbitrary::{Arbitrary, Unstructured};

use life::Life;
use space::{Happening, Settings};
use subscriber::Subscriber;

/// Panics if the source that these bytes describe, with its settings adapted, breaks a promise.
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

/// Runs each value that the bytes describe.
fn each<'a, T: Arbitrary<'a>>(mut bytes: Unstructured<'a>, mut go_on: impl FnMut(T)) {
    while let (false, Ok(next)) = (bytes.is_empty(), bytes.arbitrary()) {
        go_on(next);
    }
}
