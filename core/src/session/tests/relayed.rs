//! Sharers: sources that share a connection. Each has a session, and the connection has one too.

use super::*;

/// The session of one sharer, which closes at the second event in a row that does not decode.
fn sharer() -> TestSession {
    let policy = Policy {
        close_after_decode_errors: Some(2),
        close_when_down_for: Some(seconds(1)),
        close_after_losses: Some(1),
        on_idle: limit(seconds(1), LimitAction::Close),
        ..Policy::resilient()
    };
    let options = Options {
        policy: policy.into(),
        ..Options::new(Transport::Fetch)
    };
    TestSession::with_options(options.into_sharer())
}

fn relay(source: &mut TestSession, output: Output) -> Vec<Output> {
    source.handle(Input::Relayed(output))
}

#[test]
fn a_sharer_follows_the_states_of_the_connection() {
    let mut source = sharer();
    let attempt = 2;
    for state in [
        State::Open,
        State::Waiting {
            attempt,
            retry_in: Some(seconds(3)),
        },
        State::Offline { attempt },
        State::Connecting,
        State::Open,
    ] {
        let output = Output::State(state);
        assert_eq!(relay(&mut source, output.clone()), [output]);
        assert_eq!(source.session.state(), state);
    }
}

#[test]
fn a_sharer_reports_the_errors_and_gaps_of_the_connection() {
    let mut source = sharer();
    relay(&mut source, Output::State(State::Open));
    let error = report(Failure::Idle, Some(3));
    let told = report(Failure::Told, None);
    assert_eq!(
        relay(&mut source, error),
        [told],
        "the sharer's body has the error"
    );
    let gap = Output::Gap(Gap {
        after: "1".into(),
        before: "4".into(),
        missed: 2,
    });
    assert_eq!(relay(&mut source, gap.clone()), [gap]);
    assert_eq!(source.session.state(), State::Open);
}

#[test]
fn a_sharer_closes_with_the_connection() {
    let limit = Some(LimitReached::TooMany { count: 5 });
    for (closed, expected) in [
        (
            Output::Closed(CloseReason::Finished),
            Output::Closed(CloseReason::Finished),
        ),
        (
            closed_by(Failure::Earlier, limit),
            closed_by(Failure::Told, None),
        ),
    ] {
        let mut source = sharer();
        relay(&mut source, Output::State(State::Open));
        assert_eq!(relay(&mut source, closed), [expected]);
        assert!(source.session.is_closed());
    }
}

#[test]
fn a_sharer_ignores_outputs_for_the_body_of_the_connection() {
    let mut source = sharer();
    for output in [
        Output::Connect,
        Output::Disconnect,
        Output::Deliver,
        Output::State(State::Closed),
    ] {
        assert_eq!(relay(&mut source, output), []);
    }
    assert!(!source.session.is_closed());
}

#[test]
fn a_sharer_does_not_have_the_limits_of_the_connection() {
    let mut source = sharer();
    assert_eq!(source.next_timeout(), None);
    for state in [State::Open, State::Connecting] {
        relay(&mut source, Output::State(state));
        assert_eq!(source.next_timeout(), None);
        assert_eq!(source.handle(Input::Online), []);
        assert_eq!(source.handle(Input::Offline), []);
    }
}

#[test]
fn a_sharers_decode_errors_close_it_alone() {
    let (mut one, mut other) = (sharer(), sharer());
    for source in [&mut one, &mut other] {
        relay(source, Output::State(State::Open));
        source.event();
    }
    let told = || report(Failure::Told, None);
    assert_eq!(one.handle(Input::DecodeFailed), [told()]);
    let limit = Some(LimitReached::TooMany { count: 2 });
    let closed = closed_by(Failure::Told, limit);
    assert_eq!(one.handle(Input::DecodeFailed), [told(), closed]);
    assert_eq!(other.session.state(), State::Open);
}

#[test]
fn a_sharer_keeps_its_rule_and_its_last_event_id() {
    let options = Options {
        has_rule: true,
        last_event_id: "5".into(),
        ..Options::new(Transport::Fetch)
    };
    let sharer = options.into_sharer();
    assert!(sharer.has_rule);
    assert_eq!(sharer.last_event_id, "5");
}

#[test]
fn a_rule_can_make_its_sharer_leave_and_join_again() {
    let mut options = Options::new(Transport::Fetch);
    options.has_rule = true;
    let mut source = TestSession::with_options(options.into_sharer());
    relay(&mut source, Output::State(State::Open));
    let outputs = source.handle(Input::DecodeFailed);
    assert!(matches!(outputs[..], [Output::Decide(_)]), "{outputs:?}");
    let reopen = Decision::Reopen {
        after: seconds(1).into(),
    };
    let left = [
        Output::Disconnect,
        report(Failure::Told, Some(1)),
        waiting(1, seconds(1)),
    ];
    assert_eq!(source.handle(Input::Decided(reopen)), left);
    source.advance(seconds(1));
    let joins = [Output::State(State::Connecting), Output::Connect];
    assert_eq!(source.handle(Input::Timeout { late: Span::ZERO }), joins);
}

#[test]
fn a_sharer_that_has_left_is_only_told_of_the_end() {
    let mut options = Options::new(Transport::Fetch);
    options.has_rule = true;
    let mut source = TestSession::with_options(options.into_sharer());
    relay(&mut source, Output::State(State::Open));
    source.handle(Input::DecodeFailed);
    source.handle(Input::Decided(Decision::Reopen {
        after: seconds(1).into(),
    }));
    for output in [
        Output::State(State::Connecting),
        report(Failure::Told, Some(1)),
        Output::Gap(Gap::new("1", "4", 2)),
    ] {
        assert_eq!(source.handle(Input::Relayed(output)), []);
    }
    assert_eq!(source.next_timeout(), Some(seconds(1)));
    source.advance(seconds(1));
    source.handle(Input::Timeout { late: Span::ZERO });
    // The sharer has reported this when it left.
    let connecting = Input::Relayed(Output::State(State::Connecting));
    assert_eq!(source.handle(connecting), []);
    let open = Output::State(State::Open);
    assert_eq!(source.handle(Input::Relayed(open.clone())), [open]);
    source.handle(Input::DecodeFailed);
    source.handle(Input::Decided(Decision::Reopen {
        after: seconds(1).into(),
    }));
    let closed = Output::Closed(CloseReason::Finished);
    assert_eq!(source.handle(Input::Relayed(closed.clone())), [closed]);
}
