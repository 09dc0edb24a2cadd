//! Queues that wait: while one is full, nothing more is read.

mod properties;

use futures::{FutureExt, StreamExt};

use super::*;
use crate::{CloseReason, Error, EventStream, Fetch, LimitAction, State};

fn over_fetch(capacity: usize) -> EventSourceBuilder {
    let builder = EventSource::builder(URL).fetch(Fetch::new());
    builder.queue(Queue::wait(capacity))
}

fn waiting(capacity: usize) -> EventSource {
    over_fetch(capacity).open().unwrap()
}

fn post() -> EventSourceBuilder {
    EventSource::builder(URL).fetch(Fetch::post().body("why?"))
}

fn send_all(server: &FakeServer, numbers: impl IntoIterator<Item = u32>) {
    for number in numbers {
        server.send_text("n", &number.to_string());
    }
}

/// The next item, if there is one now: a number, the text of an error, or the end.
fn step(stream: &mut EventStream<u32>) -> Option<String> {
    let item = stream.next().now_or_never()?;
    Some(match item {
        Some(Ok(event)) => event.data.to_string(),
        Some(Err(error)) => error.to_string(),
        None => "end".to_owned(),
    })
}

/// All items that there are now.
fn drain(stream: &mut EventStream<u32>) -> Vec<String> {
    let items = std::iter::from_fn(|| step(stream).filter(|item| item != "end"));
    items.collect()
}

#[test]
fn while_a_queue_that_waits_is_full_nothing_more_is_read_and_all_of_it_comes_in_order() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let source = waiting(2);
    let _numbers = source.on("n", journal.events("n")).unwrap();
    let _others = source.on("other", journal.events("other")).unwrap();
    let mut stream = source.stream::<u32>("n").unwrap();
    send_all(&server, 1..=3);
    server.send_text("other", "4");
    send_all(&server, [5]);
    assert_eq!(journal.take(), ["n 1", "n 2"]);
    assert_eq!(step(&mut stream).unwrap(), "1");
    assert_eq!(journal.take(), ["n 3"]);
    assert_eq!(step(&mut stream).unwrap(), "2");
    assert_eq!(journal.take(), ["other 4", "n 5"]);
    assert_eq!(drain(&mut stream), ["3", "5"]);
    send_all(&server, [6]);
    assert_eq!(journal.take(), ["n 6"]);
    assert_eq!(stream.dropped(), 0);
    assert!(server.clock().reports().is_empty());
}

#[test]
fn an_event_that_does_not_decode_takes_room_too() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let source = waiting(2);
    let mut stream = source.stream::<u32>("n").unwrap();
    let _texts = source.on("n", journal.events("n")).unwrap();
    for text in ["1", "a", "b", "4"] {
        server.send_text("n", text);
    }
    assert_eq!(journal.take(), ["n 1", "n a"]);
    assert_eq!(drain(&mut stream).len(), 4);
}

#[test]
fn a_request_that_is_sent_once_waits_by_default_and_others_drop() {
    let server = FakeServer::new();
    let resent = || post().policy(Policy::browser().resend(true));
    let get = || EventSource::builder(URL).fetch(Fetch::new());
    for (builder, expected) in [
        (post(), 4096),
        (resent(), 5000),
        (get(), 5000),
        (post().queue(Queue::wait(7)), 7),
        (post().queue(Queue::drop_oldest(7)), 5000),
    ] {
        let source = builder.open().unwrap();
        let heard = Rc::new(std::cell::Cell::new(0));
        let count = Rc::clone(&heard);
        let listener = source.on("n", move |_: Event<Text>| count.set(count.get() + 1));
        let _listener = listener.unwrap();
        let stream = source.stream::<Text>("n").unwrap();
        send_all(&server, 0..5000);
        assert_eq!(heard.get(), expected);
        drop(stream);
        assert_eq!(heard.get(), 5000);
        source.close();
    }
}

#[test]
fn the_browsers_own_source_cannot_wait() {
    let _server = FakeServer::new();
    let builder = || EventSource::builder(URL).queue(Queue::wait(10));
    for builder in [builder(), builder().shared(true)] {
        let error = builder.open().unwrap_err();
        assert_eq!(error, Error::NeedsFetch);
        assert!(error.to_string().contains("use `fetch`"), "{error}");
    }
}

#[test]
fn a_source_that_is_held_back_is_not_idle() {
    let server = FakeServer::new();
    let policy = Policy::browser().on_idle(seconds(5), LimitAction::Close);
    let source = over_fetch(1).policy(policy).open().unwrap();
    let mut stream = source.stream::<u32>("n").unwrap();
    send_all(&server, [1, 2]);
    server.clock().advance(seconds(3600));
    assert!(matches!(source.state(), State::Open { .. }));
    assert_eq!(drain(&mut stream), ["1", "2"]);
    server.clock().advance(seconds(4));
    assert!(matches!(source.state(), State::Open { .. }));
    server.clock().advance(seconds(1));
    assert!(matches!(
        source.closed().now_or_never(),
        Some(CloseReason::Policy(Error::Idle { .. }))
    ));
}

#[test]
fn closing_ends_a_source_that_is_held_back_at_once() {
    let server = FakeServer::new();
    let source = waiting(2);
    let mut stream = source.stream::<u32>("n").unwrap();
    send_all(&server, 1..=3);
    source.close();
    assert_eq!(server.connections(), 0);
    assert_eq!(drain(&mut stream), ["1", "2"]);
    assert_eq!(step(&mut stream).unwrap(), "end");
}

#[test]
fn the_slowest_stream_sets_the_pace_until_it_is_dropped() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let source = waiting(1);
    let _listener = source.on("n", journal.events("n")).unwrap();
    let mut slow = source.stream::<u32>("n").unwrap();
    let mut other = source.stream::<u32>("n").unwrap();
    send_all(&server, 1..=4);
    assert_eq!(journal.take(), ["n 1"]);
    assert_eq!(drain(&mut other), ["1"]);
    assert_eq!(journal.take(), [""; 0]);
    assert_eq!(step(&mut slow).unwrap(), "1");
    assert_eq!(journal.take(), ["n 2"]);
    drop(slow);
    assert_eq!(journal.take(), [""; 0]);
    assert_eq!(drain(&mut other), ["2", "3", "4"]);
    assert_eq!(journal.take(), ["n 3", "n 4"]);
}

#[test]
fn a_stream_that_is_dropped_in_a_callback_holds_nobody_back() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let source = waiting(1);
    let _listener = source.on("n", journal.events("n")).unwrap();
    let place = Rc::new(RefCell::new(None));
    let held = Rc::clone(&place);
    let dropper = source.on("n", move |_: Event<Text>| drop(held.take()));
    let _dropper = dropper.unwrap();
    place.replace(Some(source.stream::<u32>("n").unwrap()));
    send_all(&server, 1..=3);
    assert_eq!(journal.take(), ["n 1", "n 2", "n 3"]);
}

#[test]
fn what_comes_behind_a_full_queue_is_noticed_when_the_reading_goes_on() {
    type End = fn(&FakeServer);
    let ends: [(End, &str); 4] = [
        (FakeServer::end, "finished"),
        (|server| server.end_within("n", "3"), "unfinished"),
        (FakeServer::lose, "lost"),
        (|server| server.fail(500), "500"),
    ];
    for (end, expected) in ends {
        let server = FakeServer::new();
        let source = post().queue(Queue::wait(2)).open().unwrap();
        let mut stream = source.stream::<u32>("n").unwrap();
        send_all(&server, [1, 2]);
        end(&server);
        server.send_text("n", "into the void");
        assert!(matches!(source.state(), State::Open { .. }), "{expected}");
        assert_eq!(step(&mut stream).unwrap(), "1");
        let reason = source.closed().now_or_never().unwrap();
        let text = match &reason {
            CloseReason::Policy(Error::UnfinishedEvent { .. }) => "unfinished".to_owned(),
            CloseReason::Policy(error) => error.to_string(),
            CloseReason::Finished => "finished".to_owned(),
            other => panic!("{other:?}"),
        };
        assert!(text.contains(expected), "{text}");
        assert_eq!(step(&mut stream).unwrap(), "2");
    }
}

#[test]
fn a_terminal_event_behind_a_full_queue_ends_the_source_in_its_turn() {
    let server = FakeServer::new();
    let source = over_fetch(2).terminal_event("bye").open().unwrap();
    let mut stream = source.stream::<u32>("n").unwrap();
    send_all(&server, [1, 2]);
    server.send_text("bye", "all");
    assert!(matches!(source.state(), State::Open { .. }));
    assert_eq!(step(&mut stream).unwrap(), "1");
    assert_eq!(source.closed().now_or_never(), Some(CloseReason::Finished));
    assert_eq!(drain(&mut stream), ["2"]);
}

#[test]
fn after_a_loss_behind_a_full_queue_the_source_continues_after_the_last_event_in_it() {
    let server = FakeServer::new();
    let source = over_fetch(2).policy(Policy::resilient()).open().unwrap();
    let mut stream = source.stream::<u32>("n").unwrap();
    for number in ["1", "2"] {
        server.send_with_id("n", number, number);
    }
    server.lose();
    assert!(matches!(source.state(), State::Open { .. }));
    assert_eq!(step(&mut stream).unwrap(), "1");
    assert!(matches!(source.state(), State::Waiting { .. }));
    server.clock().advance(seconds(1));
    assert_eq!(resumed_from(&server), ["", "2"]);
}

#[test]
fn a_new_connection_is_held_back_too_while_the_queue_is_full() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let source = over_fetch(1).policy(Policy::resilient()).open().unwrap();
    let _others = source.on("other", journal.events("other")).unwrap();
    let mut stream = source.stream::<u32>("n").unwrap();
    send_all(&server, [1]);
    // The network changes again and again, and each time the connection is replaced.
    for attempt in 2..5 {
        server.clock().go_online();
        server.clock().advance(seconds(1));
        server.open();
        assert_eq!(server.attempts().len(), attempt);
    }
    server.send_text("other", "2");
    assert_eq!(journal.take(), [""; 0]);
    assert_eq!(step(&mut stream).unwrap(), "1");
    // Errors take no more room than one.
    assert_eq!(journal.take(), [""; 0]);
    assert_eq!(drain(&mut stream), [Error::Suspended.to_string()]);
    assert_eq!(journal.take(), ["other 2"]);
}

#[test]
fn what_a_callback_sends_comes_in_order() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let source = waiting(1);
    let mut stream = source.stream::<u32>("n").unwrap();
    let (sender, pen) = (server.clone(), journal.clone());
    let listener = source.on("n", move |event: Event<u32>| {
        pen.write(event.data);
        if event.data == 1 {
            send_all(&sender, 2..=4);
        }
    });
    let _listener = listener.unwrap();
    send_all(&server, [1]);
    assert_eq!(drain(&mut stream), ["1", "2", "3", "4"]);
    assert_eq!(journal.take(), ["1", "2", "3", "4"]);
}

#[test]
fn a_callback_that_reads_the_stream_gets_what_comes_next() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let source = waiting(1);
    let stream = Rc::new(RefCell::new(source.stream::<u32>("n").unwrap()));
    let (read, pen) = (Rc::clone(&stream), journal.clone());
    let listener = source.on("n", move |event: Event<u32>| {
        let item = step(&mut read.borrow_mut()).unwrap();
        pen.write(format!("{} {item}", event.data));
    });
    let _listener = listener.unwrap();
    send_all(&server, 1..=3);
    assert_eq!(journal.take(), ["1 1", "2 2", "3 3"]);
}

#[test]
fn sources_that_share_a_connection_wait_for_the_slowest_of_them() {
    let ends: [fn(EventSource, EventStream<u32>); 2] = [
        |source, _stream| source.close(),
        |_source, stream| drop(stream),
    ];
    for end in ends {
        let (server, journal) = (FakeServer::new(), Journal::default());
        let policy = || Policy::browser().on_idle(seconds(5), LimitAction::Close);
        let share = || over_fetch(1).policy(policy()).shared(true).open().unwrap();
        let (slow, other) = (share(), share());
        let _listener = other.on("n", journal.events("n")).unwrap();
        let mut stream = slow.stream::<u32>("n").unwrap();
        send_all(&server, 1..=4);
        assert_eq!(journal.take(), ["n 1"]);
        server.clock().advance(seconds(60));
        assert_eq!(step(&mut stream).unwrap(), "1");
        assert_eq!(journal.take(), ["n 2"]);
        end(slow, stream);
        assert_eq!(journal.take(), ["n 3", "n 4"]);
        server.clock().advance(seconds(5));
        assert!(matches!(
            other.closed().now_or_never(),
            Some(CloseReason::Policy(Error::Idle { .. }))
        ));
    }
}
