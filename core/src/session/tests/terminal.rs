//! Terminal events and terminal data, by which a server says that it has finished.

use super::*;

fn terminal(terminal: Terminal, id: Option<&str>) -> ReceivedEvent<'_> {
    ReceivedEvent {
        last_event_id: id,
        id_field: IdField::Present,
        digest: 0,
        terminal: Some(terminal),
    }
}

fn deduplicating(transport: Transport) -> TestSession {
    TestSession::with_options(Options {
        deduplicate: 10,
        has_terminal: true,
        ..Options::new(transport)
    })
}

#[test]
fn a_terminal_event_is_delivered_and_closes() {
    let mut source = TestSession::new(Policy::browser());
    let expected = (EventOutcome::Poll, vec![Output::Deliver, FINISHED]);
    let outcome = source.open().receive(terminal(Terminal::Event, None));
    assert_eq!(outcome, expected);
}

#[test]
fn terminal_data_closes_and_is_not_delivered() {
    let mut source = TestSession::new(Policy::browser());
    let outcome = source.open().receive(terminal(Terminal::Data, None));
    assert_eq!(outcome, (EventOutcome::Poll, vec![FINISHED]));
}

#[test]
fn a_failure_event_is_delivered_and_closes_with_an_error() {
    let mut source = TestSession::new(Policy::resilient());
    let outcome = source.open().receive(terminal(Terminal::Failure, None));
    let closed = closed_by(Failure::Event, None);
    assert_eq!(outcome, (EventOutcome::Poll, vec![Output::Deliver, closed]));
}

#[test]
fn a_failure_event_closes_with_its_error_even_if_it_does_not_decode() {
    let mut source = TestSession::new(Policy::close_on_error());
    source.open();
    let now = source.now;
    let outcome = source
        .session
        .event(terminal(Terminal::Failure, None), || now);
    assert_eq!(outcome, EventOutcome::Poll);
    assert_eq!(source.session.poll(), Some(Output::Deliver));
    source.session.handle(Input::DecodeFailed, source.at());
    let closed = closed_by(Failure::Event, None);
    assert_eq!(source.outputs(), [report(Failure::Told, None), closed]);
}

#[test]
fn a_terminal_event_is_delivered_while_the_source_is_open() {
    let mut source = TestSession::new(Policy::browser());
    source.open();
    let now = source.now;
    let outcome = source
        .session
        .event(terminal(Terminal::Event, None), || now);
    assert_eq!(outcome, EventOutcome::Poll);
    assert_eq!(source.session.poll(), Some(Output::Deliver));
    assert_eq!(source.session.state(), State::Open);
    assert_eq!(source.session.poll(), Some(FINISHED));
    assert_eq!(source.session.poll(), None);
}

/// Receives a terminal event that does not decode.
fn receive_undecodable(source: &mut TestSession) -> Vec<Output> {
    let now = source.now;
    let outcome = source
        .session
        .event(terminal(Terminal::Event, None), || now);
    assert_eq!(outcome, EventOutcome::Poll);
    assert_eq!(source.session.poll(), Some(Output::Deliver));
    source.session.handle(Input::DecodeFailed, source.at());
    source.outputs()
}

#[test]
fn a_terminal_event_that_does_not_decode_is_reported_and_closes_as_finished() {
    let mut source = TestSession::new(Policy::browser());
    let expected = [report(Failure::Told, None), FINISHED];
    assert_eq!(receive_undecodable(source.open()), expected);
}

#[test]
fn a_terminal_event_that_does_not_decode_closes_with_the_error_if_the_policy_says_so() {
    let mut source = TestSession::new(Policy::close_on_error());
    let expected = [closed_by(Failure::Told, None)];
    assert_eq!(receive_undecodable(source.open()), expected);
}

#[test]
fn a_terminal_event_closes_even_if_a_rule_reopens_when_it_does_not_decode() {
    let reopen = Decision::Reopen {
        after: seconds(1).into(),
    };
    let mut source = TestSession::with_rule(Policy::browser(), move |_| reopen);
    let outputs = receive_undecodable(source.open());
    assert_eq!(outputs.last(), Some(&FINISHED), "{outputs:?}");
    assert!(outputs.contains(&report(Failure::Told, Some(1))));
}

#[test]
fn an_error_of_a_terminal_event_is_reported_even_if_the_rule_does_not_answer() {
    let mut source = TestSession::with_rule(Policy::browser(), |_| unreachable!());
    source.rule = None;
    let outputs = receive_undecodable(source.open());
    let expected = [report(Failure::Told, None), FINISHED];
    assert_eq!(outputs[1..], expected, "after the question");
}

#[test]
fn a_source_that_is_closed_at_the_terminal_event_is_closed_as_requested() {
    let mut source = TestSession::new(Policy::browser());
    source.open();
    let now = source.now;
    let _ = source
        .session
        .event(terminal(Terminal::Event, None), || now);
    assert_eq!(source.session.poll(), Some(Output::Deliver));
    let requested = CloseReason::Requested;
    assert_eq!(
        source.handle(Input::Close(requested)),
        [Output::Closed(requested)]
    );
}

#[test]
fn a_terminal_event_is_never_a_duplicate() {
    for transport in [Transport::Browser, Transport::Fetch] {
        for kind in [Terminal::Event, Terminal::Data, Terminal::Failure] {
            let mut source = deduplicating(transport);
            let _ = source.open().send("1");
            source.hang_up();
            let (_, outputs) = source.open().receive(terminal(kind, Some("1")));
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
        let mut source = deduplicating(Transport::Fetch);
        let _ = source.open().send("1");
        source.hang_up();
        let (_, outputs) = source.open().receive(terminal(kind, Some("4")));
        assert!(
            matches!(&outputs[0], Output::Gap(gap) if gap.missed == 2),
            "{outputs:?}"
        );
        assert_eq!(outputs[1..], expected);
    }
}
