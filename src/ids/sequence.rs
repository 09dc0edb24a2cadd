//! Ids that count events.

use super::Gap;

/// How far the ids of a source go, where they are decimal integers.
#[derive(Debug)]
pub(super) struct Sequence {
    highest: Option<Highest>,
    /// No event has gone further since the connection was made.
    is_anew: bool,
}

#[derive(Debug)]
struct Highest {
    number: u64,
    id: String,
}

impl Sequence {
    pub(super) fn new(start: &str) -> Self {
        let highest = number(start).map(|number| Highest {
            number,
            id: start.to_owned(),
        });
        Self {
            highest,
            is_anew: false,
        }
    }

    pub(super) fn connected(&mut self) {
        self.is_anew = true;
    }

    /// The next id, which may be any. Within a connection the server knows what it leaves out.
    pub(super) fn go_on(&mut self, id: &str) -> Option<Gap> {
        let number = number(id)?;
        let Some(highest) = &mut self.highest else {
            *self = Self::new(id);
            return None;
        };
        let missed = number.checked_sub(highest.number)?.checked_sub(1)?;
        let is_gap = std::mem::take(&mut self.is_anew) && missed > 0;
        let gap = is_gap.then(|| Gap {
            after: highest.id.clone(),
            before: id.to_owned(),
            missed,
        });
        highest.number = number;
        highest.id.clear();
        highest.id.push_str(id);
        gap
    }
}

/// The number that an id is: digits, and no sign.
fn number(id: &str) -> Option<u64> {
    let is_digits = id.bytes().all(|byte| byte.is_ascii_digit());
    is_digits.then(|| id.parse().ok())?
}
