//! The last event id: the event that a source continues after.

use super::*;

/// A source that continues after event 5.
fn from_five(transport: Transport) -> Bench {
    Bench::with(Options {
        policy: Policy::resilient().into(),
        last_event_id: "5".into(),
        has_resume_parameter: true,
        deduplicate: 10,
        ..Options::new(transport)
    })
}

fn reopen(bench: &mut Bench) {
    wait(bench.give_up());
    bench.open();
}

fn unknown(id: &str) -> ReceivedEvent<'_> {
    ReceivedEvent {
        id_field: IdField::Unknown,
        ..with_id(id)
    }
}

#[test]
fn a_source_continues_after_the_given_id() {
    let bench = from_five(Transport::Fetch);
    assert_eq!(bench.session.last_event_id(), "5");
}

#[test]
fn an_event_changes_the_last_event_id_whether_or_not_it_is_delivered() {
    for transport in [Transport::Browser, Transport::Fetch] {
        let mut bench = from_five(transport);
        let _ = bench.open().send("6");
        assert_eq!(bench.session.last_event_id(), "6");
        reopen(&mut bench);
        assert_eq!(bench.send("5").0, EventOutcome::Skip, "a duplicate");
        assert_eq!(bench.session.last_event_id(), "5");
        bench.handle(Input::Unlistened {
            is_event: true,
            last_event_id: Some("8"),
        });
        assert_eq!(bench.session.last_event_id(), "8");
        bench.session.note_last_event_id("9");
        assert_eq!(bench.session.last_event_id(), "9");
    }
}

#[test]
fn an_empty_id_resets_the_last_event_id_on_both_transports_even_after_a_reopening() {
    for transport in [Transport::Browser, Transport::Fetch] {
        let receive = |bench: &mut Bench, id| match transport {
            Transport::Browser => bench.receive(unknown(id)),
            Transport::Fetch => bench.send(id),
        };
        let mut bench = from_five(transport);
        reopen(&mut bench);
        for id in ["6", "7", ""] {
            let _ = receive(&mut bench, id);
        }
        assert_eq!(bench.session.last_event_id(), "", "{transport:?}");
        reopen(&mut bench);
        assert_eq!(bench.session.last_event_id(), "", "{transport:?}");
        let (outcome, _) = receive(&mut bench, "6");
        assert_eq!(outcome, EventOutcome::Deliver, "it counts from the start");
    }
}

#[test]
fn an_empty_id_resets_the_last_event_id_over_fetch_at_once() {
    let mut bench = from_five(Transport::Fetch);
    let _ = bench.open().send("");
    assert_eq!(bench.session.last_event_id(), "");
    let mut bench = from_five(Transport::Fetch);
    bench.open().handle(Input::Unlistened {
        is_event: false,
        last_event_id: Some(""),
    });
    assert_eq!(bench.session.last_event_id(), "");
}

#[test]
fn a_reopened_browser_source_keeps_the_last_event_id_until_an_event_has_an_id() {
    let mut bench = from_five(Transport::Browser);
    for _ in 0..3 {
        assert!(bench.open().session.wants_ids());
        assert_eq!(bench.receive(unknown("")).0, EventOutcome::Deliver);
        bench.session.note_last_event_id("");
        bench.handle(Input::Unlistened {
            is_event: true,
            last_event_id: Some(""),
        });
        assert_eq!(bench.session.last_event_id(), "5");
        wait(bench.give_up());
    }
    assert_eq!(bench.open().receive(unknown("5")).0, EventOutcome::Skip);
    assert_eq!(bench.receive(unknown("6")).0, EventOutcome::Deliver);
    let _ = bench.receive(unknown(""));
    assert_eq!(bench.session.last_event_id(), "");
}

#[test]
fn a_browser_that_reconnects_knows_the_last_event_id() {
    let mut bench = Bench::with(Options::new(Transport::Browser));
    let _ = bench.open().receive(unknown("6"));
    bench.handle(Input::Lost(Loss::BrowserReconnects));
    let _ = bench.open().receive(unknown(""));
    assert_eq!(bench.session.last_event_id(), "");
}

#[test]
fn a_session_that_starts_to_track_ids_reports_only_later_gaps() {
    let mut bench = Bench::new(Policy::resilient());
    for id in ["1", "5"] {
        assert_eq!(bench.open().send(id), (EventOutcome::Deliver, vec![]));
        bench.hang_up();
    }
    for (after, before) in [("5", "7"), ("7", "9")] {
        bench.session.track_ids();
        let (_, outputs) = bench.open().send(before);
        assert!(
            matches!(&outputs[0], Output::Gap(gap) if (&*gap.after, &*gap.before) == (after, before)),
            "{outputs:?}"
        );
        bench.hang_up();
    }
}

#[test]
fn events_that_nobody_listens_to_are_no_gap() {
    let mut bench = Bench::new(Policy::resilient());
    bench.session.track_ids();
    let _ = bench.open().send("1");
    bench.hang_up();
    bench.open();
    let mut pass = |id| {
        bench.handle(Input::Unlistened {
            is_event: true,
            last_event_id: Some(id),
        })
    };
    assert_eq!(pass("2"), []);
    assert_eq!(pass("3"), []);
    assert_eq!(bench.send("4").0, EventOutcome::Deliver);
    bench.hang_up();
    let outputs = bench.open().handle(Input::Unlistened {
        is_event: true,
        last_event_id: Some("6"),
    });
    assert!(
        matches!(&outputs[..], [Output::Gap(gap)] if gap.missed == 1),
        "{outputs:?}"
    );
}

#[test]
fn a_duplicate_ends_silence_but_makes_no_connection_healthy() {
    let mut bench = Bench::with(Options {
        policy: closing_when_idle_for(seconds(10)).into(),
        deduplicate: 10,
        ..Options::new(Transport::Fetch)
    });
    let _ = bench.open().send("1");
    for attempt in 1..4 {
        bench.hang_up();
        assert_eq!(bench.session.failures(), attempt);
        assert_eq!(bench.open().send("1"), (EventOutcome::Skip, vec![]));
    }
    for _ in 0..5 {
        assert_eq!(bench.advance(seconds(9)).timeout(), Outcome::Nothing);
        let _ = bench.send("1");
    }
    assert_eq!(bench.session.state(), State::Open);
    assert_eq!(bench.session.last_event_id(), "1");
}
