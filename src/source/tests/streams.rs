//! What a slow consumer of a stream receives.

use futures::{FutureExt, StreamExt, stream::FusedStream};

use super::*;
use crate::{CloseReason, Error};

/// Sends the numbers from 0 before the stream is read, and reads it to its end.
fn flood(queue: Queue, count: u32) -> (Vec<String>, u64, EventSource) {
    let server = FakeServer::new();
    let source = open(&server, |builder| builder.queue(queue));
    let mut stream = source.stream::<u32>("n").unwrap();
    for number in 0..count {
        server.send_text("n", &number.to_string());
    }
    source.close();
    let items = stream
        .by_ref()
        .collect::<Vec<_>>()
        .now_or_never()
        .expect("it ends");
    assert!(stream.is_terminated());
    let lines = items.into_iter().map(|item| match item {
        Ok(event) => event.data.to_string(),
        Err(Error::QueueOverflow { dropped }) => format!("{dropped} dropped"),
        Err(error) => error.to_string(),
    });
    (lines.collect(), stream.dropped(), source)
}

#[test]
fn a_queue_drops_nothing_that_fits() {
    let (items, dropped, _) = flood(Queue::drop_oldest(3), 3);
    assert_eq!(
        (items, dropped),
        (vec!["0".into(), "1".into(), "2".into()], 0)
    );
}

#[test]
fn the_oldest_items_are_dropped_and_their_number_takes_their_place() {
    let (items, dropped, _) = flood(Queue::drop_oldest(3), 10);
    assert_eq!(items, ["7 dropped", "7", "8", "9"]);
    assert_eq!(dropped, 7);
}

#[test]
fn all_items_are_dropped_for_the_latest() {
    let (items, dropped, _) = flood(Queue::keep_latest(3), 10);
    assert_eq!(items, ["9 dropped", "9"]);
    assert_eq!(dropped, 9);
}

#[test]
fn a_full_queue_can_close_the_source_after_its_items() {
    let (items, dropped, source) = flood(Queue::close(3), 10);
    assert_eq!(items, ["0", "1", "2", "1 dropped"]);
    assert_eq!(dropped, 1);
    let reason = source.closed().now_or_never();
    assert!(matches!(
        reason,
        Some(CloseReason::Policy(Error::QueueOverflow { .. }))
    ));
}

#[test]
fn a_capacity_of_zero_counts_as_one() {
    assert_eq!(flood(Queue::drop_oldest(0), 2).0, ["1 dropped", "1"]);
}

#[test]
fn an_error_listener_hears_when_a_stream_begins_to_drop_items() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let source = open(&server, |builder| builder.queue(Queue::drop_oldest(1)));
    let pen = journal.clone();
    let _errors = source.on_error(move |error| pen.write(error));
    let mut stream = source.stream::<u32>("n").unwrap();
    for _ in 0..2 {
        for number in 0..100 {
            server.send_text("n", &number.to_string());
        }
        assert_eq!(journal.take().len(), 1);
        while stream.next().now_or_never().is_some() {}
    }
    assert_eq!(stream.dropped(), 198);
}

#[test]
fn a_stream_wakes_its_consumer() {
    let server = FakeServer::new();
    let source = source(&server, Policy::browser());
    let mut stream = source.stream::<u32>("n").unwrap();
    let wakes = Arc::new(Wakes::default());
    let waker = futures::task::waker(Arc::clone(&wakes));
    let mut context = std::task::Context::from_waker(&waker);
    assert!(stream.poll_next_unpin(&mut context).is_pending());
    server.send_text("n", "1");
    assert_eq!(wakes.count(), 1);
    assert!(stream.poll_next_unpin(&mut context).is_ready());
    assert!(stream.poll_next_unpin(&mut context).is_pending());
    source.close();
    assert_eq!(wakes.count(), 2);
}

#[test]
fn a_stream_whose_waker_closes_the_source_ends() {
    let server = FakeServer::new();
    let source = source(&server, Policy::browser());
    let mut stream = source.stream::<u32>("n").unwrap();
    let waker = futures::task::waker(Arc::new(Closer));
    let mut context = std::task::Context::from_waker(&waker);
    assert!(stream.poll_next_unpin(&mut context).is_pending());
    TO_CLOSE.set(Some(source));
    server.lose();
    let items: Vec<_> = stream.collect::<Vec<_>>().now_or_never().expect("it ends");
    assert!(matches!(items[..], [Err(Error::ConnectionLost { .. })]));
}

thread_local! {
    static TO_CLOSE: std::cell::Cell<Option<EventSource>> = const { std::cell::Cell::new(None) };
}

struct Closer;

impl futures::task::ArcWake for Closer {
    fn wake_by_ref(_: &Arc<Self>) {
        TO_CLOSE.take().expect("it is woken once").close();
    }
}
