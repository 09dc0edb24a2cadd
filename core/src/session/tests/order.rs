//! The order of the outputs.

use super::*;

#[test]
fn a_source_that_reopens_disconnects_reports_and_says_that_it_waits() {
    let mut source = TestSession::new(Policy::browser());
    source.open();
    source
        .session
        .handle(Input::Lost(Loss::Reestablish), source.at());
    let state = State::Waiting {
        attempt: 1,
        retry_in: Some(seconds(3)),
    };
    assert_eq!(source.session.state(), state, "it is in effect already");
    let told = report(Failure::Told, Some(1));
    let expected = [Output::Disconnect, told, Output::State(state)];
    assert_eq!(source.outputs(), expected);
}

#[test]
fn a_source_whose_browser_reconnects_reports_and_says_that_it_waits() {
    let mut source = TestSession::new(Policy::browser());
    source.open().session.note_last_event_id("1");
    let state = State::Waiting {
        attempt: 1,
        retry_in: None,
    };
    let expected = [report(Failure::Told, Some(1)), Output::State(state)];
    let outputs = source.handle(Input::Lost(Loss::BrowserReconnects));
    assert_eq!(outputs, expected);
}

#[test]
fn a_source_says_that_it_connects_before_it_does() {
    let mut source = TestSession::new(Policy::browser());
    source.open().hang_up();
    source.advance(seconds(3));
    let late = Span::ZERO;
    let expected = [Output::State(State::Connecting), Output::Connect];
    assert_eq!(source.handle(Input::Timeout { late }), expected);
}

#[test]
fn a_gap_is_reported_before_the_event_after_it() {
    let mut source = TestSession::with_options(Options {
        deduplicate: 10,
        ..Options::new(Transport::Fetch)
    });
    let _ = source.open().send("1");
    source.hang_up();
    let (outcome, outputs) = source.open().send("4");
    assert_eq!(outcome, EventOutcome::Poll);
    assert!(
        matches!(&outputs[..], [Output::Gap(_), Output::Deliver]),
        "{outputs:?}"
    );
}

#[test]
fn an_error_that_closes_the_source_is_not_also_reported() {
    let mut source = TestSession::new(Policy::close_on_error());
    let outputs = source.open().handle(Input::Lost(Loss::Reestablish));
    assert_eq!(outputs, [closed_by(Failure::Told, None)]);
}

#[test]
fn an_error_that_reaches_a_limit_is_reported_before_the_close() {
    let mut source = TestSession::new(Policy {
        close_after_losses: Some(2),
        ..Policy::browser()
    });
    source.open().hang_up();
    let outputs = source.open().handle(Input::Lost(Loss::Reestablish));
    let limit = LimitReached::TooMany { count: 2 };
    let expected = [
        report(Failure::Told, Some(2)),
        closed_by(Failure::Told, Some(limit)),
    ];
    assert_eq!(outputs, expected);
}

#[test]
fn a_limit_that_only_the_clock_reaches_has_no_error_to_report() {
    let limit = seconds(10);
    let mut source = TestSession::new(Policy {
        close_when_down_for: Some(limit),
        ..Policy::browser()
    });
    source.advance(limit);
    let outputs = source.handle(Input::Timeout { late: Span::ZERO });
    let expected = closed_by(
        Failure::OpenTimeout,
        Some(LimitReached::DownTooLong { limit }),
    );
    assert_eq!(outputs, [expected]);
}

#[test]
fn a_rule_is_asked_before_anything_is_done() {
    let mut source = TestSession::with_rule(Policy::browser(), |_| Decision::AsProposed);
    source.open();
    let outputs = source.handle(Input::Lost(Loss::Reestablish));
    let context = FailureContext {
        failure: Failure::Told,
        failures: 1,
        decode_errors: 0,
        down_for: Span::ZERO,
        proposed: Decision::Reopen {
            after: seconds(3).into(),
        },
    };
    let expected = [
        Output::Decide(context),
        Output::Disconnect,
        report(Failure::Told, Some(1)),
        waiting(1, seconds(3)),
    ];
    assert_eq!(outputs, expected);
}

#[test]
fn a_failure_to_decode_is_no_failure_of_the_connection() {
    let mut source = TestSession::new(Policy::browser());
    source.open();
    let outputs = source.handle(Input::DecodeFailed);
    assert_eq!(outputs, [report(Failure::Told, None)]);
}

#[test]
fn a_state_stays_as_reported_although_failures_are_counted_or_forgotten() {
    let mut source = TestSession::with_rule(Policy::resilient(), |_| Decision::KeepWaiting);
    source.open().lose_with_id();
    let told = source.session.state();
    let slow = Outcome::KeepWaiting(Failure::OpenTimeout);
    assert_eq!(source.next_deadline(), slow);
    assert_eq!(source.session.state(), told);
    source.event();
    assert_eq!(source.session.state(), told);
}

#[test]
fn a_session_knows_whether_a_report_has_led_to_another_state() {
    let mut source = TestSession::new(Policy::browser());
    for (input, leads_to_state) in [
        (Input::DecodeFailed, false),
        (Input::Lost(Loss::Reestablish), true),
    ] {
        let at = source.open().at();
        source.session.handle(input, at);
        while !matches!(source.session.poll(), Some(Output::Report(_))) {}
        assert_eq!(source.session.has_state_to_tell(), leads_to_state);
        source.outputs();
        assert!(!source.session.has_state_to_tell());
    }
}
