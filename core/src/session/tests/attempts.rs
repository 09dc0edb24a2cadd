//! The attempts to connect: what is told of them, and what is counted.

use proptest::{collection::vec, prelude::*};

use super::{space::*, *};

/// A source that tells of its attempts.
fn telling(policy: Policy, transport: Transport) -> TestSession {
    let mut source = TestSession::with_options(Options {
        policy: policy.into(),
        ..Options::new(transport)
    });
    source.session.tell_attempts();
    source
}

/// The attempts among outputs.
fn attempts(outputs: &[Output]) -> Vec<EndedAttempt> {
    outputs.iter().filter_map(attempt).collect()
}

fn attempt(output: &Output) -> Option<EndedAttempt> {
    match output {
        Output::Attempt(attempt) => Some(*attempt),
        _ => None,
    }
}

/// The first output, which has to be about an attempt.
#[track_caller]
fn first(outputs: &[Output]) -> EndedAttempt {
    let first = outputs.first().and_then(attempt);
    first.unwrap_or_else(|| panic!("{outputs:?}"))
}

fn ended(number: u32, reason: AttemptReason, outcome: AttemptOutcome) -> EndedAttempt {
    EndedAttempt {
        number,
        reason,
        started: Some(Timestamp::default()),
        outcome,
        failure: None,
    }
}

#[test]
fn an_attempt_that_opens_is_told_with_its_start_before_the_state() {
    let mut source = telling(Policy::browser(), Transport::Fetch);
    source.advance(seconds(2));
    let expected = ended(1, AttemptReason::First, AttemptOutcome::Opened);
    let outputs = source.handle(Input::Opened);
    assert_eq!(
        outputs,
        [Output::Attempt(expected), Output::State(State::Open)]
    );
    assert_eq!(source.session.counts().opened, 1);
}

#[test]
fn an_attempt_after_a_loss_is_a_reconnection_and_the_loss_is_no_attempt() {
    let mut source = telling(Policy::browser(), Transport::Fetch);
    source.handle(Input::Opened);
    let outputs = source.handle(Input::Lost(Loss::Reestablish));
    assert_eq!(attempts(&outputs), []);
    source.advance(seconds(3)).timeout();
    let started = source.now;
    source.advance(seconds(1));
    let expected = EndedAttempt {
        started: Some(started),
        ..ended(2, AttemptReason::Reconnection, AttemptOutcome::Opened)
    };
    assert_eq!(first(&source.handle(Input::Opened)), expected);
}

#[test]
fn an_attempt_that_fails_is_told_before_its_error() {
    let mut source = telling(Policy::resilient(), Transport::Fetch);
    let outputs = source.handle(Input::Lost(Loss::Reestablish));
    let expected = EndedAttempt {
        failure: Some(Failure::Told),
        ..ended(1, AttemptReason::First, AttemptOutcome::Failed)
    };
    assert_eq!(first(&outputs), expected);
    assert!(matches!(
        outputs[1..],
        [Output::Disconnect, Output::Report(_), Output::State(_)]
    ));
}

#[test]
fn an_answer_that_is_no_event_stream_is_a_refusal() {
    let refused = |class| {
        let mut source = telling(Policy::close_on_error(), Transport::Fetch);
        let retry_after = None;
        let outputs = source.handle(Input::Lost(Loss::Fail { class, retry_after }));
        assert!(matches!(outputs[..], [_, Output::Closed(_)]), "{outputs:?}");
        first(&outputs).outcome
    };
    assert_eq!(refused(FailureClass::Status(401)), AttemptOutcome::Refused);
    assert_eq!(refused(FailureClass::ContentType), AttemptOutcome::Refused);
    assert_eq!(refused(FailureClass::Other), AttemptOutcome::Failed);
    assert_eq!(refused(FailureClass::Hopeless), AttemptOutcome::Failed);
}

#[test]
fn the_server_may_finish_in_place_of_an_answer() {
    let mut source = telling(Policy::browser(), Transport::Fetch);
    let expected = ended(1, AttemptReason::First, AttemptOutcome::Finished);
    let outputs = source.handle(Input::Finished);
    assert_eq!(outputs, [Output::Attempt(expected), FINISHED]);
}

#[test]
fn an_attempt_is_aborted_if_the_source_closes() {
    let mut source = telling(Policy::browser(), Transport::Fetch);
    let expected = ended(1, AttemptReason::First, AttemptOutcome::Aborted);
    let reason = CloseReason::Requested;
    let outputs = source.handle(Input::Close(reason));
    assert_eq!(outputs, [Output::Attempt(expected), Output::Closed(reason)]);
    assert_eq!(source.handle(Input::Close(reason)), []);
}

#[test]
fn an_attempt_that_a_rule_was_asked_about_has_failed_even_if_the_source_closes_then() {
    let mut source = TestSession::with_rule(Policy::browser(), |_| Decision::AsProposed);
    source.session.tell_attempts();
    source
        .session
        .handle(Input::Lost(Loss::Reestablish), source.at());
    source.rule = None;
    assert!(matches!(source.session.poll(), Some(Output::Decide(_))));
    let outputs = source.handle(Input::Close(CloseReason::Requested));
    assert_eq!(first(&outputs).outcome, AttemptOutcome::Failed);
    let report = report(Failure::Told, Some(1));
    assert_eq!(
        outputs[1..],
        [report, Output::Closed(CloseReason::Requested)]
    );
}

#[test]
fn an_attempt_that_was_told_and_not_heard_is_still_told_if_the_source_closes() {
    let mut source = telling(Policy::browser(), Transport::Fetch);
    source.session.handle(Input::Opened, source.at());
    let outputs = source.handle(Input::Close(CloseReason::Requested));
    assert_eq!(first(&outputs).outcome, AttemptOutcome::Opened);
    assert_eq!(outputs[1..], [Output::Closed(CloseReason::Requested)]);
}

#[test]
fn a_slow_attempt_that_is_kept_goes_on() {
    let keep = |then| Policy {
        on_slow_open: limit(seconds(5), then),
        ..Policy::resilient()
    };
    let mut source = telling(keep(LimitAction::KeepWaiting), Transport::Fetch);
    source.advance(seconds(5));
    let late = Span::ZERO;
    let outputs = source.handle(Input::Timeout { late });
    assert_eq!(outputs, [report(Failure::OpenTimeout, None)]);
    source.advance(seconds(1));
    let opened = first(&source.handle(Input::Opened));
    assert_eq!(opened.started, Some(Timestamp::default()));

    let mut source = telling(keep(LimitAction::Reopen), Transport::Fetch);
    source.advance(seconds(5));
    let failed = first(&source.handle(Input::Timeout { late }));
    assert_eq!(failed.outcome, AttemptOutcome::Failed);
    assert_eq!(failed.failure, Some(Failure::OpenTimeout));
}

#[test]
fn an_attempt_after_a_sleep_says_that_the_page_woke() {
    let mut source = telling(Policy::resilient(), Transport::Fetch);
    source.handle(Input::Opened);
    source.advance(seconds(600));
    source.timeout_late_by(seconds(600));
    source.timeout();
    let opened = first(&source.handle(Input::Opened));
    assert_eq!(opened.reason, AttemptReason::Woken);
    source.handle(Input::Lost(Loss::Reestablish));
    source.next_deadline();
    let next = first(&source.handle(Input::Opened));
    assert_eq!(next.reason, AttemptReason::Reconnection);
}

#[test]
fn an_attempt_that_another_one_replaces_or_a_pause_ends_is_aborted() {
    let mut source = telling(Policy::browser(), Transport::Fetch);
    source.advance(seconds(1));
    let aborted = first(&source.handle(Input::Reconnect));
    assert_eq!(aborted.outcome, AttemptOutcome::Aborted);
    source.advance(seconds(1));
    let outputs = source.handle(Input::Pause);
    let aborted = first(&outputs);
    assert_eq!(aborted.outcome, AttemptOutcome::Aborted);
    assert_eq!(aborted.reason, AttemptReason::Reconnect);
    assert_eq!(
        outputs[1..],
        [Output::Disconnect, Output::State(State::Paused)]
    );
    source.advance(seconds(1));
    source.handle(Input::Resume);
    let opened = first(&source.handle(Input::Opened));
    assert_eq!((opened.number, opened.reason), (3, AttemptReason::Resumed));
    source.advance(seconds(1));
    assert_eq!(attempts(&source.handle(Input::Reconnect)), []);
    let opened = first(&source.handle(Input::Opened));
    assert_eq!(
        (opened.number, opened.reason),
        (4, AttemptReason::Reconnect)
    );
}

#[test]
fn the_attempts_of_the_browser_are_told_by_their_ends() {
    let mut source = telling(Policy::browser(), Transport::Browser);
    source.handle(Input::Opened);
    source.session.note_last_event_id("1");
    source.advance(seconds(60));
    let lost = Input::Lost(Loss::BrowserReconnects);
    assert_eq!(attempts(&source.handle(lost.clone())), []);
    assert_eq!(source.session.counts().attempts, 1, "none has ended");
    source.advance(seconds(3));
    let expected = EndedAttempt {
        started: None,
        failure: Some(Failure::Told),
        ..ended(2, AttemptReason::Reconnection, AttemptOutcome::Failed)
    };
    assert_eq!(first(&source.handle(lost)), expected);
    source.advance(seconds(3));
    let expected = EndedAttempt {
        started: None,
        ..ended(3, AttemptReason::Reconnection, AttemptOutcome::Opened)
    };
    assert_eq!(first(&source.handle(Input::Opened)), expected);
    assert_eq!(source.session.counts().attempts, 3);
}

#[test]
fn an_attempt_that_is_postponed_counts_when_it_is_made() {
    let mut source = telling(Policy::browser(), Transport::Fetch);
    source.handle(Input::Postponed(seconds(1)));
    assert_eq!(source.session.counts().attempts, 0);
    source.advance(seconds(1)).timeout();
    assert_eq!(source.session.counts().attempts, 1);
    let expected = EndedAttempt {
        started: Some(source.now),
        ..ended(1, AttemptReason::First, AttemptOutcome::Opened)
    };
    assert_eq!(first(&source.handle(Input::Opened)), expected);
}

#[test]
fn a_source_that_closes_while_its_attempt_is_postponed_tells_of_none() {
    let mut source = telling(Policy::browser(), Transport::Fetch);
    source.handle(Input::Postponed(seconds(1)));
    let reason = CloseReason::Requested;
    assert_eq!(
        source.handle(Input::Close(reason)),
        [Output::Closed(reason)]
    );
}

#[test]
fn an_event_that_arrived_earlier_may_end_the_source_during_an_attempt() {
    let mut source = telling(Policy::resilient(), Transport::Fetch);
    source.handle(Input::Opened);
    source.handle(Input::Lost(Loss::Reestablish));
    source.next_deadline();
    let (_, outputs) = source.receive(ReceivedEvent {
        terminal: Some(Terminal::Event),
        ..EVENT
    });
    let [Output::Deliver, Output::Attempt(attempt), FINISHED] = &outputs[..] else {
        panic!("{outputs:?}");
    };
    assert_eq!(attempt.outcome, AttemptOutcome::Aborted);
}

#[test]
fn duplicates_and_gaps_are_counted() {
    let mut source = TestSession::with_options(Options {
        deduplicate: 10,
        ..Options::new(Transport::Fetch)
    });
    let _ = source.open().send("1");
    source.hang_up();
    let _ = source.open().send("1");
    let _ = source.send("4");
    let Counts {
        attempts,
        opened,
        duplicates,
        gaps,
    } = source.session.counts();
    assert_eq!((attempts, opened, duplicates, gaps), (2, 2, 1, 1));
}

#[test]
fn nothing_is_told_of_attempts_unless_that_is_asked_for() {
    let mut source = TestSession::new(Policy::browser());
    assert_eq!(source.handle(Input::Opened), [Output::State(State::Open)]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn each_attempt_is_told_once_in_order_and_changes_nothing(
        setup in any_setup(),
        happenings in vec(any_happening(), 0..60),
    ) {
        let (mut source, mut other) = (setup.start(), setup.start());
        source.session.tell_attempts();
        let mut told = Vec::new();
        // Only a sharer is relayed anything, and it tells of no attempts.
        let is_relayed = |happening: &_| matches!(happening, Happening::Input(Input::Relayed(_)));
        for happening in happenings.into_iter().filter(|happening| !is_relayed(happening)) {
            let mut outputs = source.play(&happening);
            told.extend(attempts(&outputs));
            outputs.retain(|output| attempt(output).is_none());
            prop_assert_eq!(outputs, other.play(&happening));
            let counts = source.session.counts();
            prop_assert!(told.iter().map(|attempt| attempt.number).eq(1..=told.len() as u32));
            let is_connecting = matches!(source.session.phase, Phase::Connecting);
            let is_under_way = is_connecting || source.session.renewal.is_under_way;
            prop_assert_eq!(told.len() as u32 + u32::from(is_under_way), counts.attempts);
            let opened = told.iter().filter(|attempt| attempt.outcome == AttemptOutcome::Opened);
            prop_assert_eq!(opened.count() as u32, counts.opened);
        }
    }
}
