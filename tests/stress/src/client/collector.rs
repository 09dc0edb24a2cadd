//! What a client is told of a stream's numbered events, and whether that is right in itself.

use serde::Serialize;

/// What the texts of events are made of.
const LETTERS: [&str; 8] = ["a", "Z", "é", "ß", "中", "€", "🦀", "😀"];

#[derive(Debug, Default, Serialize)]
pub(crate) struct Collector {
    /// The ids as they came; those that follow one another as the first and the last of them.
    runs: Vec<(u64, u64)>,
    /// The gaps that were told: the id before, the id after, how many are missing.
    gaps: Vec<(String, String, u64)>,
    /// What is not as it ought to be.
    faults: Vec<String>,
    /// How many events did not decode, and ought not to.
    pub(crate) undecoded: u64,
    /// The event that has to come now, since a gap was told before it.
    #[serde(skip)]
    expected: Option<String>,
}

impl Collector {
    pub(crate) fn gap(&mut self, after: &str, before: &str, missed: u64) {
        self.not_expected(before);
        self.expected = Some(before.to_owned());
        self.gaps
            .push((after.to_owned(), before.to_owned(), missed));
    }

    pub(crate) fn event(&mut self, name: &str, id: &str, n: u64, text: &str) {
        self.not_expected(id);
        if id != n.to_string() {
            self.fault(format!("the event with the id {id:?} is number {n}"));
        }
        if (name == "tick") != n.is_multiple_of(2) {
            self.fault(format!("event {n} is named {name}"));
        }
        if text != text_of(n) {
            self.fault(format!("event {n} says {text:?}"));
        }
        match self.runs.last_mut() {
            Some((_, last)) if *last + 1 == n => *last = n,
            _ => self.runs.push((n, n)),
        }
    }

    pub(crate) fn fault(&mut self, fault: String) {
        self.faults.push(fault);
    }

    fn not_expected(&mut self, id: &str) {
        if let Some(expected) = self.expected.take()
            && expected != id
        {
            self.fault(format!(
                "a gap was told before {expected:?}, and {id:?} came"
            ));
        }
    }
}

fn text_of(n: u64) -> String {
    let letters = LETTERS.len() as u64;
    let letter = |index| LETTERS[((n * 31 + index * 7) % letters) as usize];
    (0..n % 40).map(letter).collect()
}
