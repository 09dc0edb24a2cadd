//! What a line says.

use core::time::Duration;

/// A line without its end, told by how it starts.
pub(super) enum Line<'a> {
    Blank,
    Comment,
    Data(&'a [u8]),
    Event(&'a [u8]),
    Id(&'a [u8]),
    Retry(Duration),
    /// A field that the standard does not know, or whose value it does not take.
    Ignored,
}

impl<'a> Line<'a> {
    pub(super) fn of(line: &'a [u8]) -> Self {
        let line = match line {
            [] => Some(Self::Blank),
            [b':', ..] => Some(Self::Comment),
            [b'd', b'a', b't', b'a', rest @ ..] => value(rest).map(Self::Data),
            [b'i', b'd', rest @ ..] => value(rest).filter(|id| !id.contains(&0)).map(Self::Id),
            [b'e', b'v', b'e', b'n', b't', rest @ ..] => value(rest).map(Self::Event),
            [b'r', b'e', b't', b'r', b'y', rest @ ..] => {
                value(rest).and_then(milliseconds).map(Self::Retry)
            }
            _ => None,
        };
        line.unwrap_or(Self::Ignored)
    }
}

/// The value behind a field's name: without the colon and one space, empty where there is no colon. `None` where the
/// name goes on.
fn value(after_name: &[u8]) -> Option<&[u8]> {
    match after_name {
        [] => Some(after_name),
        [b':', b' ', value @ ..] | [b':', value @ ..] => Some(value),
        _ => None,
    }
}

/// ASCII digits, as the browsers read them: at least one, and the longest time there is for a number beyond it.
fn milliseconds(value: &[u8]) -> Option<Duration> {
    if value.is_empty() || !value.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = value.iter().fold(0u64, |number, digit| {
        number
            .saturating_mul(10)
            .saturating_add((digit - b'0').into())
    });
    Some(Duration::from_millis(number))
}
