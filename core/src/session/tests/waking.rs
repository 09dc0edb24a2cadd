//! Sleep, and networks that come back.

use super::*;
use crate::session::timers::GRACE;

const LONG: Span = seconds(3600);

/// The machine sleeps, and its timer is late by as long.
fn sleep(bench: &mut Bench, by: Span) -> Outcome {
    bench.advance(by).timeout_late_by(by)
}

#[test]
fn a_source_that_wakes_from_a_long_sleep_reopens_at_once() {
    let mut bench = Bench::new(Policy::resilient());
    let expected = Outcome::Reopen {
        failure: Failure::Suspended,
        after: Span::ZERO,
    };
    assert_eq!(sleep(bench.open(), LONG), expected);
    assert_eq!(bench.timeout(), Outcome::Connect);
}

#[test]
fn a_session_looks_for_a_sleep_while_nothing_else_is_due() {
    let timeout_of = |policy| Bench::new(policy).open().next_timeout();
    assert!(timeout_of(Policy::resilient()).is_some());
    assert_eq!(timeout_of(Policy::browser()), None);
}

#[test]
fn a_late_timer_of_a_hidden_page_is_no_sleep() {
    let mut bench = Bench::new(Policy::resilient());
    assert_eq!(sleep(bench.open(), seconds(60)), Outcome::Nothing);
}

#[test]
fn a_sleep_changes_nothing_unless_the_policy_says_so() {
    let mut bench = Bench::new(Policy::browser());
    assert_eq!(sleep(bench.open(), LONG), Outcome::Nothing);
}

/// The clock of a page whose timers fire only at full minutes.
fn next_minute(bench: &mut Bench) -> Outcome {
    let due = bench.next_timeout().expect("a deadline");
    let now = seconds((due.as_nanos() / 1_000_000_000).div_ceil(60) * 60);
    bench.now = Timestamp::from_origin(now);
    bench.timeout_late_by(now - due)
}

const IDLE: Failure = Failure::Idle;

/// Closes after 45 seconds of silence.
fn impatient() -> Policy {
    closing_when_idle_for(seconds(45))
}

#[test]
fn data_that_arrived_before_a_late_timer_gets_a_moment_to_be_read() {
    let mut bench = Bench::new(impatient());
    assert_eq!(sleep(bench.open(), LONG), Outcome::Nothing);
    assert_eq!(bench.next_timeout(), Some(LONG + GRACE));
    bench.comment();
    assert_eq!(bench.next_timeout(), Some(LONG + seconds(45)));
    bench.advance(seconds(44));
    assert_eq!(bench.timeout(), Outcome::Nothing);
}

#[test]
fn a_connection_is_idle_if_nothing_arrived_during_a_sleep() {
    let mut bench = Bench::new(impatient());
    sleep(bench.open(), LONG);
    let outcome = bench.next();
    assert!(
        matches!(outcome, Outcome::Close { failure: IDLE, .. }),
        "{outcome:?}"
    );
}

#[test]
fn a_dead_connection_is_noticed_in_a_hidden_page_at_the_second_timer() {
    let mut bench = Bench::new(impatient());
    bench.open();
    assert_eq!(next_minute(&mut bench), Outcome::Nothing);
    assert!(matches!(next_minute(&mut bench), Outcome::Close { .. }));
    assert_eq!(bench.since_start(), seconds(120));
}

#[test]
fn a_rule_that_tolerates_silence_in_a_hidden_page_is_asked_again_without_a_grace_period() {
    let mut bench = Bench::with_rule(impatient(), |_| Decision::KeepWaiting);
    bench.open();
    assert_eq!(next_minute(&mut bench), Outcome::Nothing);
    for _ in 0..3 {
        assert_eq!(next_minute(&mut bench), Outcome::KeepWaiting(IDLE));
    }
}

#[test]
fn a_comment_ends_silence_and_forgets_no_failure() {
    let mut bench = Bench::new(impatient());
    bench.lose();
    bench.advance(seconds(1)).open().advance(seconds(40));
    bench.comment();
    assert_eq!(bench.session.failures(), 1);
    bench.timeout();
    assert_eq!(bench.next_timeout(), Some(seconds(41 + 45)));
}

#[test]
fn a_network_that_is_back_ends_the_wait_of_the_backoff() {
    let mut bench = Bench::new(resilient(fixed(LONG)));
    bench.give_up();
    assert_eq!(bench.online(), Outcome::Connect);
}

#[test]
fn a_network_that_is_back_does_not_end_the_wait_that_the_server_asked_for() {
    let mut bench = Bench::new(resilient(fixed(LONG)));
    bench.refuse(503, Some(seconds(60)));
    bench.advance(seconds(10));
    assert_eq!(
        bench.handle(Input::Online),
        [waiting(1, seconds(50))],
        "the wait of the backoff has ended"
    );
    assert_eq!(bench.next_timeout(), Some(seconds(60)));
    assert_eq!(bench.handle(Input::Online), []);
    assert_eq!(bench.next(), Outcome::Connect);
}

#[test]
fn a_network_that_is_back_does_not_end_a_wait_that_a_rule_chose() {
    let reopen = Decision::Reopen {
        after: seconds(60).into(),
    };
    let mut bench = Bench::with_rule(resilient(fixed(LONG)), move |_| reopen);
    bench.give_up();
    assert_eq!(bench.handle(Input::Online), []);
    assert_eq!(bench.next_timeout(), Some(seconds(60)));
}

#[test]
fn a_network_that_is_back_ends_a_wait_that_a_rule_left_as_it_was() {
    let mut bench = Bench::with_rule(resilient(fixed(LONG)), |_| Decision::AsProposed);
    bench.give_up();
    assert_eq!(bench.online(), Outcome::Connect);
}

#[test]
fn a_rule_that_chooses_the_proposed_time_has_the_last_word() {
    let mut bench = Bench::with_rule(resilient(fixed(LONG)), |context| {
        assert_eq!(context.proposed, Decision::Reopen { after: LONG.into() });
        context.proposed
    });
    bench.give_up();
    assert_eq!(bench.handle(Input::Online), []);
    assert_eq!(bench.next_timeout(), Some(LONG));
}

#[test]
fn a_network_that_is_back_ends_the_wait_of_a_rule_that_keeps_waiting_but_not_the_servers() {
    let policy = Policy {
        reconnection_time: Some(seconds(5)),
        ..resilient(fixed(LONG))
    };
    let mut bench = Bench::with_rule(policy, |_| Decision::KeepWaiting);
    assert_eq!(wait(bench.open().hang_up()), LONG);
    assert_eq!(bench.handle(Input::Online), [waiting(1, seconds(5))]);
    assert_eq!(bench.next_timeout(), Some(seconds(5)));
}

#[test]
fn a_network_that_is_back_makes_an_open_connection_doubtful() {
    let mut bench = Bench::new(Policy::resilient());
    let expected = Outcome::Reopen {
        failure: Failure::Suspended,
        after: Span::ZERO,
    };
    assert_eq!(bench.open().online(), expected);
    assert_eq!(
        Bench::new(Policy::browser()).open().online(),
        Outcome::Nothing
    );
}
