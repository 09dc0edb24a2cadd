//! Sources that users pause, resume and reconnect, and whose pages are hidden, frozen and left.

use super::*;

const LONG: Span = seconds(3600);
const CONNECTING: Output = Output::State(State::Connecting);
const PAUSED: Output = Output::State(State::Paused);

fn over_browser() -> TestSession {
    TestSession::with_options(Options::new(Transport::Browser))
}

/// A policy that pauses the source of a page that has been hidden for 30 seconds.
fn pausing_when_hidden() -> Policy {
    Policy {
        pause_when_hidden: Some(seconds(30)),
        ..resilient(fixed(LONG))
    }
}

#[test]
fn a_connection_is_made_again_on_request_and_that_is_no_failure() {
    let mut source = TestSession::new(Policy::close_on_error());
    let _ = source.open().send("5");
    let expected = [Output::Disconnect, CONNECTING, Output::Connect];
    assert_eq!(source.handle(Input::Reconnect), expected);
    assert_eq!(source.session.failures(), 0);
    assert_eq!(source.session.last_event_id(), "5");
    source.open();
}

#[test]
fn a_request_to_reconnect_ends_a_wait_even_if_the_server_asked_for_it() {
    let mut source = TestSession::new(resilient(fixed(seconds(1))));
    source.refuse(503, Some(LONG));
    assert_eq!(
        source.handle(Input::Reconnect),
        [CONNECTING, Output::Connect]
    );
    assert_eq!(source.session.failures(), 1);
}

#[test]
fn a_request_that_is_sent_once_is_sent_again_if_the_user_says_so() {
    let mut source = TestSession::not_repeatable(Policy::browser());
    source.open();
    assert_eq!(source.outcome_of(Input::Reconnect), Outcome::Connect);
    source.open();
    source.handle(Input::Pause);
    source.advance(seconds(1));
    assert_eq!(source.outcome_of(Input::Resume), Outcome::Connect);
}

#[test]
fn a_burst_of_requests_to_reconnect_makes_one_attempt_in_half_a_second() {
    let mut source = TestSession::new(Policy::resilient());
    let mut attempts = 0;
    source.open();
    for _ in 0..1000 {
        let mut outputs = source.handle(Input::Reconnect);
        outputs.extend(source.handle(Input::Timeout { late: Span::ZERO }));
        if outputs.contains(&Output::Connect) {
            attempts += 1;
            source.open();
        }
        source.advance(milliseconds(10));
    }
    assert_eq!(attempts, 10_000 / 500);
}

#[test]
fn an_attempt_that_has_just_begun_is_kept() {
    let mut source = TestSession::new(Policy::browser());
    source.advance(milliseconds(499));
    assert_eq!(source.handle(Input::Reconnect), []);
    source.advance(milliseconds(1));
    let expected = [Output::Disconnect, Output::Connect];
    assert_eq!(source.handle(Input::Reconnect), expected);
}

#[test]
fn a_postponed_first_attempt_is_not_made_earlier_on_request() {
    let mut source = TestSession::new(Policy::browser());
    source.handle(Input::Postponed(seconds(10)));
    source.advance(seconds(9));
    assert_eq!(source.handle(Input::Reconnect), []);
    source.advance(seconds(1));
    assert_eq!(source.timeout(), Outcome::Connect);
}

#[test]
fn a_source_without_a_network_reconnects_when_it_is_back() {
    let mut source = TestSession::new(Policy::browser());
    source.open();
    source.handle(Input::Offline);
    let offline = Output::State(State::Offline { attempt: 1 });
    let expected = [Output::Disconnect, offline];
    assert_eq!(source.handle(Input::Reconnect), expected);
    assert_eq!(source.handle(Input::Reconnect), []);
    assert_eq!(source.online(), Outcome::Connect);
}

/// Sources in each state, with a policy that has all time limits.
fn in_each_state() -> Vec<TestSession> {
    let policy = || Policy {
        on_idle: limit(seconds(10), LimitAction::Reopen),
        on_slow_open: limit(seconds(10), LimitAction::Reopen),
        close_when_down_for: Some(seconds(60)),
        ..resilient(fixed(seconds(5)))
    };
    let new = || TestSession::new(policy());
    let connecting = new();
    let mut open = new();
    open.open();
    let mut waiting = new();
    waiting.give_up();
    let mut offline = new();
    offline.give_up();
    offline.handle(Input::Offline);
    let mut reconnecting = over_browser();
    reconnecting.open().lose_with_id();
    let mut postponed = new();
    postponed.handle(Input::Postponed(seconds(5)));
    vec![connecting, open, waiting, offline, reconnecting, postponed]
}

#[test]
fn nothing_is_due_while_a_source_is_paused_whatever_it_did_before() {
    for mut source in in_each_state() {
        assert_eq!(source.handle(Input::Pause), [Output::Disconnect, PAUSED]);
        assert_eq!(source.session.state(), State::Paused);
        assert_eq!(source.next_timeout(), None);
        source.advance(LONG);
        for input in [
            Input::Pause,
            Input::Online,
            Input::Woken,
            Input::Offline,
            Input::Online,
            Input::Visible,
            Input::Timeout { late: LONG },
        ] {
            assert_eq!(source.handle(input), []);
        }
        let expected = [CONNECTING, Output::Connect];
        assert_eq!(source.handle(Input::Resume), expected);
        assert_eq!(source.handle(Input::Resume), []);
    }
}

#[test]
fn a_request_to_reconnect_resumes_a_source() {
    let mut source = TestSession::new(Policy::browser());
    source.handle(Input::Pause);
    let expected = [CONNECTING, Output::Connect];
    assert_eq!(source.handle(Input::Reconnect), expected);
}

#[test]
fn a_source_that_resumes_has_forgotten_its_failures_and_has_all_its_time_again() {
    let mut source = TestSession::new(Policy {
        close_when_down_for: Some(seconds(60)),
        close_after_losses: Some(2),
        ..Policy::browser()
    });
    source.open().hang_up();
    source.handle(Input::Pause);
    source.advance(LONG);
    source.handle(Input::Resume);
    assert_eq!(source.next_timeout(), Some(LONG + seconds(60)));
    assert!(matches!(source.hang_up(), Outcome::Reopen { .. }));
}

#[test]
fn the_losses_of_a_request_that_costs_count_across_a_pause() {
    let policy = Policy {
        close_after_losses: Some(2),
        resend: true,
        ..Policy::browser()
    };
    let mut source = TestSession::not_repeatable(policy);
    source.open().hang_up();
    source.handle(Input::Pause);
    source.handle(Input::Resume);
    assert_eq!(source.hang_up(), too_many(2));
}

#[test]
fn a_source_that_resumes_without_a_network_is_offline() {
    let mut source = TestSession::new(Policy::browser());
    source.handle(Input::Pause);
    assert_eq!(source.handle(Input::Offline), []);
    let offline = State::Offline { attempt: 1 };
    assert_eq!(source.handle(Input::Resume), [Output::State(offline)]);
    assert_eq!(source.next_timeout(), None);
    assert_eq!(source.handle(Input::Pause), [Output::Disconnect, PAUSED]);
    assert_eq!(source.online(), Outcome::Nothing);
    assert_eq!(source.outcome_of(Input::Resume), Outcome::Connect);
}

#[test]
fn a_rule_cannot_reopen_a_source_that_is_paused() {
    let reopen = Decision::Reopen {
        after: seconds(1).into(),
    };
    let mut source = TestSession::with_rule(Policy::browser(), move |_| reopen);
    source.open().handle(Input::Pause);
    let outcome = source.fail_to_decode();
    assert_eq!(outcome, Outcome::KeepWaiting(Failure::Told));
    assert_eq!(source.session.state(), State::Paused);
}

#[test]
fn the_source_of_a_hidden_page_is_paused_after_a_while_and_goes_on_when_the_page_is_seen() {
    let mut source = TestSession::new(pausing_when_hidden());
    let _ = source.open().send("5");
    source.handle(Input::Hidden);
    source.advance(seconds(29));
    assert_eq!(source.timeout(), Outcome::Nothing);
    source.handle(Input::Hidden);
    source.advance(seconds(1));
    let late = Span::ZERO;
    let expected = [Output::Disconnect, PAUSED];
    assert_eq!(source.handle(Input::Timeout { late }), expected);
    assert_eq!(source.next_timeout(), None);
    source.advance(LONG);
    let expected = [CONNECTING, Output::Connect];
    assert_eq!(source.handle(Input::Visible), expected);
    assert_eq!(source.session.last_event_id(), "5");
}

#[test]
fn a_page_that_is_seen_in_time_keeps_its_connection() {
    let mut source = TestSession::new(pausing_when_hidden());
    source.open().handle(Input::Hidden);
    source.advance(seconds(29));
    assert_eq!(source.handle(Input::Visible), []);
    source.advance(seconds(29));
    assert_eq!(source.timeout(), Outcome::Nothing);
}

#[test]
fn no_attempt_is_made_once_a_page_has_been_hidden_for_too_long() {
    for input in [Input::Online, Input::Woken, Input::Timeout { late: LONG }] {
        let mut source = TestSession::new(pausing_when_hidden());
        source.handle(Input::Hidden);
        source.refuse(503, None);
        source.advance(LONG);
        assert_eq!(source.handle(input), [Output::Disconnect, PAUSED]);
    }
}

#[test]
fn a_source_that_the_user_has_paused_stays_so_when_its_page_is_seen() {
    for pauses_first in [true, false] {
        let mut source = TestSession::new(pausing_when_hidden());
        source.open().handle(Input::Hidden);
        if pauses_first {
            source.handle(Input::Pause);
        }
        source.advance(LONG).timeout();
        source.handle(Input::Pause);
        assert_eq!(source.handle(Input::Visible), []);
        assert_eq!(source.session.state(), State::Paused);
    }
}

#[test]
fn a_user_who_resumes_the_source_of_a_hidden_page_has_it_for_as_long_again() {
    let mut source = TestSession::new(pausing_when_hidden());
    source.open().handle(Input::Hidden);
    source.advance(seconds(30)).timeout();
    assert_eq!(source.outcome_of(Input::Resume), Outcome::Connect);
    source.open().advance(seconds(29));
    assert_eq!(source.timeout(), Outcome::Nothing);
    source.advance(seconds(1)).timeout();
    assert_eq!(source.session.state(), State::Paused);
}

#[test]
fn a_source_that_is_opened_in_a_hidden_page_is_paused_too() {
    let opened_hidden = |after| {
        let policy = Policy {
            pause_when_hidden: Some(after),
            ..Policy::browser()
        };
        let mut options = Options::new(Transport::Fetch);
        options.policy = policy.into();
        options.is_hidden = true;
        let now = Timestamp::default();
        let mut session = Session::new(options, At { now, random: 0.5 });
        let outputs: Vec<_> = std::iter::from_fn(|| session.poll()).collect();
        (outputs, session.next_timeout(), session.counts().attempts)
    };
    let due = Some(Timestamp::from_origin(seconds(30)));
    assert_eq!(opened_hidden(seconds(30)), (vec![Output::Connect], due, 1));
    let paused = vec![Output::Disconnect, PAUSED];
    assert_eq!(opened_hidden(Span::ZERO), (paused, None, 0));
}

#[test]
fn a_request_that_is_sent_once_is_not_paused_with_its_page() {
    let mut source = TestSession::not_repeatable(pausing_when_hidden());
    source.open().handle(Input::Hidden);
    assert_eq!(source.next_timeout(), None);
    source.advance(LONG);
    assert_eq!(source.timeout(), Outcome::Nothing);
}

#[test]
fn a_hidden_page_pauses_nothing_unless_the_policy_says_so() {
    let mut source = TestSession::new(Policy::browser());
    assert_eq!(source.open().handle(Input::Hidden), []);
    assert_eq!(source.next_timeout(), None);
}

#[test]
fn a_page_that_wakes_makes_a_connection_again_if_the_policy_says_so() {
    let suspended = Outcome::Reopen {
        failure: Failure::Suspended,
        after: Span::ZERO,
    };
    let mut source = TestSession::new(Policy::resilient());
    assert_eq!(source.open().outcome_of(Input::Woken), suspended);
    let mut source = TestSession::new(Policy::browser());
    assert_eq!(source.open().outcome_of(Input::Woken), Outcome::Nothing);
    let mut post = TestSession::not_repeatable(Policy::resilient());
    assert_eq!(post.open().outcome_of(Input::Woken), Outcome::Nothing);
}

#[test]
fn a_page_that_is_told_several_times_that_it_has_woken_makes_one_connection() {
    let mut source = TestSession::new(Policy::resilient());
    source.open().advance(LONG);
    source.handle(Input::Woken);
    assert_eq!(source.outcome_of(Input::Woken), Outcome::Connect);
    assert_eq!(source.handle(Input::Woken), []);
    assert_eq!(source.timeout_late_by(LONG), Outcome::Nothing);
    source.open();
}

#[test]
fn a_source_that_waits_tries_at_once_when_its_page_wakes() {
    let mut source = TestSession::new(resilient(fixed(LONG)));
    source.give_up();
    assert_eq!(source.outcome_of(Input::Woken), Outcome::Connect);
    source.refuse(503, Some(seconds(60)));
    let expected = [waiting(2, seconds(60))];
    assert_eq!(source.handle(Input::Woken), expected, "the server said so");
    source.handle(Input::Offline);
    assert_eq!(source.handle(Input::Woken), [], "there is no network");
}

#[test]
fn a_browser_whose_wait_has_stood_still_is_replaced_when_the_page_wakes() {
    let mut source = over_browser();
    source.open().lose_without_id();
    let expected = [Output::Disconnect, CONNECTING, Output::Connect];
    assert_eq!(source.handle(Input::Woken), expected);
    let mut source = over_browser();
    source.open().lose_with_id();
    assert_eq!(source.handle(Input::Woken), [], "it alone knows the id");
}

#[test]
fn a_sharer_leaves_its_connection_while_it_is_paused() {
    let options = Options::new(Transport::Fetch).into_sharer();
    let mut source = TestSession::with_options(options);
    let open = || Input::Relayed(Output::State(State::Open));
    source.handle(open());
    assert_eq!(source.handle(Input::Pause), [Output::Disconnect, PAUSED]);
    assert_eq!(source.handle(open()), []);
    let expected = [CONNECTING, Output::Connect];
    assert_eq!(source.handle(Input::Resume), expected);
    assert_eq!(source.handle(open()), [Output::State(State::Open)]);
}

#[test]
fn a_sharer_is_told_that_its_connection_is_paused() {
    let options = Options::new(Transport::Fetch).into_sharer();
    let mut source = TestSession::with_options(options);
    assert_eq!(source.handle(Input::Relayed(PAUSED)), [PAUSED]);
    assert_eq!(source.handle(Input::Relayed(CONNECTING)), [CONNECTING]);
}

#[test]
fn a_source_that_has_closed_is_neither_paused_nor_resumed() {
    let mut source = TestSession::new(pausing_when_hidden());
    source.handle(Input::Close(CloseReason::Requested));
    for input in [
        Input::Pause,
        Input::Resume,
        Input::Reconnect,
        Input::Hidden,
        Input::Visible,
        Input::Woken,
    ] {
        assert_eq!(source.handle(input), []);
        assert_eq!(source.next_timeout(), None);
    }
}

#[test]
fn a_source_that_is_paused_and_resumed_often_waits_no_longer_than_half_a_second() {
    let mut source = TestSession::new(Policy::browser());
    source.open();
    for _ in 0..100 {
        source.handle(Input::Pause);
        source.handle(Input::Resume);
    }
    assert_eq!(source.next_timeout(), Some(milliseconds(500)));
    source.advance(milliseconds(500));
    assert_eq!(source.timeout(), Outcome::Connect);
    source.open().handle(Input::Reconnect);
    assert_eq!(source.next_timeout(), Some(seconds(1)));
}

#[test]
fn a_sharer_that_has_left_is_told_nothing_until_it_joins_again() {
    let options = Options::new(Transport::Fetch).into_sharer();
    let mut source = TestSession::with_options(options);
    let open = || Input::Relayed(Output::State(State::Open));
    source.handle(open());
    for _ in 0..2 {
        source.handle(Input::Pause);
        source.handle(Input::Resume);
    }
    assert_eq!(source.handle(open()), []);
    source.advance(milliseconds(500));
    assert_eq!(source.timeout(), Outcome::Connect);
}
