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
fn what_does_not_fit_into_a_queue_is_dropped_and_its_number_takes_its_place() {
    for (queue, count, expected, dropped) in [
        (Queue::drop_oldest(3), 3, &["0", "1", "2"][..], 0),
        (Queue::drop_oldest(3), 10, &["7 dropped", "7", "8", "9"], 7),
        (Queue::keep_latest(3), 10, &["9 dropped", "9"], 9),
        // A capacity of zero counts as one.
        (Queue::drop_oldest(0), 2, &["1 dropped", "1"], 1),
    ] {
        let (items, told, _) = flood(queue, count);
        assert_eq!(items, expected);
        assert_eq!(told, dropped, "{expected:?}");
    }
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
