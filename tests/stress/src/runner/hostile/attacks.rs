//! What should happen to a client in an attack at full size.

use std::time::Duration;

use typed_eventsource_server::{
    attacks::{Attack, Sizes},
    script::Script,
};

use super::AttackReport;
use crate::runner::stage::Contender;

/// The longest time between two turns of the page's event loop on a busy machine, in milliseconds.
const LONGEST_TURN: f64 = 1000.0;
/// The longest time between two turns if `JSON.parse` has to parse the largest event, in milliseconds.
const LONGEST_PARSE: f64 = 30_000.0;
/// By how many pages the wasm memory may grow: an event may have 16 MiB, in a buffer that grows by doubling.
const MAX_GROWTH: f64 = 2048.0;
/// How long the page watches an attack whose outcome is `not-closed`, in milliseconds.
const WAIT: u64 = 5000;

/// Whether an attack is played against a contender. Only the client in Rust inflates gzip, and it does so only over `fetch`: the
/// browser's own source would hold too much data.
pub(super) fn is_played_against(attack: &Attack, contender: Contender) -> bool {
    let Contender { transport, client } = contender;
    attack.parse != "gzip" || (transport, client) == ("fetch", "rust")
}

pub(super) fn script(attack: &Attack, transport: &str) -> Script {
    attack.script(match transport {
        "fetch" => Sizes::FULL,
        _ => Sizes::BOUNDED,
    })
}

/// How long the page waits for the outcome, in milliseconds.
pub(super) fn wait(attack: &Attack) -> u64 {
    match attack.outcome {
        "not-closed" => WAIT,
        _ => attack.wait,
    }
}

/// How long the runner waits for the page's answer.
pub(super) fn patience(attack: &Attack) -> Duration {
    Duration::from_millis(wait(attack)) + Duration::from_secs(60)
}

/// The faults of a client. Of a browser's own source only the requests are checked.
pub(super) fn faults(
    attack: &Attack,
    transport: &str,
    report: &AttackReport,
    requests: usize,
) -> Vec<String> {
    let mut faults = Vec::new();
    if requests > attack.requests {
        let most = attack.requests;
        faults.push(format!(
            "{requests} requests in a second are more than {most}"
        ));
    }
    if transport != "fetch" {
        return faults;
    }
    if (&*report.outcome, &*report.error) != (attack.outcome, attack.error) {
        let Attack { outcome, error, .. } = attack;
        faults.push(format!(
            "{}, not {outcome}: {error}",
            super::outcome(report)
        ));
    }
    if report.heard < attack.heard.into() {
        let (heard, least) = (report.heard, attack.heard);
        faults.push(format!("{heard} events are less than {least}"));
    }
    let longest = match attack.parse {
        "json" => LONGEST_PARSE,
        _ => LONGEST_TURN,
    };
    if report.longest > longest {
        faults.push(format!("the page waited for {:.0} ms", report.longest));
    }
    if report.pages > MAX_GROWTH {
        faults.push(format!("the memory has grown by {} pages", report.pages));
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_that_hears_too_few_events_is_at_fault() {
        let attack = Attack::named("flood-events").expect("an attack");
        let faults = |heard| {
            let report = AttackReport {
                outcome: "not-closed".into(),
                heard,
                ..AttackReport::default()
            };
            faults(&attack, "fetch", &report, 1)
        };
        assert_eq!(faults(1), ["1 events are less than 10000"]);
        assert!(faults(10_000).is_empty());
    }
}
