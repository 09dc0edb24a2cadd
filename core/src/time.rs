//! Moments and spans of time.

use core::{
    fmt,
    ops::{Add, Sub},
    time::Duration,
};

/// A span of time, in whole nanoseconds: at most 584 years.
///
/// It is half as wide as a [`Duration`] and made of one number, which weighs less in wasm.
///
/// ```
/// use core::time::Duration;
/// use typed_eventsource_core::Span;
///
/// let span = Span::from(Duration::from_secs(5));
/// assert_eq!(span, Span::from_secs(5));
/// assert_eq!(Duration::from(span), Duration::from_secs(5));
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    nanoseconds: u64,
}

impl Span {
    /// No time.
    pub const ZERO: Self = Self::from_nanos(0);

    /// The longest span. Anything longer counts as this.
    pub const MAX: Self = Self::from_nanos(u64::MAX);

    /// A span of this many nanoseconds.
    pub const fn from_nanos(nanoseconds: u64) -> Self {
        Self { nanoseconds }
    }

    /// A span of this many milliseconds.
    pub const fn from_millis(milliseconds: u64) -> Self {
        Self::from_units(milliseconds, 1_000_000)
    }

    /// A span of this many seconds.
    pub const fn from_secs(seconds: u64) -> Self {
        Self::from_units(seconds, 1_000_000_000)
    }

    /// Not a checked multiplication: in wasm that takes 128 bits.
    const fn from_units(count: u64, nanoseconds: u64) -> Self {
        if count > u64::MAX / nanoseconds {
            return Self::MAX;
        }
        Self::from_nanos(count * nanoseconds)
    }

    /// A span of this many milliseconds, in whole nanoseconds. Negative numbers and NaN count as zero.
    pub const fn from_millis_f64(milliseconds: f64) -> Self {
        // The cast saturates.
        Self::from_nanos((milliseconds * 1e6 + 0.5) as u64)
    }

    /// The span in nanoseconds.
    pub const fn as_nanos(self) -> u64 {
        self.nanoseconds
    }

    /// The span in milliseconds.
    pub const fn as_millis_f64(self) -> f64 {
        self.nanoseconds as f64 / 1e6
    }
}

/// The sum is at most the longest span.
impl Add for Span {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self::from_nanos(self.nanoseconds.saturating_add(other.nanoseconds))
    }
}

/// The difference is zero if the other span is longer.
impl Sub for Span {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self::from_nanos(self.nanoseconds.saturating_sub(other.nanoseconds))
    }
}

impl From<Duration> for Span {
    fn from(duration: Duration) -> Self {
        let seconds = Self::from_secs(duration.as_secs());
        seconds + Self::from_nanos(duration.subsec_nanos().into())
    }
}

impl From<Span> for Duration {
    fn from(span: Span) -> Self {
        Self::from_nanos(span.nanoseconds)
    }
}

/// Writes a span as the `Debug` of a [`Duration`] does: `1.5s`, `250ms`. That can also round and pad, and takes a
/// kilobyte of wasm.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut one, unit) = match self.nanoseconds {
            1_000_000_000.. => (1_000_000_000, "s"),
            1_000_000.. => (1_000_000, "ms"),
            1_000.. => (1_000, "µs"),
            _ => (1, "ns"),
        };
        write!(f, "{}", self.nanoseconds / one)?;
        let mut rest = self.nanoseconds % one;
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

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A moment on the body's clock: the time since an origin that is the same for all moments.
///
/// The clock must never go back. If it seems to, the span between the two moments counts as zero.
///
/// ```
/// use typed_eventsource_core::{Span, Timestamp};
///
/// let start = Timestamp::from_origin(Span::from_secs(5));
/// let later = start + Span::from_secs(2);
/// assert_eq!(later.since(start), Span::from_secs(2));
/// assert_eq!(start.since(later), Span::ZERO);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp {
    since_origin: Span,
}

impl Timestamp {
    /// The moment this long after the origin of the body's clock.
    pub const fn from_origin(since_origin: Span) -> Self {
        Self { since_origin }
    }

    /// How long after the origin of the body's clock this is.
    pub const fn since_origin(self) -> Span {
        self.since_origin
    }

    /// How long after an earlier moment this is; zero if that is not earlier.
    pub fn since(self, earlier: Self) -> Span {
        self.since_origin - earlier.since_origin
    }
}

/// The sum is at most the latest moment.
impl Add<Span> for Timestamp {
    type Output = Self;

    fn add(self, span: Span) -> Self {
        Self::from_origin(self.since_origin + span)
    }
}

/// When something happened, and a random number for the decisions that follow.
#[derive(Clone, Copy, Debug)]
pub struct At {
    /// The moment.
    pub now: Timestamp,
    /// A random number from 0 (included) to 1 (excluded), drawn for this input.
    pub random: f64,
}

#[cfg(test)]
mod tests {
    use std::{format, string::ToString};

    use super::*;

    #[test]
    fn a_span_is_written_as_a_duration_is() {
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
            let duration = Duration::from_nanos(nanoseconds);
            assert_eq!(Span::from(duration).to_string(), format!("{duration:?}"));
        }
    }

    #[test]
    fn a_span_that_would_be_too_long_is_the_longest() {
        let nanosecond = Duration::from_nanos(1);
        let longest = Duration::from(Span::MAX);
        assert_eq!(longest, Duration::from_nanos(u64::MAX));
        assert_eq!(
            Duration::from(Span::from(longest - nanosecond)),
            longest - nanosecond
        );
        for longer in [longest + nanosecond, Duration::MAX] {
            assert_eq!(Span::from(longer), Span::MAX);
        }
        assert_eq!(Span::from_millis_f64(f64::INFINITY), Span::MAX);
        assert_eq!(Span::MAX + Span::from_nanos(1), Span::MAX);
    }

    #[test]
    fn a_span_of_negative_or_nan_milliseconds_is_zero() {
        for milliseconds in [-1.0, f64::NEG_INFINITY, f64::NAN, 0.0] {
            assert_eq!(Span::from_millis_f64(milliseconds), Span::ZERO);
        }
    }

    #[test]
    fn milliseconds_come_back_as_they_went_in() {
        for milliseconds in [0.0, 0.1, 1.5, 16.7, 86_400_000.000_001] {
            assert_eq!(
                Span::from_millis_f64(milliseconds).as_millis_f64(),
                milliseconds
            );
        }
    }
}
