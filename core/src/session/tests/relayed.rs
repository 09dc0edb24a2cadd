//! Sources that share a connection: each has a session, and so has the connection.

use super::*;

/// The session of one subscriber, which closes at the second event in a row that does not decode.
fn subscriber() -> Bench {
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
    Bench::with(options.into_subscriber())
}

fn relay(bench: &mut Bench, output: Output) -> Vec<Output> {
    bench.handle(Input::Relayed(output))
}

#[test]
fn a_subscriber_follows_the_states_of_the_connection() {
    let mut bench = subscriber();
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
        assert_eq!(relay(&mut bench, output.clone()), [output]);
        assert_eq!(bench.session.state(), state);
    }
}

#[test]
fn a_subscriber_reports_the_errors_and_gaps_of_the_connection() {
    let mut bench = subscriber();
    relay(&mut bench, Output::State(State::Open));
    let error = report(Failure::Idle, Some(3));
    let told = report(Failure::Told, None);
    assert_eq!(relay(&mut bench, error), [told], "which its body knows");
    let gap = Output::Gap(Gap {
        after: "1".into(),
        before: "4".into(),
        missed: 2,
    });
    assert_eq!(relay(&mut bench, gap.clone()), [gap]);
    assert_eq!(bench.session.state(), State::Open);
}

#[test]
fn a_subscriber_closes_with_the_connection() {
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
        let mut bench = subscriber();
        relay(&mut bench, Output::State(State::Open));
        assert_eq!(relay(&mut bench, closed), [expected]);
        assert!(bench.session.is_closed());
    }
}

#[test]
fn a_subscriber_does_nothing_about_the_connection_itself() {
    let mut bench = subscriber();
    for output in [
        Output::Connect,
        Output::Disconnect,
        Output::Deliver,
        Output::State(State::Closed),
    ] {
        assert_eq!(relay(&mut bench, output), []);
    }
    assert!(!bench.session.is_closed());
}

#[test]
fn a_subscriber_does_not_have_the_limits_of_the_connection() {
    let mut bench = subscriber();
    assert_eq!(bench.next_timeout(), None);
    for state in [State::Open, State::Connecting] {
        relay(&mut bench, Output::State(state));
        assert_eq!(bench.next_timeout(), None);
        assert_eq!(bench.handle(Input::Online), []);
        assert_eq!(bench.handle(Input::Offline), []);
    }
}

#[test]
fn a_subscribers_decode_errors_close_it_alone() {
    let (mut one, mut other) = (subscriber(), subscriber());
    for bench in [&mut one, &mut other] {
        relay(bench, Output::State(State::Open));
        bench.event();
    }
    let told = || report(Failure::Told, None);
    assert_eq!(one.handle(Input::DecodeFailed), [told()]);
    let limit = Some(LimitReached::TooMany { count: 2 });
    let closed = closed_by(Failure::Told, limit);
    assert_eq!(one.handle(Input::DecodeFailed), [told(), closed]);
    assert_eq!(other.session.state(), State::Open);
}

#[test]
fn a_subscriber_keeps_its_rule_and_its_last_event_id() {
    let options = Options {
        has_rule: true,
        last_event_id: "5".into(),
        ..Options::new(Transport::Fetch)
    };
    let subscriber = options.into_subscriber();
    assert!(subscriber.has_rule);
    assert_eq!(subscriber.last_event_id, "5");
}

#[test]
fn a_rule_can_make_its_subscriber_leave_and_join_again() {
    let mut options = Options::new(Transport::Fetch);
    options.has_rule = true;
    let mut bench = Bench::with(options.into_subscriber());
    relay(&mut bench, Output::State(State::Open));
    let outputs = bench.handle(Input::DecodeFailed);
    assert!(matches!(outputs[..], [Output::Decide(_)]), "{outputs:?}");
    let reopen = Decision::Reopen {
        after: seconds(1).into(),
    };
    let left = [
        Output::Disconnect,
        report(Failure::Told, Some(1)),
        waiting(1, seconds(1)),
    ];
    assert_eq!(bench.handle(Input::Decided(reopen)), left);
    bench.advance(seconds(1));
    let joins = [Output::State(State::Connecting), Output::Connect];
    assert_eq!(bench.handle(Input::Timeout { late: Span::ZERO }), joins);
}

#[test]
fn a_subscriber_that_has_left_is_only_told_of_the_end() {
    let mut options = Options::new(Transport::Fetch);
    options.has_rule = true;
    let mut bench = Bench::with(options.into_subscriber());
    relay(&mut bench, Output::State(State::Open));
    bench.handle(Input::DecodeFailed);
    bench.handle(Input::Decided(Decision::Reopen {
        after: seconds(1).into(),
    }));
    for output in [
        Output::State(State::Connecting),
        report(Failure::Told, Some(1)),
        Output::Gap(Gap::new("1", "4", 2)),
    ] {
        assert_eq!(bench.handle(Input::Relayed(output)), []);
    }
    assert_eq!(bench.next_timeout(), Some(seconds(1)));
    bench.advance(seconds(1));
    bench.handle(Input::Timeout { late: Span::ZERO });
    // The subscriber has reported that itself.
    let connecting = Input::Relayed(Output::State(State::Connecting));
    assert_eq!(bench.handle(connecting), []);
    let open = Output::State(State::Open);
    assert_eq!(bench.handle(Input::Relayed(open.clone())), [open]);
    bench.handle(Input::DecodeFailed);
    bench.handle(Input::Decided(Decision::Reopen {
        after: seconds(1).into(),
    }));
    let closed = Output::Closed(CloseReason::Finished);
    assert_eq!(bench.handle(Input::Relayed(closed.clone())), [closed]);
}
