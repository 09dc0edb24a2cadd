//! The refresh of what a server has refused.

use super::*;

fn refusal(status: u16) -> Input<'static> {
    Input::Lost(Loss::Fail {
        class: FailureClass::Status(status),
        retry_after: None,
    })
}

fn with_refresh(policy: Policy) -> TestSession {
    TestSession::with_options(Options {
        policy: policy.into(),
        has_refresh: true,
        ..Options::new(Transport::Fetch)
    })
}

/// The first attempt was refused.
fn refused() -> TestSession {
    let mut source = with_refresh(Policy::browser());
    let expected = [Output::Disconnect, Output::Refresh];
    assert_eq!(source.handle(refusal(401)), expected);
    source
}

#[test]
fn a_source_that_is_refused_is_refreshed_and_connects_at_once() {
    let mut source = refused();
    assert_eq!(source.session.state(), State::Connecting);
    assert_eq!(source.session.failures(), 0, "it is no failure");
    assert_eq!(source.handle(Input::Refreshed), [Output::Connect]);
    source.open();
}

#[test]
fn a_source_that_reconnects_says_that_it_is_connecting_again() {
    let mut source = with_refresh(Policy::browser());
    source.session.transport = Transport::Browser;
    source.open().session.note_last_event_id("1");
    source.handle(Input::Lost(Loss::BrowserReconnects));
    let connecting = Output::State(State::Connecting);
    assert_eq!(
        source.handle(refusal(401)),
        [Output::Disconnect, connecting, Output::Refresh]
    );
    assert_eq!(source.handle(Input::Refreshed), [Output::Connect]);
}

#[test]
fn a_second_refusal_closes_whatever_the_policy_says() {
    let policy = Policy {
        on_given_up: LimitAction::Reopen,
        retry_statuses: Some(vec![401]),
        ..Policy::browser()
    };
    let mut source = with_refresh(policy);
    source.handle(refusal(401));
    source.handle(Input::Refreshed);
    assert_eq!(source.refuse(401, None), CLOSED_BY_FAILURE);
}

#[test]
fn a_refusal_after_a_connection_was_open_is_refreshed_again() {
    let mut source = refused();
    for _ in 0..1000 {
        source.handle(Input::Refreshed);
        source.open();
        source.hang_up();
        assert_eq!(source.next_deadline(), Outcome::Connect);
        let expected = [Output::Disconnect, Output::Refresh];
        assert_eq!(source.handle(refusal(401)), expected);
    }
}

#[test]
fn only_the_statuses_of_the_policy_are_refreshed() {
    let policy = || Policy {
        refresh_statuses: Some(vec![403, 419]),
        ..Policy::browser()
    };
    assert_eq!(
        with_refresh(policy()).refuse(401, None),
        CLOSED_BY_FAILURE,
        "401 is not among them"
    );
    let outputs = with_refresh(policy()).handle(refusal(419));
    assert_eq!(outputs, [Output::Disconnect, Output::Refresh]);
    let without_function = TestSession::new(policy()).refuse(419, None);
    assert_eq!(without_function, CLOSED_BY_FAILURE);
}

#[test]
fn a_request_that_is_sent_once_is_sent_again_after_a_refresh() {
    let mut source = TestSession::with_options(Options {
        is_repeatable: false,
        has_refresh: true,
        ..Options::new(Transport::Fetch)
    });
    source.handle(refusal(401));
    assert_eq!(source.handle(Input::Refreshed), [Output::Connect]);
    source.open();
    assert!(matches!(source.hang_up(), Outcome::Close { .. }));
}

#[test]
fn a_request_that_is_asked_for_and_not_safe_is_sent_again_after_a_refresh_and_then_no_more() {
    let mut source = TestSession::with_options(Options {
        asks_request: true,
        has_refresh: true,
        ..Options::new(Transport::Fetch)
    });
    let post = || Input::Requested { is_safe: false };
    source.handle(post());
    source.handle(refusal(401));
    source.handle(Input::Refreshed);
    assert_eq!(source.handle(post()), []);
    source.open().hang_up();
    assert_eq!(source.next_deadline(), Outcome::Connect);
    let closed = closed_by(Failure::Earlier, None);
    assert_eq!(source.handle(post()), [closed]);
}

#[test]
fn the_attempt_that_was_refused_has_ended_and_the_next_one_is_made_for_the_refresh() {
    let mut source = with_refresh(Policy::browser());
    source.session.tell_attempts();
    let reason_and_outcome = |outputs: Vec<Output>| {
        outputs.iter().find_map(|output| match output {
            Output::Attempt(attempt) => Some((attempt.reason, attempt.outcome)),
            _ => None,
        })
    };
    let refused = reason_and_outcome(source.handle(refusal(401)));
    assert_eq!(
        refused,
        Some((AttemptReason::First, AttemptOutcome::Refused))
    );
    source.handle(Input::Refreshed);
    let opened = reason_and_outcome(source.handle(Input::Opened));
    assert_eq!(
        opened,
        Some((AttemptReason::Refreshed, AttemptOutcome::Opened))
    );
}

#[test]
fn a_refresh_that_fails_closes() {
    let failed = refused().outcome_of(Input::RefreshFailed);
    assert_eq!(failed, CLOSED_BY_FAILURE);
}

#[test]
fn a_rule_has_the_last_word_about_a_refresh_that_has_failed() {
    let after = seconds(5);
    let mut source = TestSession::with_options(Options {
        has_refresh: true,
        has_rule: true,
        ..Options::new(Transport::Fetch)
    });
    source.rule = Some(Box::new(move |context| {
        assert_eq!(context.proposed, Decision::Close);
        assert_eq!(context.failures, 1);
        Decision::Reopen {
            after: after.into(),
        }
    }));
    source.handle(refusal(401));
    let failure = Failure::Told;
    assert_eq!(
        source.outcome_of(Input::RefreshFailed),
        Outcome::Reopen { failure, after }
    );
    assert_eq!(source.next_deadline(), Outcome::Connect);
    let expected = [Output::Disconnect, Output::Refresh];
    assert_eq!(source.handle(refusal(401)), expected, "it is tried again");
}

#[test]
fn a_refresh_that_does_not_end_has_failed_at_its_deadline() {
    let mut source = refused();
    source.advance(milliseconds(29_999));
    assert_eq!(source.timeout(), Outcome::Nothing);
    assert_eq!(source.next_timeout(), Some(seconds(30)));
    let failure = Failure::RefreshTimeout;
    let limit = None;
    assert_eq!(source.next_deadline(), Outcome::Close { failure, limit });
    assert_eq!(source.session.time_limit(), seconds(30));
}

#[test]
fn a_refresh_that_has_slept_has_its_time_again() {
    let mut source = refused();
    source.advance(seconds(3600));
    assert_eq!(source.timeout_late_by(seconds(3570)), Outcome::Nothing);
    assert_eq!(source.next_timeout(), Some(seconds(3630)));
}

#[test]
fn a_refresh_that_fails_offline_is_tried_again_when_the_network_is_back() {
    let mut source = refused();
    assert_eq!(source.handle(Input::Offline), []);
    assert_eq!(source.session.state(), State::Connecting);
    let outcome = source.outcome_of(Input::RefreshFailed);
    assert!(matches!(outcome, Outcome::Reopen { .. }), "{outcome:?}");
    assert_eq!(source.session.state(), State::Offline { attempt: 1 });
    assert_eq!(source.online(), Outcome::Connect);
    let expected = [Output::Disconnect, Output::Refresh];
    assert_eq!(source.handle(refusal(401)), expected);
}

#[test]
fn a_source_that_waits_for_the_refresh_of_another_connects_after_it() {
    let mut source = with_refresh(Policy::browser());
    assert_eq!(source.handle(Input::Refreshing), []);
    assert_eq!(source.session.state(), State::Connecting);
    assert_eq!(source.next_timeout(), Some(seconds(30)));
    assert_eq!(source.handle(Input::Refreshed), [Output::Connect]);
    let expected = [Output::Disconnect, Output::Refresh];
    assert_eq!(source.handle(refusal(401)), expected, "its first refusal");
}

#[test]
fn a_source_that_is_paused_during_a_refresh_connects_when_it_is_resumed() {
    let mut source = refused();
    let paused = Output::State(State::Paused);
    assert_eq!(source.handle(Input::Pause), [Output::Disconnect, paused]);
    assert_eq!(source.next_timeout(), None);
    assert_eq!(source.handle(Input::Refreshed), []);
    let connecting = Output::State(State::Connecting);
    assert_eq!(source.handle(Input::Resume), [connecting, Output::Connect]);
}

#[test]
fn an_attempt_that_the_user_asks_for_during_a_refresh_follows_it() {
    let mut source = refused();
    assert_eq!(source.handle(Input::Reconnect), []);
    assert_eq!(source.handle(Input::Refreshed), [Output::Connect]);
}

#[test]
fn the_end_of_a_refresh_that_nobody_waits_for_changes_nothing() {
    let mut source = with_refresh(Policy::browser());
    source.open();
    for input in [Input::Refreshed, Input::RefreshFailed, Input::Refreshing] {
        assert_eq!(source.handle(input), []);
        assert_eq!(source.session.state(), State::Open);
    }
    let mut closed = refused();
    closed.handle(Input::Close(CloseReason::Requested));
    assert_eq!(closed.handle(Input::Refreshed), []);
}
