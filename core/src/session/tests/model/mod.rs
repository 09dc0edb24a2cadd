//! Compares the session with a simpler model of its promises, for any policy and any happenings. Bytes describe both: random
//! ones in these tests, and those of a fuzzer in `tests/fuzz`.

mod lifecycle;
mod network;
mod promises;
mod sharer;
mod source;
pub(super) mod space;

use arbitrary::{Arbitrary, Unstructured};

use sharer::Sharer;
use source::Source;
use space::{Happening, Settings};

/// Panics if the source that the bytes describe breaks a promise. The first bytes are its settings, which `adapt` may change. The
/// others are happenings: of type `T`, or `SharerHappening`s if the settings are those of a sharer.
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
        for_each_value(bytes, |happening| sharer.play(happening));
    } else {
        let mut source = Source::new(settings);
        for_each_value(bytes, |happening: T| source.play(happening.into()));
    }
}

/// Calls `use_value` with each value that the bytes describe.
fn for_each_value<'a, T: Arbitrary<'a>>(mut bytes: Unstructured<'a>, mut use_value: impl FnMut(T)) {
    while let (false, Ok(next)) = (bytes.is_empty(), bytes.arbitrary()) {
        use_value(next);
    }
}
