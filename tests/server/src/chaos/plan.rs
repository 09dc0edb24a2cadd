//! The plan of an attempt: what its request gets.

use axum::http::StatusCode;
use fastrand::Rng;

use super::Ending;

/// The most bytes of a long body: room for some twenty events.
const LONG_BODY: usize = 2500;
/// The most bytes of a short body: room for three events.
const SHORT_BODY: usize = 400;
/// The most events that are sent again, or forgotten, at once.
pub const MAX_EVENTS_AT_ONCE: u64 = 6;

/// The kind of an answer. A status may have a `Retry-After` in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Events,
    Status(StatusCode, Option<u16>),
    Redirect(StatusCode),
    Reset,
    Stall,
}

/// What an attempt gets. The same seed, stream and number give the same plan.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) answer: Answer,
    /// How many of the events that the client has are sent again.
    pub(super) repeats: u64,
    /// How many of the events that the client does not have are forgotten, if the request allows it.
    pub(super) forgets: u64,
    /// The byte of the body at which it is cut off.
    pub(super) cut: usize,
    pub(super) ending: Ending,
    /// Chooses the garbage and the chunks.
    pub(super) dice: Rng,
}

impl Plan {
    pub(super) fn new(seed: u64, stream: &str, attempt: u64) -> Self {
        let mut dice = Rng::with_seed(hash(seed, stream, attempt));
        Self {
            answer: choose_answer(&mut dice),
            repeats: count_or_none(&mut dice, 0.5),
            forgets: count_or_none(&mut dice, 0.25),
            cut: {
                let most = if dice.bool() { LONG_BODY } else { SHORT_BODY };
                dice.usize(0..most)
            },
            ending: match dice.u8(0..100) {
                0..35 => Ending::End,
                35..60 => Ending::Abort,
                60..96 => Ending::Reset,
                _ => Ending::Stall,
            },
            dice,
        }
    }
}

fn choose_answer(dice: &mut Rng) -> Answer {
    match dice.u8(0..100) {
        0..3 => Answer::Status(StatusCode::INTERNAL_SERVER_ERROR, None),
        3..6 => Answer::Status(StatusCode::SERVICE_UNAVAILABLE, Some(dice.u16(0..2))),
        6..8 => Answer::Status(StatusCode::TOO_MANY_REQUESTS, Some(dice.u16(0..2))),
        8..13 => Answer::Redirect(choose_redirect(dice)),
        13..17 => Answer::Reset,
        17 => Answer::Stall,
        _ => Answer::Events,
    }
}

fn choose_redirect(dice: &mut Rng) -> StatusCode {
    [
        StatusCode::MOVED_PERMANENTLY,
        StatusCode::FOUND,
        StatusCode::SEE_OTHER,
        StatusCode::TEMPORARY_REDIRECT,
        StatusCode::PERMANENT_REDIRECT,
    ][dice.usize(0..5)]
}

/// With this probability a number from 1 to [`MAX_EVENTS_AT_ONCE`], else 0.
fn count_or_none(dice: &mut Rng, probability: f64) -> u64 {
    if dice.f64() < probability {
        dice.u64(1..=MAX_EVENTS_AT_ONCE)
    } else {
        0
    }
}

/// The FNV-1a hash. The standard library's hash may change with a version of Rust, and so would the plan of a seed.
fn hash(seed: u64, stream: &str, attempt: u64) -> u64 {
    let numbers = [seed, attempt].map(u64::to_le_bytes);
    let bytes = numbers.as_flattened().iter().chain(stream.as_bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn plans(seed: u64, stream: &str) -> Vec<String> {
        let plans = (1..=1000).map(|attempt| Plan::new(seed, stream, attempt));
        plans.map(|plan| format!("{plan:?}")).collect()
    }

    #[test]
    fn the_seed_the_stream_and_the_attempt_decide_the_plan() {
        assert_eq!(plans(7, "a"), plans(7, "a"));
        let mut all = HashSet::new();
        for (seed, stream) in [(7, "a"), (8, "a"), (7, "b")] {
            all.extend(plans(seed, stream));
        }
        assert_eq!(all.len(), 3000);
    }

    #[test]
    fn every_kind_of_plan_occurs() {
        let plans: Vec<_> = (1..=1000)
            .map(|attempt| Plan::new(7, "a", attempt))
            .collect();
        let wanted: [fn(&Plan) -> bool; 13] = [
            |plan| plan.answer == Answer::Reset,
            |plan| plan.answer == Answer::Stall,
            |plan| matches!(plan.answer, Answer::Status(status, _) if status == 500),
            |plan| matches!(plan.answer, Answer::Status(status, Some(_)) if status == 503),
            |plan| matches!(plan.answer, Answer::Status(status, Some(1)) if status == 429),
            |plan| matches!(plan.answer, Answer::Redirect(status) if status == 308),
            |plan| plan.ending == Ending::End,
            |plan| plan.ending == Ending::Abort,
            |plan| plan.ending == Ending::Reset,
            |plan| plan.ending == Ending::Stall,
            |plan| plan.repeats == MAX_EVENTS_AT_ONCE,
            |plan| plan.forgets == MAX_EVENTS_AT_ONCE,
            |plan| plan.repeats == 0 && plan.forgets == 0,
        ];
        for (number, wanted) in wanted.into_iter().enumerate() {
            assert!(plans.iter().any(wanted), "{number}");
        }
    }
}
