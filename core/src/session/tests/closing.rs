//! A close takes effect at once, and is reported once and last.

use proptest::{collection::vec, prelude::*};

use super::{space::*, *};

const REQUESTED: Input<'_> = Input::Close(CloseReason::Requested);

fn requested() -> Output {
    Output::Closed(CloseReason::Requested)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn a_close_while_outputs_wait_or_a_rule_is_asked_leaves_one_output_closed_at_the_end(
        setup in any_setup(),
        happenings in vec(any_happening(), 1..40),
        outputs_before in 0usize..4,
    ) {
        let mut source = setup.start();
        let (last, before) = happenings.split_last().expect("at least one");
        for happening in before {
            source.play(happening);
        }
        if source.session.is_closed() {
            return Ok(());
        }
        source.tell(last);
        for _ in 0..outputs_before {
            let _ = source.session.poll();
        }
        if source.session.is_closed() {
            return Ok(());
        }
        let outputs = source.handle(REQUESTED);
        let Some((closed, errors)) = outputs.split_last() else {
            panic!("the close is not reported");
        };
        prop_assert_eq!(closed, &requested());
        prop_assert!(errors.iter().all(|output| matches!(output, Output::Report(_))), "{:?}", outputs);
        prop_assert_eq!(source.session.state(), State::Closed);
        prop_assert_eq!(source.session.next_timeout(), None);
        prop_assert_eq!(source.handle(REQUESTED), []);
    }
}

#[test]
fn a_source_can_be_closed_before_it_connects() {
    let at = TestSession::new(Policy::browser()).at();
    let mut session = Session::new(Options::new(Transport::Fetch), at);
    session.handle(REQUESTED, at);
    assert_eq!(session.poll(), Some(requested()));
    assert_eq!(session.poll(), None);
}

#[test]
fn a_close_has_its_reason() {
    for reason in [CloseReason::Requested, CloseReason::Dropped] {
        let mut source = TestSession::new(Policy::browser());
        assert_eq!(
            source.handle(Input::Close(reason)),
            [Output::Closed(reason)]
        );
    }
    let finished = Output::Closed(CloseReason::Finished);
    let mut source = TestSession::new(Policy::resilient());
    assert_eq!(source.open().handle(Input::Finished), [finished]);
    let mut source = TestSession::new(Policy::resilient());
    let overflowed = closed_by(Failure::Told, None);
    assert_eq!(source.open().handle(Input::Overflowed), [overflowed]);
}

#[test]
fn an_input_after_the_close_is_ignored() {
    let mut source = TestSession::new(Policy::resilient());
    source.open().handle(REQUESTED);
    for input in [
        Input::Opened,
        Input::Comment,
        Input::Lost(Loss::Reestablish),
        BODY_ENDED,
        Input::Finished,
        Input::DecodeFailed,
        Input::Decided(Decision::Reopen {
            after: seconds(0).into(),
        }),
        Input::Timeout { late: LONG },
        Input::Online,
        Input::Offline,
        Input::Overflowed,
        Input::Close(CloseReason::Dropped),
        Input::Relayed(Output::State(State::Open)),
    ] {
        assert_eq!(source.handle(input.clone()), [], "{input:?}");
        assert_eq!(source.session.state(), State::Closed);
    }
    assert_eq!(source.send("7"), (EventOutcome::Skip, vec![]));
    assert_eq!(source.session.last_event_id(), "");
}

const LONG: Span = seconds(3600);

/// A source whose rule is asked and does not answer.
fn with_silent_rule(policy: Policy) -> TestSession {
    let mut source = TestSession::with_rule(policy, |_| unreachable!("the rule is not called"));
    source.rule = None;
    source
}

#[test]
fn an_error_is_reported_even_if_the_rule_asked_about_it_closes_the_source() {
    let mut source = with_silent_rule(Policy::resilient());
    source.session.handle(
        Input::Lost(Loss::Reestablish),
        At {
            now: source.now,
            random: 0.5,
        },
    );
    assert!(matches!(source.session.poll(), Some(Output::Decide(_))));
    source.session.handle(REQUESTED, source.at());
    let reopen = Decision::Reopen { after: LONG.into() };
    source.session.handle(Input::Decided(reopen), source.at());
    assert_eq!(
        source.outputs(),
        [report(Failure::Told, Some(1)), requested()]
    );
}

#[test]
fn an_event_that_does_not_decode_is_reported_even_if_its_decoder_closes_the_source() {
    let mut source = TestSession::new(Policy::browser());
    source.open();
    source.session.handle(REQUESTED, source.at());
    source.session.handle(Input::DecodeFailed, source.at());
    assert_eq!(source.outputs(), [report(Failure::Told, None), requested()]);
}

#[test]
fn the_proposal_applies_if_the_rule_does_not_answer() {
    let mut source = with_silent_rule(Policy::resilient());
    source.open();
    let outputs = source.handle(Input::Lost(Loss::Reestablish));
    assert!(matches!(outputs[..], [Output::Decide(_)]), "{outputs:?}");
    let proposed = waiting(1, milliseconds(500));
    let told = report(Failure::Told, Some(1));
    let expected = [Output::Disconnect, told, proposed];
    assert_eq!(source.handle(Input::Comment), expected);
}

#[test]
fn a_proposed_close_comes_before_the_next_input_if_the_rule_does_not_answer() {
    for input in [
        Input::Lost(Loss::Reestablish),
        Input::Opened,
        Input::Online,
        Input::Finished,
    ] {
        let mut source = with_silent_rule(Policy::close_on_error());
        source.open().handle(Input::Lost(Loss::Reestablish));
        let closed = closed_by(Failure::Told, None);
        assert_eq!(source.handle(input.clone()), [closed], "{input:?}");
        assert!(source.session.is_closed());
    }
}

#[test]
fn an_event_comes_after_the_proposal_if_the_rule_did_not_answer() {
    let mut source = with_silent_rule(Policy::browser());
    source.open().handle(Input::DecodeFailed);
    let told = report(Failure::Told, None);
    let expected = (EventOutcome::Poll, vec![told, Output::Deliver]);
    assert_eq!(source.receive(EVENT), expected);

    let mut source = with_silent_rule(Policy::close_on_error());
    source.open().handle(Input::DecodeFailed);
    let closed = closed_by(Failure::Told, None);
    assert_eq!(source.receive(EVENT), (EventOutcome::Poll, vec![closed]));
}

#[test]
fn an_answer_without_a_question_is_ignored() {
    let mut source = TestSession::new(Policy::resilient());
    source.open();
    assert_eq!(source.handle(Input::Decided(Decision::Close)), []);
    assert_eq!(source.session.state(), State::Open);
}

#[test]
fn a_session_knows_why_it_has_closed_before_it_reports_it() {
    let mut source = TestSession::new(Policy::browser());
    assert_eq!(source.session.close_reason(), None);
    source.session.handle(REQUESTED, source.at());
    let reason = Some(CloseReason::Requested);
    assert_eq!(source.session.close_reason(), reason);
    assert_eq!(source.outputs(), [requested()]);
    source.handle(Input::Close(CloseReason::Dropped));
    assert_eq!(source.session.close_reason(), reason);
}
