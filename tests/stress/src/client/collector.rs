//! Collects the numbered events and the gaps that a client hears, and checks each of them.

use serde::Serialize;

/// The letters of the events' texts.
const LETTERS: [&str; 8] = ["a", "Z", "é", "ß", "中", "€", "🦀", "😀"];

/// The collector, and the report that the runner gets.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Collector {
    /// The ids in the order in which they came. Consecutive ids are given as the first and the last of them.
    runs: Vec<(u64, u64)>,
    /// The reported gaps: the id before, the id after, and how many ids are missing.
    gaps: Vec<(String, String, u64)>,
    /// What is wrong.
    faults: Vec<String>,
    /// How many events did not decode, as expected.
    pub(crate) undecoded: u64,
    /// The id of the event that has to follow the last gap.
    #[serde(skip)]
    expected_id: Option<String>,
}

impl Collector {
    pub(crate) fn add_gap(&mut self, after: &str, before: &str, missed: u64) {
        self.check_expected(before);
        self.expected_id = Some(before.to_owned());
        self.gaps
            .push((after.to_owned(), before.to_owned(), missed));
    }

    pub(crate) fn add_event(&mut self, name: &str, id: &str, n: u64, text: &str) {
        self.check_expected(id);
        if id != n.to_string() {
            self.add_fault(format!("the event with the id {id:?} is number {n}"));
        }
        if (name == "tick") != n.is_multiple_of(2) {
            self.add_fault(format!("event {n} is named {name}"));
        }
        if text != text_of(n) {
            self.add_fault(format!("event {n} says {text:?}"));
        }
        match self.runs.last_mut() {
            Some((_, last)) if *last + 1 == n => *last = n,
            _ => self.runs.push((n, n)),
        }
    }

    pub(crate) fn add_fault(&mut self, fault: String) {
        self.faults.push(fault);
    }

    fn check_expected(&mut self, id: &str) {
        if let Some(expected) = self.expected_id.take()
            && expected != id
        {
            self.add_fault(format!(
                "a gap before {expected:?} was reported, but {id:?} came"
            ));
        }
    }
}

fn text_of(n: u64) -> String {
    let letters = LETTERS.len() as u64;
    let letter = |index| LETTERS[((n * 31 + index * 7) % letters) as usize];
    (0..n % 40).map(letter).collect()
}
