//! Sources after a sleep of the machine, and after a network has come back.

use super::*;
use crate::session::timers::GRACE;

const LONG: Span = seconds(3600);

/// The machine sleeps, and its timer is late by the same time.
fn sleep(source: &mut TestSession, by: Span) -> Outcome {
    source.advance(by).timeout_late_by(by)
}

#[test]
fn a_source_that_wakes_from_a_long_sleep_reopens_at_once() {
    let mut source = TestSession::new(Policy::resilient());
    let expected = Outcome::Reopen {
        failure: Failure::Suspended,
        after: Span::ZERO,
    };
    assert_eq!(sleep(source.open(), LONG), expected);
    assert_eq!(source.timeout(), Outcome::Connect);
}

#[test]
fn a_session_looks_for_a_sleep_while_nothing_else_is_due() {
    let timeout_of = |policy| TestSession::new(policy).open().next_timeout();
    assert!(timeout_of(Policy::resilient()).is_some());
    assert_eq!(timeout_of(Policy::browser()), None);
}

#[test]
fn a_late_timer_of_a_hidden_page_is_no_sleep() {
    let mut source = TestSession::new(Policy::resilient());
    assert_eq!(sleep(source.open(), seconds(60)), Outcome::Nothing);
}

#[test]
fn a_sleep_changes_nothing_unless_the_policy_says_so() {
    let mut source = TestSession::new(Policy::browser());
    assert_eq!(sleep(source.open(), LONG), Outcome::Nothing);
}

/// Lets the timer fire as in a hidden page, whose timers fire only at full minutes.
fn fire_at_next_minute(source: &mut TestSession) -> Outcome {
    let due = source.next_timeout().expect("a deadline");
    let now = seconds((due.as_nanos() / 1_000_000_000).div_ceil(60) * 60);
    source.now = Timestamp::from_origin(now);
    source.timeout_late_by(now - due)
}

const IDLE: Failure = Failure::Idle;

/// A policy that closes a source after 45 seconds of silence.
fn closing_after_45_seconds_of_silence() -> Policy {
    closing_when_idle_for(seconds(45))
}

#[test]
fn data_that_arrived_before_a_late_timer_can_be_read_during_a_grace_period() {
    let mut source = TestSession::new(closing_after_45_seconds_of_silence());
    assert_eq!(sleep(source.open(), LONG), Outcome::Nothing);
    assert_eq!(source.next_timeout(), Some(LONG + GRACE));
    source.comment();
    assert_eq!(source.next_timeout(), Some(LONG + seconds(45)));
    source.advance(seconds(44));
    assert_eq!(source.timeout(), Outcome::Nothing);
}

#[test]
fn a_connection_is_idle_if_nothing_arrived_during_a_sleep() {
    let mut source = TestSession::new(closing_after_45_seconds_of_silence());
    sleep(source.open(), LONG);
    let outcome = source.next_deadline();
    assert!(
        matches!(outcome, Outcome::Close { failure: IDLE, .. }),
        "{outcome:?}"
    );
}

#[test]
fn a_dead_connection_is_noticed_in_a_hidden_page_at_the_second_timer() {
    let mut source = TestSession::new(closing_after_45_seconds_of_silence());
    source.open();
    assert_eq!(fire_at_next_minute(&mut source), Outcome::Nothing);
    assert!(matches!(
        fire_at_next_minute(&mut source),
        Outcome::Close { .. }
    ));
    assert_eq!(source.since_start(), seconds(120));
}

#[test]
fn a_rule_that_tolerates_silence_in_a_hidden_page_is_asked_again_without_a_grace_period() {
    let mut source = TestSession::with_rule(closing_after_45_seconds_of_silence(), |_| {
        Decision::KeepWaiting
    });
    source.open();
    assert_eq!(fire_at_next_minute(&mut source), Outcome::Nothing);
    for _ in 0..3 {
        assert_eq!(fire_at_next_minute(&mut source), Outcome::KeepWaiting(IDLE));
    }
}

#[test]
fn a_comment_ends_silence_and_forgets_no_failure() {
    let mut source = TestSession::new(closing_after_45_seconds_of_silence());
    source.lose_with_id();
    source.advance(seconds(1)).open().advance(seconds(40));
    source.comment();
    assert_eq!(source.session.failures(), 1);
    source.timeout();
    assert_eq!(source.next_timeout(), Some(seconds(41 + 45)));
}

#[test]
fn a_network_that_is_back_ends_the_wait_of_the_backoff() {
    let mut source = TestSession::new(resilient(fixed(LONG)));
    source.give_up();
    assert_eq!(source.online(), Outcome::Connect);
}

#[test]
fn a_network_that_is_back_does_not_end_the_wait_that_the_server_asked_for() {
    let mut source = TestSession::new(resilient(fixed(LONG)));
    source.refuse(503, Some(seconds(60)));
    source.advance(seconds(10));
    assert_eq!(
        source.handle(Input::Online),
        [waiting(1, seconds(50))],
        "the wait of the backoff has ended"
    );
    assert_eq!(source.next_timeout(), Some(seconds(60)));
    assert_eq!(source.handle(Input::Online), []);
    assert_eq!(source.next_deadline(), Outcome::Connect);
}

#[test]
fn a_network_that_is_back_does_not_end_a_wait_that_a_rule_chose() {
    let reopen = Decision::Reopen {
        after: seconds(60).into(),
    };
    let mut source = TestSession::with_rule(resilient(fixed(LONG)), move |_| reopen);
    source.give_up();
    assert_eq!(source.handle(Input::Online), []);
    assert_eq!(source.next_timeout(), Some(seconds(60)));
}

#[test]
fn a_network_that_is_back_ends_a_wait_that_a_rule_left_as_it_was() {
    let mut source = TestSession::with_rule(resilient(fixed(LONG)), |_| Decision::AsProposed);
    source.give_up();
    assert_eq!(source.online(), Outcome::Connect);
}

#[test]
fn a_rule_that_chooses_the_proposed_time_has_the_last_word() {
    let mut source = TestSession::with_rule(resilient(fixed(LONG)), |context| {
        assert_eq!(context.proposed, Decision::Reopen { after: LONG.into() });
        context.proposed
    });
    source.give_up();
    assert_eq!(source.handle(Input::Online), []);
    assert_eq!(source.next_timeout(), Some(LONG));
}

#[test]
fn a_network_that_is_back_ends_the_wait_of_a_rule_that_keeps_waiting_but_not_the_reconnection_time()
{
    let policy = Policy {
        reconnection_time: Some(seconds(5)),
        ..resilient(fixed(LONG))
    };
    let mut source = TestSession::with_rule(policy, |_| Decision::KeepWaiting);
    assert_eq!(expect_wait(source.open().hang_up()), LONG);
    assert_eq!(source.handle(Input::Online), [waiting(1, seconds(5))]);
    assert_eq!(source.next_timeout(), Some(seconds(5)));
}

#[test]
fn an_open_connection_is_made_again_when_the_network_is_back() {
    let mut source = TestSession::new(Policy::resilient());
    let expected = Outcome::Reopen {
        failure: Failure::Suspended,
        after: Span::ZERO,
    };
    assert_eq!(source.open().online(), expected);
    assert_eq!(
        TestSession::new(Policy::browser()).open().online(),
        Outcome::Nothing
    );
}
