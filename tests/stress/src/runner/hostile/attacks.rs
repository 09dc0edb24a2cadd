//! What is to become of an attack at full size.

use std::time::Duration;

use typed_eventsource_server::{
    attacks::{Attack, Sizes},
    script::Script,
};

use super::Told;
use crate::runner::stage::Contender;

/// The longest that a page may have to wait for its turn, in milliseconds, on a machine that has much else to do.
const LONGEST: f64 = 1000.0;
/// The same where it is `JSON.parse` that takes so long, over as much as an event may have.
const LONGEST_PARSE: f64 = 30_000.0;
/// By how much the memory of wasm may grow, in pages: an event may take 16 MiB, in a buffer that grows by doubling.
const PAGES: f64 = 2048.0;
/// For how long the page looks at what goes on, in milliseconds.
const LOOK: u64 = 5000;

/// Bytes in gzip are for the client in Rust alone, and too many for a browser's own source.
pub(super) fn concerns(attack: &Attack, contender: Contender) -> bool {
    let Contender { transport, client } = contender;
    attack.parse != "gzip" || (transport, client) == ("fetch", "rust")
}

pub(super) fn script(attack: &Attack, transport: &str) -> Script {
    attack.script(match transport {
        "fetch" => Sizes::FULL,
        _ => Sizes::BOUNDED,
    })
}

/// For how long to look at most, in milliseconds.
pub(super) fn look(attack: &Attack) -> u64 {
    match attack.outcome {
        "on" => LOOK,
        _ => attack.look,
    }
}

pub(super) fn patience(attack: &Attack) -> Duration {
    Duration::from_millis(look(attack)) + Duration::from_secs(60)
}

/// What is not as it ought to be. What a browser's own source does is its own affair, but for the requests.
pub(super) fn faults(
    attack: &Attack,
    transport: &str,
    told: &Told,
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
    if (&*told.outcome, &*told.error) != (attack.outcome, attack.error) {
        let Attack { outcome, error, .. } = attack;
        faults.push(format!("{}, not {outcome}: {error}", super::outcome(told)));
    }
    if told.heard < attack.heard.into() {
        let (heard, least) = (told.heard, attack.heard);
        faults.push(format!("{heard} events are less than {least}"));
    }
    let longest = match attack.parse {
        "json" => LONGEST_PARSE,
        _ => LONGEST,
    };
    if told.longest > longest {
        faults.push(format!("the page waited for {:.0} ms", told.longest));
    }
    if told.pages > PAGES {
        faults.push(format!("the memory has grown by {} pages", told.pages));
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_hears_too_little_is_at_fault() {
        let attack = Attack::named("flood-events").expect("an attack");
        let faults = |heard| {
            let told = Told {
                outcome: "on".into(),
                heard,
                ..Told::default()
            };
            faults(&attack, "fetch", &told, 1)
        };
        assert_eq!(faults(1), ["1 events are less than 10000"]);
        assert!(faults(10_000).is_empty());
    }
}
