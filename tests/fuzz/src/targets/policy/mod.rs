//! Any policy, and whatever may happen to a source at any time: the session beside plainer bookkeeping of what it promises.

mod life;
mod network;
mod promises;
mod space;
mod subscriber;

use arbitrary::{Arbitrary, Unstructured};

use life::Life;
use space::Settings;
use subscriber::Subscriber;

pub fn check(input: &[u8]) {
    let mut bytes = Unstructured::new(input);
    let Ok(settings) = bytes.arbitrary::<Settings>() else {
        return;
    };
    if settings.is_subscriber {
        let mut subscriber = Subscriber::new(settings);
        each(bytes, |turn| subscriber.go_on(turn));
    } else {
        let mut life = Life::new(settings);
        each(bytes, |happening| life.go_on(happening));
    }
}

/// As many as the bytes make.
fn each<'a, T: Arbitrary<'a>>(mut bytes: Unstructured<'a>, mut go_on: impl FnMut(T)) {
    while let (false, Ok(next)) = (bytes.is_empty(), bytes.arbitrary()) {
        go_on(next);
    }
}
