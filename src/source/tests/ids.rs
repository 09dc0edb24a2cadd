//! Events that arrive twice, and events that are missing.

use super::*;
use crate::{Backoff, Listener};

fn deduplicating(server: &FakeServer, is_fetch: bool, window: usize) -> EventSource {
    open_with(server, is_fetch, |builder| {
        builder
            .policy(Policy::resilient().backoff(Backoff::new().jitter(false)))
            .deduplicate(window)
    })
}

/// Cuts the connections, and lets the sources connect again.
fn reconnect(server: &FakeServer) {
    server.lose();
    server.clock().advance(seconds(60));
    server.open();
}

fn send(server: &FakeServer, ids: impl IntoIterator<Item = u32>) {
    for id in ids {
        server.send_with_id("a", &id.to_string(), &id.to_string());
    }
}

fn note_gaps(source: &EventSource, journal: &Journal) -> Listener {
    let pen = journal.clone();
    source.on_gap(move |gap| {
        pen.write(format!("gap {}-{}: {}", gap.after, gap.before, gap.missed));
    })
}

#[test]
fn an_event_that_is_sent_again_is_delivered_once() {
    for is_fetch in [false, true] {
        let (server, journal) = (FakeServer::new(), Journal::default());
        let source = deduplicating(&server, is_fetch, 10);
        let _listener = source.on("a", journal.events("heard")).unwrap();
        let mut stream = source.stream::<Text>("a").unwrap();
        send(&server, 1..4);
        reconnect(&server);
        send(&server, 2..6);
        let expected = [1, 2, 3, 4, 5].map(|id| format!("heard {id}"));
        assert_eq!(journal.take(), expected, "over fetch: {is_fetch}");
        let mut yielded = 0;
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        while let std::task::Poll::Ready(Some(item)) =
            futures_core::Stream::poll_next(std::pin::Pin::new(&mut stream), &mut context)
        {
            yielded += u32::from(item.is_ok());
        }
        assert_eq!(yielded, 5);
    }
}

/// The browser's own source keeps its last event id over a reconnection, and does not show which event it belongs to.
#[test]
fn only_fetch_tells_whether_the_first_event_of_a_connection_has_an_id() {
    for (is_fetch, heard) in [(false, 0), (true, 1)] {
        let (server, journal) = (FakeServer::new(), Journal::default());
        let source = deduplicating(&server, is_fetch, 10);
        let _listener = source.on("a", journal.events("heard")).unwrap();
        send(&server, [1]);
        reconnect(&server);
        journal.take();
        server.send_text("a", "without");
        assert_eq!(journal.take().len(), heard, "over fetch: {is_fetch}");
        server.send_text("a", "without");
        assert_eq!(journal.take().len(), 1, "over fetch: {is_fetch}");
    }
}

#[test]
fn a_server_that_counts_from_the_start_again_is_told_as_a_gap_and_heard() {
    for is_fetch in [false, true] {
        let (server, journal) = (FakeServer::new(), Journal::default());
        let source = deduplicating(&server, is_fetch, 10);
        let _listener = source.on("a", journal.events("heard")).unwrap();
        let _gaps = note_gaps(&source, &journal);
        send(&server, 1..4);
        reconnect(&server);
        journal.take();
        send(&server, [1]);
        for (id, data) in [("2", "20"), ("3", "3"), ("4", "40")] {
            server.send_with_id("a", data, id);
        }
        let expected = ["gap 3-2: 0", "heard 20", "heard 3", "heard 40"];
        assert_eq!(journal.take(), expected, "over fetch: {is_fetch}");
    }
}

/// The browser's own source may have the highest id from the connection before.
#[test]
fn over_fetch_a_server_that_was_restarted_after_its_first_event_is_heard() {
    for (is_fetch, expected) in [(false, &[][..]), (true, &["gap 1-1: 0", "heard other"])] {
        let (server, journal) = (FakeServer::new(), Journal::default());
        let source = deduplicating(&server, is_fetch, 10);
        let _listener = source.on("a", journal.events("heard")).unwrap();
        let _gaps = note_gaps(&source, &journal);
        send(&server, [1]);
        reconnect(&server);
        journal.take();
        server.send_with_id("a", "other", "1");
        assert_eq!(journal.take(), expected, "over fetch: {is_fetch}");
        send(&server, [2]);
        assert_eq!(journal.take(), ["heard 2"], "over fetch: {is_fetch}");
    }
}

#[test]
fn the_id_of_an_event_that_nobody_heard_is_not_remembered() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let source = deduplicating(&server, true, 10);
    send(&server, [1]);
    let _listener = source.on("a", journal.events("heard")).unwrap();
    reconnect(&server);
    send(&server, [1]);
    assert_eq!(journal.take(), ["heard 1"]);
}

#[test]
fn an_event_that_waits_for_a_callback_keeps_its_id_field() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let source = deduplicating(&server, true, 10);
    let (again, pen) = (server.clone(), journal.clone());
    let _listener = source
        .on("a", move |event: Event<Text>| {
            pen.write(&event.data);
            if event.data.0 == "1" {
                send(&again, [1, 1]);
                again.send_text("a", "without");
            }
        })
        .unwrap();
    send(&server, [1]);
    assert_eq!(journal.take(), ["1", "without"]);
}

#[test]
fn a_gap_is_reported_before_the_event_after_it() {
    for is_fetch in [false, true] {
        let (server, journal) = (FakeServer::new(), Journal::default());
        let source = deduplicating(&server, is_fetch, 10);
        let _gaps = note_gaps(&source, &journal);
        let _listener = source.on("a", journal.events("heard")).unwrap();
        send(&server, [1, 2]);
        reconnect(&server);
        send(&server, [1, 2, 6, 9]);
        let expected = ["heard 1", "heard 2", "gap 2-6: 3", "heard 6", "heard 9"];
        assert_eq!(journal.take(), expected, "over fetch: {is_fetch}");
    }
}

#[test]
fn gaps_are_reported_even_without_deduplication_and_to_listeners_that_come_later() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let source = source_over_fetch(&server, Policy::resilient());
    let _listener = source.on("a", journal.events("heard")).unwrap();
    send(&server, [1, 5]);
    journal.take();
    let _gaps = note_gaps(&source, &journal);
    reconnect(&server);
    send(&server, [4, 5, 7]);
    let expected = ["heard 4", "heard 5", "gap 5-7: 1", "heard 7"];
    assert_eq!(journal.take(), expected);
}

#[test]
fn a_listener_that_comes_later_knows_that_the_server_has_begun_again() {
    for is_fetch in [false, true] {
        let (server, journal) = (FakeServer::new(), Journal::default());
        let source = deduplicating(&server, is_fetch, 0);
        let _events = source.on("a", |_: Event<Text>| {}).unwrap();
        send(&server, 1..6);
        let _gaps = note_gaps(&source, &journal);
        server.send_with_id("a", "", "");
        send(&server, 1..4);
        reconnect(&server);
        send(&server, 5..6);
        assert_eq!(journal.take(), ["gap 3-5: 1"], "over fetch: {is_fetch}");
    }
}

#[test]
fn events_that_nobody_listens_to_are_no_gap() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let source = source_over_fetch(&server, Policy::resilient());
    let _gaps = note_gaps(&source, &journal);
    let _listener = source.on("a", journal.events("heard")).unwrap();
    send(&server, [1]);
    reconnect(&server);
    server.send_with_id("b", "", "2");
    server.send_with_id("b", "", "3");
    send(&server, [4]);
    assert_eq!(journal.take(), ["heard 1", "heard 4"]);
    reconnect(&server);
    server.send_with_id("b", "", "6");
    assert_eq!(journal.take(), ["gap 4-6: 1"]);
}

#[test]
fn an_event_is_not_delivered_if_the_source_closes_at_its_gap() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let source = deduplicating(&server, true, 10);
    let handle = source.clone();
    let _gaps = source.on_gap(move |_| handle.close());
    let _others = note_gaps(&source, &journal);
    let _listener = source.on("a", journal.events("heard")).unwrap();
    send(&server, [1]);
    reconnect(&server);
    send(&server, [3]);
    assert_eq!(journal.take(), ["heard 1"]);
    assert!(source.state().is_closed());
    drop(note_gaps(&source, &journal));
}

#[test]
fn a_source_that_continues_after_an_id_knows_it() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let source = open_from(&server, true, "5", |builder| builder.deduplicate(1));
    let _gaps = note_gaps(&source, &journal);
    let _listener = source.on("a", journal.events("heard")).unwrap();
    send(&server, [5, 7]);
    assert_eq!(journal.take(), ["gap 5-7: 1", "heard 7"]);
}
