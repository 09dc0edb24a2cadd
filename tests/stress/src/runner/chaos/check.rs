//! Compares what a client reports of a stream with what the server saw.

use serde::Deserialize;
use typed_eventsource_server::chaos::{MAX_EVENTS_AT_ONCE, SeenStream};

/// What a client reports of a stream.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Report {
    pub(crate) name: String,
    /// The ids in the order in which they came. Consecutive ids are given as the first and the last of them.
    runs: Vec<(u64, u64)>,
    /// The reported gaps: the id before, the id after, and how many ids are missing.
    pub(crate) gaps: Vec<(String, String, u64)>,
    /// What the client itself has found wrong.
    faults: Vec<String>,
    pub(crate) undecoded: u64,
}

/// The result of a check.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CheckResult {
    pub(crate) events: u64,
    /// How many of the events were repeated ones.
    pub(crate) again: u64,
    /// How many ids are missing.
    pub(crate) missing: u64,
    /// In how many gaps these ids are.
    pub(crate) gaps: u64,
    pub(crate) faults: Vec<String>,
}

/// Checks that the events came in order, that each missing event is one that the server forgot, and that each gap was reported.
/// With `deduplicates` no event may come twice. Without it, an event may come again only if it is one of the few last events that
/// the server repeats.
pub(crate) fn check(
    report: &Report,
    seen: &SeenStream,
    events: u64,
    deduplicates: bool,
) -> CheckResult {
    let mut result = CheckResult {
        faults: report.faults.clone(),
        ..CheckResult::default()
    };
    let mut gaps = Vec::new();
    let (mut highest, mut before) = (0, 0);
    for &(first, last) in &report.runs {
        result.events += last - first + 1;
        if first <= highest {
            result.again += last.min(highest) - first + 1;
            if deduplicates || first + MAX_EVENTS_AT_ONCE <= before {
                result.faults.push(format!("{first} came after {before}"));
            }
        } else if first > highest + 1 {
            gaps.push((highest, first));
            result.missing += first - highest - 1;
        }
        highest = highest.max(last);
        before = last;
    }
    if highest != events {
        result
            .faults
            .push(format!("the highest id was {highest} instead of {events}"));
    }
    result.gaps = gaps.len() as u64;
    for &(after, before) in &gaps {
        if !are_forgotten(seen, after, before) {
            result.faults.push(format!(
                "the server sent what is missing between {after} and {before}"
            ));
        }
    }
    let gaps = gaps
        .iter()
        .map(|&(after, before)| (after.to_string(), before.to_string(), before - after - 1));
    let gaps: Vec<_> = gaps.collect();
    if gaps != report.gaps {
        let reported = &report.gaps;
        result.faults.push(format!(
            "the reported gaps are {reported:?} instead of {gaps:?}"
        ));
    }
    result
}

/// Whether the server has forgotten all events between these two ids.
fn are_forgotten(seen: &SeenStream, after: u64, before: u64) -> bool {
    (after + 1..before).all(|id| {
        seen.lost
            .iter()
            .any(|&(after, before)| after < id && id < before)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(runs: &[(u64, u64)], gaps: &[(&str, &str, u64)], deduplicates: bool) -> usize {
        let gaps = gaps
            .iter()
            .map(|(after, before, missed)| (after.to_string(), before.to_string(), *missed));
        let report = Report {
            runs: runs.to_vec(),
            gaps: gaps.collect(),
            ..Report::default()
        };
        let seen = SeenStream {
            lost: vec![(3, 6)],
            ..SeenStream::default()
        };
        check(&report, &seen, 10, deduplicates).faults.len()
    }

    #[test]
    fn events_in_order_and_reported_gaps_are_right() {
        assert_eq!(faults(&[(1, 10)], &[], true), 0);
        assert_eq!(faults(&[(1, 3), (6, 10)], &[("3", "6", 2)], true), 0);
        assert_eq!(faults(&[(1, 6), (4, 10)], &[], false), 0);
        assert_eq!(
            faults(&[(1, 3), (2, 2), (6, 10)], &[("3", "6", 2)], false),
            0
        );
    }

    #[test]
    fn events_that_are_repeated_missing_or_wrongly_reported_are_faults() {
        assert_eq!(faults(&[(1, 6), (4, 10)], &[], true), 1, "twice");
        assert_eq!(faults(&[(1, 9)], &[], true), 1, "the end is missing");
        assert_eq!(
            faults(&[(1, 3), (6, 10)], &[], true),
            1,
            "the gap is not reported"
        );
        assert_eq!(
            faults(&[(1, 10)], &[("3", "6", 2)], true),
            1,
            "the reported gap does not exist"
        );
        assert_eq!(
            faults(&[(1, 3), (6, 10)], &[("3", "6", 3)], true),
            1,
            "the reported number is wrong"
        );
        assert_eq!(
            faults(&[(1, 3), (7, 10)], &[("3", "7", 3)], true),
            1,
            "6 was sent"
        );
        assert_eq!(faults(&[(2, 10)], &[], true), 2, "1 was sent");
    }

    #[test]
    fn an_event_that_comes_again_from_too_far_back_is_a_fault() {
        let faults = |runs: &[(u64, u64)]| {
            let report = Report {
                runs: runs.to_vec(),
                ..Report::default()
            };
            check(&report, &SeenStream::default(), 100, false).faults
        };
        assert_eq!(faults(&[(1, 20), (1, 100)]), ["1 came after 20"]);
        assert_eq!(faults(&[(1, 20), (14, 100)]), ["14 came after 20"]);
        assert!(faults(&[(1, 20), (15, 100)]).is_empty());
        assert!(faults(&[(1, 20), (15, 17), (12, 100)]).is_empty());
    }

    #[test]
    fn events_repetitions_and_missing_ids_are_counted() {
        let report = Report {
            runs: vec![(1, 5), (4, 6), (8, 10)],
            ..Report::default()
        };
        let result = check(&report, &SeenStream::default(), 10, false);
        assert_eq!((result.events, result.again, result.missing), (11, 2, 1));
    }
}
