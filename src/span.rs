//! Spans of time, as texts.

use std::{fmt, time::Duration};

/// What `{:?}` writes of a span: `1.5s`, `250ms`. `Debug` can round and pad besides, and weighs a kilobyte in wasm.
pub(crate) struct Span(pub(crate) Duration);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, nanoseconds) = (self.0.as_secs(), self.0.subsec_nanos());
        let (mut one, unit) = match nanoseconds {
            _ if seconds > 0 => (1_000_000_000, "s"),
            1_000_000.. => (1_000_000, "ms"),
            1_000.. => (1_000, "µs"),
            _ => (1, "ns"),
        };
        write!(f, "{}", seconds.max((nanoseconds / one).into()))?;
        let mut rest = nanoseconds % one;
        if rest > 0 {
            f.write_str(".")?;
        }
        while rest > 0 {
            one /= 10;
            write!(f, "{}", rest / one)?;
            rest %= one;
        }
        f.write_str(unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_written_as_debug_writes_it() {
        for nanoseconds in [
            0,
            1,
            999,
            1_000,
            1_050,
            999_999,
            1_000_000,
            250_000_000,
            1_000_001,
            999_999_999,
            1_000_000_000,
            1_500_000_000,
            30_000_000_000,
            3_600_000_000_001,
            u64::MAX,
        ] {
            let time = Duration::from_nanos(nanoseconds);
            assert_eq!(Span(time).to_string(), format!("{time:?}"));
        }
    }
}
