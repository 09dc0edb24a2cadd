//! Sources on a machine without a network.

use super::*;

const LONG: Span = seconds(3600);

fn offline(attempt: u32) -> Output {
    Output::State(State::Offline { attempt })
}

#[test]
fn a_source_that_fails_while_the_machine_is_offline_makes_no_attempt_until_the_network_is_back() {
    let mut source = TestSession::new(Policy::resilient());
    assert_eq!(source.handle(Input::Offline), []);
    let outputs = source.handle(Input::Lost(Loss::Reestablish));
    let told = report(Failure::Told, Some(1));
    assert_eq!(outputs, [Output::Disconnect, told, offline(1)]);
    assert_eq!(source.next_timeout(), None);
    source.advance(LONG);
    assert_eq!(source.timeout(), Outcome::Nothing);
    let expected = [Output::State(State::Connecting), Output::Connect];
    assert_eq!(source.handle(Input::Online), expected);
}

#[test]
fn a_source_that_waits_says_that_the_machine_is_offline_once() {
    let mut source = TestSession::new(Policy::resilient());
    source.give_up();
    assert_eq!(source.handle(Input::Offline), [offline(1)]);
    assert_eq!(source.handle(Input::Offline), []);
    assert_eq!(source.next_timeout(), None);
}

#[test]
fn the_time_offline_uses_up_no_attempts() {
    let mut source = TestSession::new(resilient(Backoff {
        max_attempts: Some(2),
        ..fixed(seconds(1))
    }));
    source.give_up();
    for _ in 0..100 {
        source.handle(Input::Offline);
        source.advance(LONG);
        assert_eq!(source.timeout(), Outcome::Nothing);
    }
    assert_eq!(source.online(), Outcome::Connect);
    assert!(matches!(source.give_up(), Outcome::Reopen { .. }));
    assert_eq!(source.next_deadline(), Outcome::Connect);
    assert_eq!(source.give_up(), too_many(2));
}

#[test]
fn a_source_that_was_offline_waits_as_long_as_the_server_asked_for() {
    let mut source = TestSession::new(resilient(fixed(LONG)));
    source.handle(Input::Offline);
    source.refuse(503, Some(seconds(60)));
    source.advance(seconds(20));
    assert_eq!(source.handle(Input::Online), [waiting(1, seconds(40))]);
    assert_eq!(source.next_timeout(), Some(seconds(60)));

    source.handle(Input::Offline);
    source.advance(seconds(100));
    assert_eq!(source.online(), Outcome::Connect, "that time is over");
}

#[test]
fn a_source_that_was_offline_waits_as_long_as_a_rule_chose() {
    let reopen = Decision::Reopen {
        after: seconds(60).into(),
    };
    let mut source = TestSession::with_rule(Policy::resilient(), move |_| reopen);
    source.handle(Input::Offline);
    source.give_up();
    source.advance(seconds(20));
    assert_eq!(source.handle(Input::Online), [waiting(1, seconds(40))]);
    assert_eq!(source.next_deadline(), Outcome::Connect);
    assert_eq!(source.since_start(), seconds(60));
}

#[test]
fn a_connection_and_an_attempt_go_on_when_the_machine_goes_offline() {
    let mut source = TestSession::new(Policy::browser());
    assert_eq!(source.handle(Input::Offline), []);
    assert_eq!(source.session.state(), State::Connecting);
    source.open();
    source.handle(Input::Online);
    assert_eq!(source.handle(Input::Offline), []);
    assert_eq!(source.session.state(), State::Open);
    source.lose_with_id();
    let browser_reconnects = source.session.state();
    assert_eq!(source.handle(Input::Offline), []);
    assert_eq!(source.session.state(), browser_reconnects);
}

#[test]
fn a_source_that_is_down_for_too_long_closes_even_while_the_machine_is_offline() {
    let mut source = TestSession::new(Policy {
        close_when_down_for: Some(seconds(60)),
        ..Policy::resilient()
    });
    source.open().advance(seconds(10)).hang_up();
    source.handle(Input::Offline);
    assert_eq!(
        source.next_deadline(),
        down_too_long(Failure::Earlier, seconds(60))
    );
    assert_eq!(source.since_start(), seconds(70));
}

#[test]
fn a_source_that_begins_while_the_machine_is_offline_makes_one_attempt() {
    let mut source = TestSession::with_options(Options {
        policy: Policy::resilient().into(),
        is_offline: true,
        ..Options::new(Transport::Fetch)
    });
    assert_eq!(source.session.state(), State::Connecting);
    let outputs = source.handle(Input::Lost(Loss::Reestablish));
    assert_eq!(outputs.last(), Some(&offline(1)), "{outputs:?}");
    assert_eq!(source.next_timeout(), None);
    assert_eq!(source.online(), Outcome::Connect);
}

#[test]
fn a_connection_that_opens_shows_that_the_machine_is_not_offline() {
    let mut source = TestSession::with_options(Options {
        policy: Policy::resilient().into(),
        is_offline: true,
        ..Options::new(Transport::Fetch)
    });
    source.open();
    assert_eq!(
        source.handle(Input::Offline),
        [],
        "an earlier report was wrong"
    );
    assert!(matches!(source.hang_up(), Outcome::Reopen { .. }));
    assert_eq!(source.next_deadline(), Outcome::Connect);
    source.handle(Input::Online);
    source.hang_up();
    let attempt = source.session.failures();
    assert_eq!(source.handle(Input::Offline), [offline(attempt)]);
}

/// A source that gives up after a minute, with waits of a second.
fn giving_up_after_a_minute() -> TestSession {
    TestSession::new(resilient(Backoff {
        max_elapsed: Some(seconds(60)),
        ..fixed(seconds(1))
    }))
}

#[test]
fn the_time_offline_does_not_count_as_time_elapsed() {
    let mut source = giving_up_after_a_minute();
    source.give_up();
    for _ in 0..2 {
        source.handle(Input::Offline);
        source.advance(LONG);
        assert_eq!(source.online(), Outcome::Connect);
        assert!(matches!(source.give_up(), Outcome::Reopen { .. }));
    }
    source.advance(seconds(60));
    assert_eq!(source.timeout(), Outcome::Connect);
    assert_eq!(source.give_up(), down_too_long(Failure::Told, seconds(60)));
}

#[test]
fn the_time_offline_so_far_does_not_count_as_time_elapsed() {
    let mut source = giving_up_after_a_minute();
    source.fail_and_connect();
    source.handle(Input::Offline);
    source.advance(LONG);
    assert!(matches!(source.give_up(), Outcome::Reopen { .. }));
    assert_eq!(source.session.state(), State::Offline { attempt: 2 });
}

#[test]
fn the_time_offline_before_the_first_failure_leaves_the_time_elapsed_as_it_is() {
    let mut source = giving_up_after_a_minute();
    source.open();
    source.handle(Input::Offline);
    source.advance(LONG).hang_up();
    source.advance(LONG);
    assert_eq!(source.online(), Outcome::Connect);
    source.advance(seconds(59));
    assert!(matches!(source.give_up(), Outcome::Reopen { .. }));
    assert_eq!(source.next_deadline(), Outcome::Connect);
    assert_eq!(source.give_up(), down_too_long(Failure::Told, seconds(60)));
}

#[test]
fn the_time_offline_is_forgotten_with_the_failures() {
    let mut source = giving_up_after_a_minute();
    source.give_up();
    source.handle(Input::Offline);
    source.advance(LONG);
    assert_eq!(source.online(), Outcome::Connect);
    source.open().event().hang_up();
    source.advance(seconds(60));
    assert_eq!(source.timeout(), Outcome::Connect);
    assert_eq!(source.give_up(), down_too_long(Failure::Told, seconds(60)));
}

#[test]
fn the_time_of_a_wrong_offline_report_counts_as_time_elapsed() {
    let mut source = giving_up_after_a_minute();
    source.fail_and_connect();
    source.handle(Input::Offline);
    source.advance(LONG);
    source.open();
    assert_eq!(source.hang_up(), down_too_long(Failure::Told, seconds(60)));
}

#[test]
fn a_rule_is_told_how_long_ago_the_first_failure_was_with_the_time_offline() {
    let mut source = TestSession::with_rule(resilient(fixed(seconds(1))), |context| {
        let expected = match context.failures {
            1 => Span::ZERO,
            _ => LONG,
        };
        assert_eq!(context.down_for, expected);
        Decision::AsProposed
    });
    source.give_up();
    source.handle(Input::Offline);
    source.advance(LONG);
    assert_eq!(source.online(), Outcome::Connect);
    source.give_up();
}

fn over_browser(policy: Policy) -> TestSession {
    TestSession::with_options(Options {
        policy: policy.into(),
        ..Options::new(Transport::Browser)
    })
}

#[test]
fn a_source_waits_in_place_of_a_browser_that_reconnects_in_vain() {
    let mut source = over_browser(Policy::browser());
    source.open();
    source.handle(Input::Offline);
    let told = report(Failure::Told, Some(1));
    let lost = Input::Lost(Loss::BrowserReconnects);
    let expected = [Output::Disconnect, told, offline(1)];
    assert_eq!(source.handle(lost), expected);
    assert_eq!(source.next_timeout(), None);
    source.advance(LONG);
    let expected = [Output::State(State::Connecting), Output::Connect];
    assert_eq!(source.handle(Input::Online), expected);
}

#[test]
fn a_browser_that_is_already_reconnecting_is_replaced_when_the_network_goes() {
    let mut source = over_browser(Policy::browser());
    source.open();
    source.handle(Input::Lost(Loss::BrowserReconnects));
    let expected = [Output::Disconnect, offline(1)];
    assert_eq!(source.handle(Input::Offline), expected);
    assert_eq!(source.handle(Input::Offline), []);
    assert_eq!(source.next_timeout(), None);
    let expected = [Output::State(State::Connecting), Output::Connect];
    assert_eq!(source.handle(Input::Online), expected);
}

#[test]
fn a_browser_that_alone_knows_the_last_event_id_tries_in_vain_and_nothing_counts() {
    let mut policy = Policy::browser();
    policy.close_after_losses = Some(2);
    policy.on_slow_open = limit(seconds(30), LimitAction::Close);
    let mut source = over_browser(policy);
    let _ = source.open().send("5");
    let lost = || Input::Lost(Loss::BrowserReconnects);
    let told = report(Failure::Told, Some(1));
    let reconnecting = Output::State(State::Waiting {
        attempt: 1,
        retry_in: None,
    });
    assert_eq!(source.handle(lost()), [told, reconnecting.clone()]);
    assert_eq!(source.handle(Input::Offline), [offline(1)]);
    for _ in 0..10 {
        assert_eq!(source.next_timeout(), None);
        source.advance(LONG);
        assert_eq!(source.handle(lost()), []);
    }
    assert_eq!(source.handle(Input::Online), [reconnecting]);
    assert_eq!(source.handle(Input::Opened), [Output::State(State::Open)]);
    // A browser that gives up does so even offline.
    source.event().handle(lost());
    source.handle(Input::Offline);
    let given_up = Input::Lost(Loss::Fail {
        class: FailureClass::Other,
        retry_after: None,
    });
    assert_eq!(source.handle(given_up), [closed_by(Failure::Told, None)]);
}

#[test]
fn a_source_follows_the_network_even_at_the_last_possible_moment() {
    let mut source = TestSession::new(Policy {
        on_given_up: LimitAction::Reopen,
        ..Policy::browser()
    });
    source.advance(Span::MAX);
    assert_eq!(source.handle(Input::Timeout { late: Span::MAX }), []);
    assert_eq!(source.handle(Input::Offline), []);
    source.refuse(503, None);
    assert_eq!(source.session.state(), State::Offline { attempt: 1 });
    assert_eq!(source.online(), Outcome::Connect);
}
