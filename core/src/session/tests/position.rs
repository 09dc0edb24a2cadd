//! The last event id: the event that a source continues after.

use super::*;

/// A source that continues after the event with the id 5.
fn continuing_after_5(transport: Transport) -> TestSession {
    TestSession::with_options(Options {
        policy: Policy::resilient().into(),
        last_event_id: "5".into(),
        has_resume_parameter: true,
        deduplicate: 10,
        ..Options::new(transport)
    })
}

fn reopen(source: &mut TestSession) {
    expect_wait(source.give_up());
    source.open();
}

/// An event of a transport that does not tell whether the event itself has the id.
fn with_hidden_id_field(id: &str) -> ReceivedEvent<'_> {
    ReceivedEvent {
        id_field: IdField::Unknown,
        ..with_id(id)
    }
}

fn unlistened_event(id: &str) -> Input<'_> {
    Input::Unlistened {
        is_event: true,
        last_event_id: Some(id),
    }
}

#[test]
fn a_source_continues_after_the_given_id() {
    let source = continuing_after_5(Transport::Fetch);
    assert_eq!(source.session.last_event_id(), "5");
}

#[test]
fn an_event_changes_the_last_event_id_whether_or_not_it_is_delivered() {
    for transport in [Transport::Browser, Transport::Fetch] {
        let mut source = continuing_after_5(transport);
        let _ = source.open().send("6");
        assert_eq!(source.session.last_event_id(), "6");
        reopen(&mut source);
        assert_eq!(source.send("5").0, EventOutcome::Skip, "a duplicate");
        assert_eq!(source.session.last_event_id(), "5");
        source.handle(unlistened_event("8"));
        assert_eq!(source.session.last_event_id(), "8");
        source.session.note_last_event_id("9");
        assert_eq!(source.session.last_event_id(), "9");
    }
}

#[test]
fn an_empty_id_resets_the_last_event_id_on_both_transports_even_after_a_reopening() {
    for transport in [Transport::Browser, Transport::Fetch] {
        let receive = |source: &mut TestSession, id| match transport {
            Transport::Browser => source.receive(with_hidden_id_field(id)),
            Transport::Fetch => source.send(id),
        };
        let mut source = continuing_after_5(transport);
        reopen(&mut source);
        for id in ["6", "7", ""] {
            let _ = receive(&mut source, id);
        }
        assert_eq!(source.session.last_event_id(), "", "{transport:?}");
        reopen(&mut source);
        assert_eq!(source.session.last_event_id(), "", "{transport:?}");
        let (outcome, _) = receive(&mut source, "6");
        assert_eq!(
            outcome,
            EventOutcome::Deliver,
            "the id was delivered only before the reset"
        );
    }
}

#[test]
fn an_empty_id_resets_the_last_event_id_over_fetch_at_once() {
    let mut source = continuing_after_5(Transport::Fetch);
    let _ = source.open().send("");
    assert_eq!(source.session.last_event_id(), "");
    let mut source = continuing_after_5(Transport::Fetch);
    source.open().handle(Input::Unlistened {
        is_event: false,
        last_event_id: Some(""),
    });
    assert_eq!(source.session.last_event_id(), "");
}

#[test]
fn a_reopened_browser_source_keeps_the_last_event_id_until_an_event_has_an_id() {
    let mut source = continuing_after_5(Transport::Browser);
    for _ in 0..3 {
        assert!(source.open().session.wants_ids());
        assert_eq!(
            source.receive(with_hidden_id_field("")).0,
            EventOutcome::Deliver
        );
        source.session.note_last_event_id("");
        source.handle(unlistened_event(""));
        assert_eq!(source.session.last_event_id(), "5");
        expect_wait(source.give_up());
    }
    assert_eq!(
        source.open().receive(with_hidden_id_field("5")).0,
        EventOutcome::Skip
    );
    assert_eq!(
        source.receive(with_hidden_id_field("6")).0,
        EventOutcome::Deliver
    );
    let _ = source.receive(with_hidden_id_field(""));
    assert_eq!(source.session.last_event_id(), "");
}

#[test]
fn a_browser_that_reconnects_knows_the_last_event_id() {
    let mut source = TestSession::with_options(Options::new(Transport::Browser));
    let _ = source.open().receive(with_hidden_id_field("6"));
    source.handle(Input::Lost(Loss::BrowserReconnects));
    let _ = source.open().receive(with_hidden_id_field(""));
    assert_eq!(source.session.last_event_id(), "");
}

#[test]
fn a_session_that_starts_to_track_ids_reports_only_later_gaps() {
    let mut source = TestSession::new(Policy::resilient());
    for id in ["1", "5"] {
        assert_eq!(source.open().send(id), (EventOutcome::Deliver, vec![]));
        source.hang_up();
    }
    for (after, before) in [("5", "7"), ("7", "9")] {
        source.session.track_ids();
        let (_, outputs) = source.open().send(before);
        assert!(
            matches!(&outputs[0], Output::Gap(gap) if (&*gap.after, &*gap.before) == (after, before)),
            "{outputs:?}"
        );
        source.hang_up();
    }
}

#[test]
fn events_that_nobody_listens_to_do_not_make_a_gap() {
    let mut source = TestSession::new(Policy::resilient());
    source.session.track_ids();
    let _ = source.open().send("1");
    source.hang_up();
    source.open();
    for id in ["2", "3"] {
        assert_eq!(source.handle(unlistened_event(id)), []);
    }
    assert_eq!(source.send("4").0, EventOutcome::Deliver);
    source.hang_up();
    let outputs = source.open().handle(unlistened_event("6"));
    assert!(
        matches!(&outputs[..], [Output::Gap(gap)] if gap.missed == 1),
        "{outputs:?}"
    );
}

#[test]
fn a_duplicate_ends_silence_but_does_not_make_a_connection_healthy() {
    let mut source = TestSession::with_options(Options {
        policy: closing_when_idle_for(seconds(10)).into(),
        deduplicate: 10,
        ..Options::new(Transport::Fetch)
    });
    let _ = source.open().send("1");
    for attempt in 1..4 {
        source.hang_up();
        assert_eq!(source.session.failures(), attempt);
        assert_eq!(source.open().send("1"), (EventOutcome::Skip, vec![]));
    }
    for _ in 0..5 {
        assert_eq!(source.advance(seconds(9)).timeout(), Outcome::Nothing);
        let _ = source.send("1");
    }
    assert_eq!(source.session.state(), State::Open);
    assert_eq!(source.session.last_event_id(), "1");
}
