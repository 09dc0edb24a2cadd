//! Compares the session with a simpler model of its promises, for any policy and any happenings. Bytes describe both: random
//! ones in these tests, and those of a fuzzer in `tests/fuzz`.

mod life;
mod network;
mod promises;
mod sharer;
pub(super) mod space;

use arbitrary::{Arbitrary, Unstructured};

use life::Life;
use sharer::Sharer;
use space::{Happening, Settings};

/// Panics if the source that the bytes describe breaks a promise. `adapt` changes its settings before. The bytes are read as
/// happenings of type `T`, or as turns if the settings are those of a sharer.
pub(super) fn check<'a, T: Arbitrary<'a> + Into<Happening>>(
    input: &'a [u8],
    adapt: fn(Settings) -> Settings,
) {
    let mut bytes = Unstructured::new(input);
    let Ok(settings) = bytes.arbitrary().map(adapt) else {
        return;
    };
    if settings.is_sharer {
        let mut sharer = Sharer::new(settings);
        for_each_value(bytes, |turn| sharer.go_on(turn));
    } else {
        let mut life = Life::new(settings);
        for_each_value(bytes, |happening: T| life.go_on(happening.into()));
    }
}

/// Calls `go_on` with each value that the bytes describe.
fn for_each_value<'a, T: Arbitrary<'a>>(mut bytes: Unstructured<'a>, mut go_on: impl FnMut(T)) {
    while let (false, Ok(next)) = (bytes.is_empty(), bytes.arbitrary()) {
        go_on(next);
    }
}
