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
    fn a_close_while_outputs_wait_or_a_rule_is_asked_leaves_one_closed_as_the_last_output(
        source in any_source(),
        happenings in vec(any_happening(), 1..40),
        outputs_before in 0usize..4,
    ) {
        let mut bench = source.bench();
        let (last, before) = happenings.split_last().expect("at least one");
        for happening in before {
            bench.play(happening);
        }
        if bench.session.is_closed() {
            return Ok(());
        }
        bench.tell(last);
        for _ in 0..outputs_before {
            let _ = bench.session.poll();
        }
        if bench.session.is_closed() {
            return Ok(());
        }
        let outputs = bench.handle(REQUESTED);
        let Some((closed, errors)) = outputs.split_last() else {
            panic!("nothing is told of the close");
        };
        prop_assert_eq!(closed, &requested());
        prop_assert!(errors.iter().all(|output| matches!(output, Output::Report(_))), "{:?}", outputs);
        prop_assert_eq!(bench.session.state(), State::Closed);
        prop_assert_eq!(bench.session.next_timeout(), None);
        prop_assert_eq!(bench.handle(REQUESTED), []);
    }
}

#[test]
fn a_source_can_be_closed_before_it_connects() {
    let at = Bench::new(Policy::browser()).at();
    let mut session = Session::new(Options::new(Transport::Fetch), at);
    session.handle(REQUESTED, at);
    assert_eq!(session.poll(), Some(requested()));
    assert_eq!(session.poll(), None);
}

#[test]
fn a_close_says_why() {
    for reason in [CloseReason::Requested, CloseReason::Dropped] {
        let mut bench = Bench::new(Policy::browser());
        assert_eq!(bench.handle(Input::Close(reason)), [Output::Closed(reason)]);
    }
    let finished = Output::Closed(CloseReason::Finished);
    let mut bench = Bench::new(Policy::resilient());
    assert_eq!(bench.open().handle(Input::Finished), [finished]);
    let mut bench = Bench::new(Policy::resilient());
    let overflowed = closed_by(Failure::Told, None);
    assert_eq!(bench.open().handle(Input::Overflowed), [overflowed]);
}

#[test]
fn an_input_after_the_close_is_ignored() {
    let mut bench = Bench::new(Policy::resilient());
    bench.open().handle(REQUESTED);
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
        assert_eq!(bench.handle(input.clone()), [], "{input:?}");
        assert_eq!(bench.session.state(), State::Closed);
    }
    assert_eq!(bench.send("7"), (EventOutcome::Skip, vec![]));
    assert_eq!(bench.session.last_event_id(), "");
}

const LONG: Span = seconds(3600);

/// Runs a source up to the point at which its rule is asked.
fn asked(policy: Policy) -> Bench {
    let mut bench = Bench::with_rule(policy, |_| unreachable!("the test answers"));
    bench.rule = None;
    bench
}

#[test]
fn an_error_is_reported_even_if_the_rule_asked_about_it_closes_the_source() {
    let mut bench = asked(Policy::resilient());
    bench.session.handle(
        Input::Lost(Loss::Reestablish),
        At {
            now: bench.now,
            random: 0.5,
        },
    );
    assert!(matches!(bench.session.poll(), Some(Output::Decide(_))));
    bench.session.handle(REQUESTED, bench.at());
    let reopen = Decision::Reopen { after: LONG.into() };
    bench.session.handle(Input::Decided(reopen), bench.at());
    assert_eq!(
        bench.outputs(),
        [report(Failure::Told, Some(1)), requested()]
    );
}

#[test]
fn an_event_that_does_not_decode_is_reported_even_if_its_decoder_closes_the_source() {
    let mut bench = Bench::new(Policy::browser());
    bench.open();
    bench.session.handle(REQUESTED, bench.at());
    bench.session.handle(Input::DecodeFailed, bench.at());
    assert_eq!(bench.outputs(), [report(Failure::Told, None), requested()]);
}

#[test]
fn the_proposal_applies_if_the_rule_does_not_answer() {
    let mut bench = asked(Policy::resilient());
    bench.open();
    let outputs = bench.handle(Input::Lost(Loss::Reestablish));
    assert!(matches!(outputs[..], [Output::Decide(_)]), "{outputs:?}");
    let proposed = waiting(1, milliseconds(500));
    let told = report(Failure::Told, Some(1));
    let expected = [Output::Disconnect, told, proposed];
    assert_eq!(bench.handle(Input::Comment), expected);
}

#[test]
fn a_proposed_close_comes_before_the_next_input_if_the_rule_does_not_answer() {
    for input in [
        Input::Lost(Loss::Reestablish),
        Input::Opened,
        Input::Online,
        Input::Finished,
    ] {
        let mut bench = asked(Policy::close_on_error());
        bench.open().handle(Input::Lost(Loss::Reestablish));
        let closed = closed_by(Failure::Told, None);
        assert_eq!(bench.handle(input.clone()), [closed], "{input:?}");
        assert!(bench.session.is_closed());
    }
}

#[test]
fn an_event_comes_after_the_proposal_if_the_rule_did_not_answer() {
    let mut bench = asked(Policy::browser());
    bench.open().handle(Input::DecodeFailed);
    let told = report(Failure::Told, None);
    let expected = (EventOutcome::Poll, vec![told, Output::Deliver]);
    assert_eq!(bench.receive(EVENT), expected);

    let mut bench = asked(Policy::close_on_error());
    bench.open().handle(Input::DecodeFailed);
    let closed = closed_by(Failure::Told, None);
    assert_eq!(bench.receive(EVENT), (EventOutcome::Poll, vec![closed]));
}

#[test]
fn an_answer_without_a_question_is_ignored() {
    let mut bench = Bench::new(Policy::resilient());
    bench.open();
    assert_eq!(bench.handle(Input::Decided(Decision::Close)), []);
    assert_eq!(bench.session.state(), State::Open);
}

#[test]
fn a_session_knows_why_it_has_closed_before_it_reports_it() {
    let mut bench = Bench::new(Policy::browser());
    assert_eq!(bench.session.close_reason(), None);
    bench.session.handle(REQUESTED, bench.at());
    let reason = Some(CloseReason::Requested);
    assert_eq!(bench.session.close_reason(), reason);
    assert_eq!(bench.outputs(), [requested()]);
    bench.handle(Input::Close(CloseReason::Dropped));
    assert_eq!(bench.session.close_reason(), reason);
}
