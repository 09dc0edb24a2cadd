//! How a server says that it has finished.

use super::*;

fn terminal(terminal: Terminal, id: Option<&str>) -> ReceivedEvent<'_> {
    ReceivedEvent {
        last_event_id: id,
        id_field: IdField::Present,
        terminal: Some(terminal),
    }
}

fn deduplicating(transport: Transport) -> Bench {
    Bench::with(Options {
        deduplicate: 10,
        has_terminal: true,
        ..Options::new(transport)
    })
}

#[test]
fn a_terminal_event_is_delivered_and_closes() {
    let mut bench = Bench::new(Policy::browser());
    let expected = (EventOutcome::Poll, vec![Output::Deliver, FINISHED]);
    let outcome = bench.open().receive(terminal(Terminal::Event, None));
    assert_eq!(outcome, expected);
}

#[test]
fn terminal_data_closes_and_is_not_delivered() {
    let mut bench = Bench::new(Policy::browser());
    let outcome = bench.open().receive(terminal(Terminal::Data, None));
    assert_eq!(outcome, (EventOutcome::Poll, vec![FINISHED]));
}

#[test]
fn a_failure_event_is_delivered_and_closes_with_an_error() {
    let mut bench = Bench::new(Policy::resilient());
    let outcome = bench.open().receive(terminal(Terminal::Failure, None));
    let closed = closed_by(Failure::Event, None);
    assert_eq!(outcome, (EventOutcome::Poll, vec![Output::Deliver, closed]));
}

#[test]
fn a_failure_event_closes_with_its_error_even_if_it_does_not_decode() {
    let mut bench = Bench::new(Policy::close_on_error());
    bench.open();
    let now = bench.now;
    let outcome = bench
        .session
        .event(terminal(Terminal::Failure, None), || now);
    assert_eq!(outcome, EventOutcome::Poll);
    assert_eq!(bench.session.poll(), Some(Output::Deliver));
    bench.session.handle(Input::DecodeFailed, bench.at());
    let closed = closed_by(Failure::Event, None);
    assert_eq!(bench.outputs(), [report(Failure::Told, None), closed]);
}

#[test]
fn a_terminal_event_is_delivered_while_the_source_is_open() {
    let mut bench = Bench::new(Policy::browser());
    bench.open();
    let now = bench.now;
    let outcome = bench.session.event(terminal(Terminal::Event, None), || now);
    assert_eq!(outcome, EventOutcome::Poll);
    assert_eq!(bench.session.poll(), Some(Output::Deliver));
    assert_eq!(bench.session.state(), State::Open);
    assert_eq!(bench.session.poll(), Some(FINISHED));
    assert_eq!(bench.session.poll(), None);
}

/// Receives a terminal event that does not decode.
fn receive_undecodable(bench: &mut Bench) -> Vec<Output> {
    let now = bench.now;
    let outcome = bench.session.event(terminal(Terminal::Event, None), || now);
    assert_eq!(outcome, EventOutcome::Poll);
    assert_eq!(bench.session.poll(), Some(Output::Deliver));
    bench.session.handle(Input::DecodeFailed, bench.at());
    bench.outputs()
}

#[test]
fn a_terminal_event_that_does_not_decode_is_reported_and_closes_as_finished() {
    let mut bench = Bench::new(Policy::browser());
    let expected = [report(Failure::Told, None), FINISHED];
    assert_eq!(receive_undecodable(bench.open()), expected);
}

#[test]
fn a_terminal_event_that_does_not_decode_closes_with_the_error_if_the_policy_says_so() {
    let mut bench = Bench::new(Policy::close_on_error());
    let expected = [closed_by(Failure::Told, None)];
    assert_eq!(receive_undecodable(bench.open()), expected);
}

#[test]
fn a_terminal_event_closes_even_if_a_rule_reopens_when_it_does_not_decode() {
    let reopen = Decision::Reopen {
        after: seconds(1).into(),
    };
    let mut bench = Bench::with_rule(Policy::browser(), move |_| reopen);
    let outputs = receive_undecodable(bench.open());
    assert_eq!(outputs.last(), Some(&FINISHED), "{outputs:?}");
    assert!(outputs.contains(&report(Failure::Told, Some(1))));
}

#[test]
fn an_error_of_a_terminal_event_is_reported_even_if_the_rule_does_not_answer() {
    let mut bench = Bench::with_rule(Policy::browser(), |_| unreachable!());
    bench.rule = None;
    let outputs = receive_undecodable(bench.open());
    let expected = [report(Failure::Told, None), FINISHED];
    assert_eq!(outputs[1..], expected, "behind the question");
}

#[test]
fn a_user_who_closes_at_the_terminal_event_has_closed_the_source() {
    let mut bench = Bench::new(Policy::browser());
    bench.open();
    let now = bench.now;
    let _ = bench.session.event(terminal(Terminal::Event, None), || now);
    assert_eq!(bench.session.poll(), Some(Output::Deliver));
    let requested = CloseReason::Requested;
    assert_eq!(
        bench.handle(Input::Close(requested)),
        [Output::Closed(requested)]
    );
}

#[test]
fn a_terminal_event_is_never_a_duplicate() {
    for transport in [Transport::Browser, Transport::Fetch] {
        for kind in [Terminal::Event, Terminal::Data, Terminal::Failure] {
            let mut bench = deduplicating(transport);
            let _ = bench.open().send("1");
            bench.hang_up();
            let (_, outputs) = bench.open().receive(terminal(kind, Some("1")));
            let closed = matches!(outputs.last(), Some(Output::Closed(_)));
            assert!(closed, "{outputs:?}");
            assert_eq!(
                outputs.contains(&Output::Deliver),
                kind != Terminal::Data,
                "{outputs:?}"
            );
        }
    }
}

#[test]
fn a_gap_before_a_terminal_event_is_reported() {
    let failed = closed_by(Failure::Event, None);
    for (kind, expected) in [
        (Terminal::Event, vec![Output::Deliver, FINISHED]),
        (Terminal::Data, vec![FINISHED]),
        (Terminal::Failure, vec![Output::Deliver, failed]),
    ] {
        let mut bench = deduplicating(Transport::Fetch);
        let _ = bench.open().send("1");
        bench.hang_up();
        let (_, outputs) = bench.open().receive(terminal(kind, Some("4")));
        assert!(
            matches!(&outputs[0], Output::Gap(gap) if gap.missed == 2),
            "{outputs:?}"
        );
        assert_eq!(outputs[1..], expected);
    }
}
