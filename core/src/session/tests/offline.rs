//! A machine without a network.

use super::*;

const LONG: Span = seconds(3600);

fn offline(attempt: u32) -> Output {
    Output::State(State::Offline { attempt })
}

#[test]
fn a_source_that_fails_while_the_machine_is_offline_makes_no_attempt_until_it_is_back() {
    let mut bench = Bench::new(Policy::resilient());
    assert_eq!(bench.handle(Input::Offline), []);
    let outputs = bench.handle(Input::Lost(Loss::Reestablish));
    let told = report(Failure::Told, Some(1));
    assert_eq!(outputs, [Output::Disconnect, told, offline(1)]);
    assert_eq!(bench.next_timeout(), None);
    bench.advance(LONG);
    assert_eq!(bench.timeout(), Outcome::Nothing);
    let expected = [Output::State(State::Connecting), Output::Connect];
    assert_eq!(bench.handle(Input::Online), expected);
}

#[test]
fn a_source_that_waits_says_that_the_machine_is_offline_once() {
    let mut bench = Bench::new(Policy::resilient());
    bench.give_up();
    assert_eq!(bench.handle(Input::Offline), [offline(1)]);
    assert_eq!(bench.handle(Input::Offline), []);
    assert_eq!(bench.next_timeout(), None);
}

#[test]
fn the_time_offline_uses_up_no_attempts() {
    let mut bench = Bench::new(resilient(Backoff {
        max_attempts: Some(2),
        ..fixed(seconds(1))
    }));
    bench.give_up();
    for _ in 0..100 {
        bench.handle(Input::Offline);
        bench.advance(LONG);
        assert_eq!(bench.timeout(), Outcome::Nothing);
    }
    assert_eq!(bench.online(), Outcome::Connect);
    assert!(matches!(bench.give_up(), Outcome::Reopen { .. }));
    assert_eq!(bench.next(), Outcome::Connect);
    assert_eq!(bench.give_up(), too_many(2));
}

#[test]
fn a_source_that_was_offline_waits_as_long_as_the_server_asked_for() {
    let mut bench = Bench::new(resilient(fixed(LONG)));
    bench.handle(Input::Offline);
    bench.refuse(503, Some(seconds(60)));
    bench.advance(seconds(20));
    assert_eq!(bench.handle(Input::Online), [waiting(1, seconds(40))]);
    assert_eq!(bench.next_timeout(), Some(seconds(60)));

    bench.handle(Input::Offline);
    bench.advance(seconds(100));
    assert_eq!(bench.online(), Outcome::Connect, "that time is over");
}

#[test]
fn a_source_that_was_offline_waits_as_long_as_a_rule_chose() {
    let reopen = Decision::Reopen {
        after: seconds(60).into(),
    };
    let mut bench = Bench::with_rule(Policy::resilient(), move |_| reopen);
    bench.handle(Input::Offline);
    bench.give_up();
    bench.advance(seconds(20));
    assert_eq!(bench.handle(Input::Online), [waiting(1, seconds(40))]);
    assert_eq!(bench.next(), Outcome::Connect);
    assert_eq!(bench.since_start(), seconds(60));
}

#[test]
fn a_connection_and_an_attempt_go_on_when_the_machine_goes_offline() {
    let mut bench = Bench::new(Policy::browser());
    assert_eq!(bench.handle(Input::Offline), []);
    assert_eq!(bench.session.state(), State::Connecting);
    bench.open();
    bench.handle(Input::Online);
    assert_eq!(bench.handle(Input::Offline), []);
    assert_eq!(bench.session.state(), State::Open);
    bench.lose();
    let browser_reconnects = bench.session.state();
    assert_eq!(bench.handle(Input::Offline), []);
    assert_eq!(bench.session.state(), browser_reconnects);
}

#[test]
fn a_source_that_is_down_for_too_long_closes_even_while_the_machine_is_offline() {
    let mut bench = Bench::new(Policy {
        close_when_down_for: Some(seconds(60)),
        ..Policy::resilient()
    });
    bench.open().advance(seconds(10)).hang_up();
    bench.handle(Input::Offline);
    assert_eq!(bench.next(), down_too_long(Failure::Earlier, seconds(60)));
    assert_eq!(bench.since_start(), seconds(70));
}

#[test]
fn a_source_that_begins_while_the_machine_is_offline_makes_one_attempt() {
    let mut bench = Bench::with(Options {
        policy: Policy::resilient().into(),
        is_offline: true,
        ..Options::new(Transport::Fetch)
    });
    assert_eq!(bench.session.state(), State::Connecting);
    let outputs = bench.handle(Input::Lost(Loss::Reestablish));
    assert_eq!(outputs.last(), Some(&offline(1)), "{outputs:?}");
    assert_eq!(bench.next_timeout(), None);
    assert_eq!(bench.online(), Outcome::Connect);
}

#[test]
fn a_connection_that_opens_shows_that_the_machine_is_not_offline() {
    let mut bench = Bench::with(Options {
        policy: Policy::resilient().into(),
        is_offline: true,
        ..Options::new(Transport::Fetch)
    });
    bench.open();
    assert_eq!(bench.handle(Input::Offline), [], "it was wrong before");
    assert!(matches!(bench.hang_up(), Outcome::Reopen { .. }));
    assert_eq!(bench.next(), Outcome::Connect);
    bench.handle(Input::Online);
    bench.hang_up();
    let attempt = bench.session.failures();
    assert_eq!(bench.handle(Input::Offline), [offline(attempt)]);
}

/// A source that may go on for a minute, with waits of a second.
fn for_a_minute() -> Bench {
    Bench::new(resilient(Backoff {
        max_elapsed: Some(seconds(60)),
        ..fixed(seconds(1))
    }))
}

#[test]
fn the_time_offline_does_not_count_as_time_elapsed() {
    let mut bench = for_a_minute();
    bench.give_up();
    for _ in 0..2 {
        bench.handle(Input::Offline);
        bench.advance(LONG);
        assert_eq!(bench.online(), Outcome::Connect);
        assert!(matches!(bench.give_up(), Outcome::Reopen { .. }));
    }
    bench.advance(seconds(60));
    assert_eq!(bench.timeout(), Outcome::Connect);
    assert_eq!(bench.give_up(), down_too_long(Failure::Told, seconds(60)));
}

#[test]
fn the_time_offline_so_far_does_not_count_as_time_elapsed() {
    let mut bench = for_a_minute();
    bench.fail_and_connect();
    bench.handle(Input::Offline);
    bench.advance(LONG);
    assert!(matches!(bench.give_up(), Outcome::Reopen { .. }));
    assert_eq!(bench.session.state(), State::Offline { attempt: 2 });
}

#[test]
fn the_time_offline_before_the_first_failure_leaves_the_time_elapsed_as_it_is() {
    let mut bench = for_a_minute();
    bench.open();
    bench.handle(Input::Offline);
    bench.advance(LONG).hang_up();
    bench.advance(LONG);
    assert_eq!(bench.online(), Outcome::Connect);
    bench.advance(seconds(59));
    assert!(matches!(bench.give_up(), Outcome::Reopen { .. }));
    assert_eq!(bench.next(), Outcome::Connect);
    assert_eq!(bench.give_up(), down_too_long(Failure::Told, seconds(60)));
}

#[test]
fn the_time_offline_is_forgotten_with_the_failures() {
    let mut bench = for_a_minute();
    bench.give_up();
    bench.handle(Input::Offline);
    bench.advance(LONG);
    assert_eq!(bench.online(), Outcome::Connect);
    bench.open().event().hang_up();
    bench.advance(seconds(60));
    assert_eq!(bench.timeout(), Outcome::Connect);
    assert_eq!(bench.give_up(), down_too_long(Failure::Told, seconds(60)));
}

#[test]
fn the_time_of_a_wrong_offline_report_counts_as_time_elapsed() {
    let mut bench = for_a_minute();
    bench.fail_and_connect();
    bench.handle(Input::Offline);
    bench.advance(LONG);
    bench.open();
    assert_eq!(bench.hang_up(), down_too_long(Failure::Told, seconds(60)));
}

#[test]
fn a_rule_is_told_how_long_ago_the_first_failure_was_with_the_time_offline() {
    let mut bench = Bench::with_rule(resilient(fixed(seconds(1))), |context| {
        let expected = match context.failures {
            1 => Span::ZERO,
            _ => LONG,
        };
        assert_eq!(context.down_for, expected);
        Decision::AsProposed
    });
    bench.give_up();
    bench.handle(Input::Offline);
    bench.advance(LONG);
    assert_eq!(bench.online(), Outcome::Connect);
    bench.give_up();
}

fn browser(policy: Policy) -> Bench {
    Bench::with(Options {
        policy: policy.into(),
        ..Options::new(Transport::Browser)
    })
}

#[test]
fn a_source_waits_in_place_of_a_browser_that_reconnects_in_vain() {
    let mut bench = browser(Policy::browser());
    bench.open();
    bench.handle(Input::Offline);
    let told = report(Failure::Told, Some(1));
    let lost = Input::Lost(Loss::BrowserReconnects);
    let expected = [Output::Disconnect, told, offline(1)];
    assert_eq!(bench.handle(lost), expected);
    assert_eq!(bench.next_timeout(), None);
    bench.advance(LONG);
    let expected = [Output::State(State::Connecting), Output::Connect];
    assert_eq!(bench.handle(Input::Online), expected);
}

#[test]
fn a_browser_that_is_already_reconnecting_is_replaced_when_the_network_goes() {
    let mut bench = browser(Policy::browser());
    bench.open();
    bench.handle(Input::Lost(Loss::BrowserReconnects));
    let expected = [Output::Disconnect, offline(1)];
    assert_eq!(bench.handle(Input::Offline), expected);
    assert_eq!(bench.handle(Input::Offline), []);
    assert_eq!(bench.next_timeout(), None);
    let expected = [Output::State(State::Connecting), Output::Connect];
    assert_eq!(bench.handle(Input::Online), expected);
}

#[test]
fn a_browser_that_alone_knows_the_last_event_id_tries_in_vain_and_nothing_counts() {
    let mut policy = Policy::browser();
    policy.close_after_losses = Some(2);
    policy.on_slow_open = limit(seconds(30), LimitAction::Close);
    let mut bench = browser(policy);
    let _ = bench.open().send("5");
    let lost = || Input::Lost(Loss::BrowserReconnects);
    let told = report(Failure::Told, Some(1));
    let reconnecting = Output::State(State::Waiting {
        attempt: 1,
        retry_in: None,
    });
    assert_eq!(bench.handle(lost()), [told, reconnecting.clone()]);
    assert_eq!(bench.handle(Input::Offline), [offline(1)]);
    for _ in 0..10 {
        assert_eq!(bench.next_timeout(), None);
        bench.advance(LONG);
        assert_eq!(bench.handle(lost()), []);
    }
    assert_eq!(bench.handle(Input::Online), [reconnecting]);
    assert_eq!(bench.handle(Input::Opened), [Output::State(State::Open)]);
    // A browser that gives up does so even offline.
    bench.event().handle(lost());
    bench.handle(Input::Offline);
    let given_up = Input::Lost(Loss::Fail {
        class: FailureClass::Other,
        retry_after: None,
    });
    assert_eq!(bench.handle(given_up), [closed_by(Failure::Told, None)]);
}

#[test]
fn in_the_last_moment_that_there_is_a_source_still_follows_the_network() {
    let mut bench = Bench::new(Policy {
        on_given_up: LimitAction::Reopen,
        ..Policy::browser()
    });
    bench.advance(Span::MAX);
    assert_eq!(bench.handle(Input::Timeout { late: Span::MAX }), []);
    assert_eq!(bench.handle(Input::Offline), []);
    bench.refuse(503, None);
    assert_eq!(bench.session.state(), State::Offline { attempt: 1 });
    assert_eq!(bench.online(), Outcome::Connect);
}
