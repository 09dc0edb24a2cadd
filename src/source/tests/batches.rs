//! What gathers for listeners and streams of batches.

use std::panic::{AssertUnwindSafe, catch_unwind};

use futures::{FutureExt, StreamExt, stream::FusedStream};
use proptest::{collection::vec, prelude::*};
use serde::Deserialize;

use super::*;
use crate::{BatchOptions, BatchStream, CloseReason, Error, Listener};

/// A frame of the fake clock.
const FRAME: Duration = Duration::from_millis(16);

const HOUR: Duration = seconds(3600);

/// Sources over either transport, with the resilient policy.
fn sources() -> impl Iterator<Item = (FakeServer, EventSource)> {
    [false, true].into_iter().map(|is_fetch| {
        let server = FakeServer::new();
        let source = open_with(&server, is_fetch, |builder| {
            builder.policy(Policy::resilient()).terminal_event("bye")
        });
        (server, source)
    })
}

fn send_all(server: &FakeServer, numbers: impl IntoIterator<Item = u32>) {
    for number in numbers {
        server.send("n", &number);
    }
}

fn data<T: Copy>(events: &[Event<T>]) -> Vec<T> {
    events.iter().map(|event| event.data).collect()
}

/// Writes the numbers of each batch, and the states and the errors.
fn listen(source: &EventSource, options: BatchOptions, journal: &Journal) -> [Listener; 3] {
    let [states, errors, batches] = [(); 3].map(|()| journal.clone());
    [
        source.on_state(move |state| states.write(state)),
        source.on_error(move |_| errors.write("error")),
        source
            .on_batch("n", options, move |events: Vec<Event<u32>>| {
                batches.write(format!("{:?}", data(&events)));
            })
            .unwrap(),
    ]
}

/// The next item, if there is one now: the numbers of a batch, the kind of an error, or the end.
fn step(stream: &mut BatchStream<u32>) -> Option<String> {
    let item = stream.next().now_or_never()?;
    Some(match item {
        Some(Ok(events)) => format!("{:?}", data(&events)),
        Some(Err(Error::QueueOverflow { dropped })) => format!("{dropped} dropped"),
        Some(Err(Error::Decode(_))) => "decode".to_owned(),
        Some(Err(_)) => "error".to_owned(),
        None => "end".to_owned(),
    })
}

/// All items that there are now, the end included.
fn steps(stream: &mut BatchStream<u32>) -> Vec<String> {
    let mut items = Vec::new();
    while let Some(item) = step(stream) {
        let is_end = item == "end";
        items.push(item);
        if is_end {
            break;
        }
    }
    items
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Feed {
    Price(u32),
    Halt(String),
}

fn text(event: &Event<Feed>) -> String {
    match &event.data {
        Feed::Price(price) => format!("price {price}"),
        Feed::Halt(symbol) => format!("halt {symbol}"),
    }
}

#[test]
fn a_listener_gets_what_has_gathered_once_a_frame_in_order_and_first_a_frame_after_the_first_event()
{
    for (server, source) in sources() {
        let journal = Journal::default();
        let pen = journal.clone();
        let listener = source.on_event_batch(BatchOptions::default(), move |events| {
            pen.write(events.iter().map(text).collect::<Vec<_>>().join(", "));
        });
        let _listener = listener.unwrap();
        server.send("price", &1);
        server.send("other", &0);
        server.send("halt", &"ACME");
        server.clock().advance(FRAME - Duration::from_millis(1));
        assert_eq!(journal.take(), [""; 0]);
        server.clock().advance(Duration::from_millis(1));
        assert_eq!(journal.take(), ["price 1, halt ACME"]);
        server.clock().advance(HOUR);
        server.send("price", &2);
        server.clock().advance(FRAME);
        assert_eq!(journal.take(), ["price 2"]);
    }
}

#[test]
fn a_batch_may_take_some_time_and_comes_earlier_once_it_is_large() {
    for (server, source) in sources() {
        let journal = Journal::default();
        let options = BatchOptions::per(seconds(1)).most(3);
        let _listeners = listen(&source, options, &journal);
        send_all(&server, 1..=4);
        assert_eq!(journal.take(), ["open", "[1, 2, 3]"]);
        server.clock().advance(Duration::from_millis(999));
        assert_eq!(journal.take(), [""; 0]);
        server.clock().advance(Duration::from_millis(1));
        assert_eq!(journal.take(), ["[4]"]);
    }
}

#[test]
fn a_batch_of_at_most_zero_events_has_one() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let source = source(&server, Policy::browser());
    let _listeners = listen(&source, BatchOptions::per(HOUR).most(0), &journal);
    send_all(&server, 1..=2);
    assert_eq!(journal.take(), ["open", "[1]", "[2]"]);
}

#[test]
fn what_has_gathered_is_told_before_the_state_that_follows_and_before_the_end() {
    for (server, source) in sources() {
        let journal = Journal::default();
        let _listeners = listen(&source, BatchOptions::per(HOUR), &journal);
        send_all(&server, [1]);
        server.lose();
        let told = journal.take();
        assert_eq!(told[..3], ["open", "error", "[1]"]);
        assert!(told[3].starts_with("waiting"), "{told:?}");
        server.clock().advance(seconds(10));
        send_all(&server, [2]);
        server.send("bye", &0);
        let told = journal.take();
        assert_eq!(told[told.len() - 3..told.len() - 1], ["open", "[2]"]);
        assert!(told.last().unwrap().starts_with("closed"), "{told:?}");
    }
}

#[test]
fn what_has_gathered_is_told_when_an_error_closes_the_source() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let source = source_over_fetch(&server, Policy::close_on_error());
    let _listeners = listen(&source, BatchOptions::per(HOUR), &journal);
    send_all(&server, [1]);
    server.lose();
    let told = journal.take();
    assert_eq!(told[..3], ["open", "error", "[1]"]);
    assert!(told[3].starts_with("closed"), "{told:?}");
}

#[test]
fn what_has_gathered_is_told_before_a_gap() {
    for (server, source) in sources() {
        let journal = Journal::default();
        let pen = journal.clone();
        let _gaps = source.on_gap(move |gap| pen.write(format!("{} missing", gap.missed)));
        let _listeners = listen(&source, BatchOptions::per(HOUR), &journal);
        server.send_with_id("n", "1", "1");
        server.lose();
        server.clock().advance(seconds(10));
        server.open();
        journal.take();
        // It has no id yet, so that it shows no gap.
        send_all(&server, [4]);
        server.send_with_id("n", "5", "5");
        assert_eq!(journal.take(), ["[4]", "3 missing"]);
        server.clock().advance(HOUR);
        assert_eq!(journal.take(), ["[5]"]);
    }
}

#[test]
fn batches_are_told_in_the_order_in_which_their_listeners_were_added_before_states() {
    for (server, source) in sources() {
        let journal = Journal::default();
        let pen = journal.clone();
        let _states = source.on_state(move |state| pen.write(state));
        let listeners = ["a", "b", "c"].map(|label| {
            let pen = journal.clone();
            let options = BatchOptions::per(HOUR);
            source.on_batch("n", options, move |_: Vec<Event<u32>>| pen.write(label))
        });
        send_all(&server, [1]);
        source.pause();
        assert_eq!(journal.take(), ["open", "a", "b", "c", "paused"]);
        drop(listeners);
    }
}

#[test]
fn closing_hands_over_what_has_gathered_and_leaves_no_timer_and_no_callback() {
    for (server, source) in sources() {
        let journal = Journal::default();
        let listeners = listen(&source, BatchOptions::per_frame(), &journal);
        send_all(&server, [1]);
        source.close();
        let told = journal.take();
        assert_eq!(told[..2], ["open", "[1]"]);
        assert!(told[2].starts_with("closed"), "{told:?}");
        assert_eq!(server.clock().timers(), 0);
        assert_eq!(Rc::strong_count(&journal.0), 1, "what it captured is gone");
        drop(listeners);
    }
}

#[test]
fn a_listener_that_is_dropped_is_told_nothing_more_and_leaves_no_timer_and_no_subscription() {
    for (server, source) in sources() {
        server.open();
        let timers = server.clock().timers();
        let journal = Journal::default();
        let pen = journal.clone();
        let options = BatchOptions::per_frame();
        let listener = source.on_event_batch::<Feed>(options, move |_| pen.write("a batch"));
        server.send("price", &1);
        assert_eq!(server.clock().timers(), timers + 1);
        drop(listener);
        assert_eq!(server.clock().timers(), timers);
        assert_eq!(Rc::strong_count(&journal.0), 1);
        server.clock().advance(seconds(1));
        server.send("price", &2);
        source.close();
        assert_eq!(journal.take(), [""; 0]);
    }
}

#[test]
fn a_callback_may_drop_its_own_listener() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let source = source(&server, Policy::browser());
    let own = Rc::new(RefCell::new(None::<Listener>));
    let (pen, held) = (journal.clone(), Rc::clone(&own));
    let listener = source.on_batch("n", BatchOptions::per_frame(), move |_: Vec<Event<u32>>| {
        pen.write("a batch");
        drop(held.take());
    });
    own.replace(Some(listener.unwrap()));
    for number in 1..=2 {
        send_all(&server, [number]);
        server.clock().advance(FRAME);
    }
    assert_eq!(journal.take(), ["a batch"]);
    assert_eq!(Rc::strong_count(&journal.0), 1);
}

#[test]
fn a_callback_may_close_the_source_before_a_state_is_told_and_the_end_is_told_once() {
    for (server, source) in sources() {
        let journal = Journal::default();
        let closed = source.closed();
        let handle = source.clone();
        let closing = source.on_batch("n", BatchOptions::per(HOUR), move |_: Vec<Event<u32>>| {
            handle.close();
        });
        let _listeners = (closing, listen(&source, BatchOptions::per(HOUR), &journal));
        send_all(&server, [1]);
        server.lose();
        let told = journal.take();
        assert_eq!(told[..3], ["open", "error", "[1]"]);
        let ends = told.iter().filter(|line| line.starts_with("closed"));
        assert_eq!(ends.count(), 1, "{told:?}");
        assert!(matches!(
            closed.now_or_never(),
            Some(CloseReason::Requested)
        ));
    }
}

#[test]
fn an_event_that_does_not_decode_is_skipped_and_reported_at_once() {
    for (server, source) in sources() {
        let journal = Journal::default();
        let _listeners = listen(&source, BatchOptions::per_frame(), &journal);
        send_all(&server, [1]);
        server.send_text("n", "{");
        send_all(&server, [2]);
        assert_eq!(journal.take(), ["open", "error"]);
        server.clock().advance(FRAME);
        assert_eq!(journal.take(), ["[1, 2]"]);
    }
}

#[test]
fn a_callback_that_panics_is_not_called_again_and_nothing_gathers_for_it() {
    for (server, source) in sources() {
        let timers = server.clock().timers();
        let journal = Journal::default();
        let options = BatchOptions::per_frame();
        let broken = source.on_batch("n", options, |_: Vec<Event<u32>>| panic!("on purpose"));
        let _listeners = (broken, listen(&source, BatchOptions::per(FRAME), &journal));
        send_all(&server, [1]);
        let advance = || server.clock().advance(FRAME);
        assert!(catch_unwind(AssertUnwindSafe(advance)).is_err());
        advance();
        send_all(&server, [2]);
        advance();
        assert_eq!(journal.take(), ["open", "[1]", "[2]"]);
        assert_eq!(server.clock().timers(), timers);
    }
}

#[test]
fn sources_that_share_a_connection_each_gather_for_their_listeners() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let open = || EventSource::builder(URL).shared(true).open().unwrap();
    let (one, other) = (open(), open());
    let _listeners = listen(&one, BatchOptions::per(HOUR), &journal);
    let mut stream = other
        .batches::<u32>("n", BatchOptions::per_frame())
        .unwrap();
    send_all(&server, 1..=2);
    server.clock().advance(FRAME);
    assert_eq!(step(&mut stream).unwrap(), "[1, 2]");
    one.close();
    assert_eq!(journal.take()[..2], ["open", "[1, 2]"]);
    send_all(&server, [3]);
    other.close();
    assert_eq!(steps(&mut stream), ["[3]", "end"]);
}

#[test]
fn a_closed_source_has_an_inert_listener_and_a_stream_that_ends() {
    let server = FakeServer::new();
    let source = source(&server, Policy::browser());
    source.close();
    let _listener = listen(&source, BatchOptions::per_frame(), &Journal::default());
    let mut stream = source
        .batches::<u32>("n", BatchOptions::per_frame())
        .unwrap();
    assert_eq!(steps(&mut stream), ["end"]);
    assert!(stream.is_terminated());
    for name in ["", "two\nlines"] {
        let error = source.batches::<u32>(name, BatchOptions::per_frame());
        assert!(matches!(error, Err(Error::InvalidEventName { .. })));
    }
}

#[test]
fn a_stream_gets_what_has_gathered_and_at_the_end_the_rest() {
    for (server, source) in sources() {
        let mut stream = source.batches("n", BatchOptions::per_frame()).unwrap();
        send_all(&server, 1..=2);
        assert_eq!(step(&mut stream), None);
        server.clock().advance(FRAME);
        assert_eq!(step(&mut stream).unwrap(), "[1, 2]");
        send_all(&server, [3]);
        source.close();
        assert_eq!(steps(&mut stream), ["[3]", "end"]);
        assert!(stream.is_terminated());
        assert_eq!(server.clock().timers(), 0);
    }
}

#[test]
fn a_slow_consumer_gets_batches_of_at_most_so_many_events_and_then_waits_for_a_frame() {
    let server = FakeServer::new();
    let source = source(&server, Policy::browser());
    let options = BatchOptions::per_frame().most(2);
    let mut stream = source.batches("n", options).unwrap();
    send_all(&server, 1..=5);
    assert_eq!(steps(&mut stream), ["[1, 2]", "[3, 4]", "[5]"]);
    send_all(&server, [6]);
    assert_eq!(step(&mut stream), None);
    server.clock().advance(FRAME);
    assert_eq!(step(&mut stream).unwrap(), "[6]");
}

#[test]
fn a_stream_wakes_its_consumer_once_for_each_batch() {
    let server = FakeServer::new();
    let source = source(&server, Policy::browser());
    let mut stream = source
        .batches::<u32>("n", BatchOptions::per_frame())
        .unwrap();
    let wakes = Arc::new(Wakes::default());
    let waker = futures::task::waker(Arc::clone(&wakes));
    let mut context = std::task::Context::from_waker(&waker);
    assert!(stream.poll_next_unpin(&mut context).is_pending());
    send_all(&server, 0..100);
    assert_eq!(wakes.count(), 0);
    server.clock().advance(FRAME);
    assert_eq!(wakes.count(), 1);
    assert!(stream.poll_next_unpin(&mut context).is_ready());
    assert!(stream.poll_next_unpin(&mut context).is_pending());
    source.close();
    assert_eq!(wakes.count(), 2);
}

#[test]
fn a_stream_has_errors_in_their_place_and_those_of_the_connection_at_once() {
    let server = FakeServer::new();
    let source = source_over_fetch(&server, Policy::resilient());
    let mut stream = source.batches("n", BatchOptions::per(HOUR)).unwrap();
    send_all(&server, [1]);
    server.send_text("n", "{");
    send_all(&server, [2]);
    assert_eq!(step(&mut stream), None);
    server.lose();
    assert_eq!(steps(&mut stream), ["[1]", "decode", "[2]", "error"]);
}

#[test]
fn a_batch_comes_early_rather_than_that_the_queue_of_a_stream_drops_events() {
    for capacity in [1, 2, 4, 5] {
        let server = FakeServer::new();
        let source = open(&server, |builder| {
            builder.queue(Queue::drop_oldest(capacity))
        });
        let mut stream = source.batches::<u32>("n", BatchOptions::per(HOUR)).unwrap();
        let mut seen = Vec::new();
        for number in 0..20 {
            send_all(&server, [number]);
            if let Some(Some(Ok(events))) = stream.next().now_or_never() {
                seen.extend(data(&events));
            }
        }
        source.close();
        while let Some(Some(Ok(events))) = stream.next().now_or_never() {
            seen.extend(data(&events));
        }
        assert_eq!(seen, (0..20).collect::<Vec<_>>(), "{capacity}");
        assert_eq!(stream.dropped(), 0);
    }
}

#[test]
fn a_full_queue_drops_and_closes_as_it_does_for_events() {
    for (queue, expected) in [
        (
            Queue::drop_oldest(3),
            &["7 dropped", "[7, 8, 9]", "end"][..],
        ),
        (Queue::keep_latest(3), &["9 dropped", "[9]", "end"]),
        (Queue::close(3), &["[0, 1, 2]", "error", "end"]),
    ] {
        let server = FakeServer::new();
        let source = open(&server, |builder| builder.queue(queue));
        let mut stream = source.batches("n", BatchOptions::per_frame()).unwrap();
        send_all(&server, 0..10);
        source.close();
        let items = steps(&mut stream);
        assert_eq!(
            items.join(" ").replace("1 dropped", "error"),
            expected.join(" ")
        );
        assert_eq!(
            stream.dropped(),
            if queue == Queue::close(3) {
                1
            } else {
                10 - items_kept(&items)
            }
        );
    }
}

/// How many events the batches have.
fn items_kept(items: &[String]) -> u64 {
    let batches = items.iter().filter(|item| item.starts_with('['));
    batches.map(|batch| batch.split(',').count() as u64).sum()
}

#[cfg(feature = "fetch")]
#[test]
fn a_stream_that_waits_holds_the_response_back_and_loses_nothing() {
    let server = FakeServer::new();
    let builder = EventSource::builder(URL).fetch(crate::Fetch::new());
    let source = builder.queue(Queue::wait(4)).open().unwrap();
    let mut stream = source.batches("n", BatchOptions::per(HOUR)).unwrap();
    send_all(&server, 0..10);
    assert_eq!(steps(&mut stream), ["[0, 1, 2, 3]", "[4, 5, 6, 7]"]);
    server.clock().advance(HOUR);
    assert_eq!(steps(&mut stream), ["[8, 9]"]);
    assert_eq!(stream.dropped(), 0);
}

#[test]
fn a_stream_that_is_dropped_leaves_no_timer_and_no_connection() {
    for (server, source) in sources() {
        let stream = source.batches::<u32>("n", BatchOptions::per(HOUR)).unwrap();
        send_all(&server, [1]);
        drop(source);
        assert_eq!(server.connections(), 1);
        drop(stream);
        assert_eq!((server.connections(), server.clock().timers()), (0, 0));
    }
}

proptest! {
    #[test]
    fn of_events_at_any_pace_none_is_missing_and_none_is_late(
        waits in vec(0_u64..40, 0..300),
        per in 0_u64..60,
        most in 1_usize..20,
    ) {
        let server = FakeServer::new();
        let source = source(&server, Policy::browser());
        let options = BatchOptions::per(Duration::from_millis(per)).most(most);
        let (clock, heard) = (server.clock(), Rc::new(RefCell::new(Vec::new())));
        let hear = Rc::clone(&heard);
        let now = move || clock.now().since_origin().as_millis_f64();
        let time = now.clone();
        let listener = source.on_batch("n", options, move |events: Vec<Event<f64>>| {
            assert!((1..=most).contains(&events.len()));
            let late = events.iter().map(|event| time() - event.data).fold(0.0, f64::max);
            assert!(late <= per as f64, "{late} ms");
            hear.borrow_mut().extend(data(&events));
        });
        let _listener = listener.unwrap();
        let mut stream = source.batches::<f64>("n", options).unwrap();
        let (mut sent, mut streamed) = (Vec::new(), Vec::new());
        for wait in waits {
            sent.push(now());
            server.send("n", &now());
            server.clock().advance(Duration::from_millis(wait));
            while let Some(Some(Ok(events))) = stream.next().now_or_never() {
                streamed.extend(data(&events));
            }
        }
        source.close();
        while let Some(Some(Ok(events))) = stream.next().now_or_never() {
            streamed.extend(data(&events));
        }
        prop_assert_eq!(&*heard.borrow(), &sent);
        prop_assert_eq!(&streamed, &sent);
    }
}
