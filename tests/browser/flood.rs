//! More events than a consumer takes: bounded, and what is dropped is told.

use futures::StreamExt;
use gloo_timers::future::TimeoutFuture;
use typed_eventsource::{CloseReason, Error, EventSource, Queue, Text};
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{
    Attempt, Script, Step, errors, listen, next_data, next_error, run, send, stream,
};

const FLOOD: u32 = 20_000;

/// A source that brings the numbers up to `FLOOD`, and then `done`.
async fn flooded(queue: Queue) -> (Script, EventSource) {
    let flood = Step::Repeat {
        times: FLOOD,
        send: "data: {n}\n\n",
    };
    let done = send("event: done\ndata:\n\n");
    let script = Script::put([Attempt::playing([flood, done, Step::Silence])]).await;
    let source = script.builder().queue(queue).open();
    (script, source.expect("a valid URL"))
}

async fn is_over(source: &EventSource) {
    listen::<Text>(source, "done").next().await;
}

#[wasm_bindgen_test]
async fn a_consumer_that_keeps_up_misses_nothing() {
    run(async || {
        let (_script, source) = flooded(Queue::default()).await;
        let mut numbers = stream::<u32>(&source, "message");
        for number in 0..FLOOD {
            assert_eq!(next_data(&mut numbers).await, number);
        }
        assert_eq!(numbers.dropped(), 0);
    })
    .await;
}

#[wasm_bindgen_test]
async fn the_oldest_ones_make_way() {
    run(async || {
        let (_script, source) = flooded(Queue::drop_oldest(100)).await;
        let mut errors = errors(&source);
        let mut numbers = stream::<u32>(&source, "message");
        is_over(&source).await;
        assert_eq!(numbers.dropped(), u64::from(FLOOD) - 100);
        let gap = next_error(&mut numbers).await;
        assert!(
            matches!(
                gap,
                Error::QueueOverflow {
                    dropped: 19_900,
                    ..
                }
            ),
            "{gap:?}"
        );
        for number in FLOOD - 100..FLOOD {
            assert_eq!(next_data(&mut numbers).await, number);
        }
        let told = errors.so_far();
        assert_eq!(told.len(), 1, "when the gap began");
        assert!(matches!(told[0], Error::QueueOverflow { .. }), "{told:?}");
    })
    .await;
}

#[wasm_bindgen_test]
async fn the_latest_one_is_kept() {
    run(async || {
        let (_script, source) = flooded(Queue::keep_latest(1)).await;
        let mut numbers = stream::<u32>(&source, "message");
        is_over(&source).await;
        assert_eq!(numbers.dropped(), u64::from(FLOOD) - 1);
        let gap = next_error(&mut numbers).await;
        assert!(
            matches!(
                gap,
                Error::QueueOverflow {
                    dropped: 19_999,
                    ..
                }
            ),
            "{gap:?}"
        );
        assert_eq!(next_data(&mut numbers).await, FLOOD - 1);
    })
    .await;
}

#[wasm_bindgen_test]
async fn the_source_closes_where_nothing_may_be_missed() {
    run(async || {
        let (script, source) = flooded(Queue::close(100)).await;
        let mut errors = errors(&source);
        let mut numbers = stream::<u32>(&source, "message");
        let reason = source.closed().await;
        let overflow = matches!(reason, CloseReason::Policy(Error::QueueOverflow { .. }));
        assert!(overflow, "{reason:?}");
        for number in 0..100 {
            assert_eq!(next_data(&mut numbers).await, number);
        }
        let last = next_error(&mut numbers).await;
        assert!(matches!(last, Error::QueueOverflow { .. }), "{last:?}");
        assert!(numbers.next().await.is_none());
        assert_eq!(errors.rest().await.len(), 1);
        let seen = script.seen_closed(1).await;
        assert_eq!(
            (seen.len(), seen[0].closed_by.as_deref()),
            (1, Some("client"))
        );
    })
    .await;
}

/// Takes one number at a time, with a turn of the event loop in between.
async fn is_told_of_all_that_was_dropped(queue: Queue) {
    let (_script, source) = flooded(queue).await;
    let mut numbers = stream::<u32>(&source, "message");
    let (mut told, mut next) = (0, 0);
    while next < FLOOD {
        match numbers.next().await.expect("the stream goes on") {
            Ok(event) => {
                assert_eq!(event.data, next, "after {told} dropped");
                next += 1;
            }
            Err(Error::QueueOverflow { dropped, .. }) => {
                told += dropped;
                next += u32::try_from(dropped).expect("not that many");
            }
            Err(other) => panic!("{other:?}"),
        }
        TimeoutFuture::new(0).await;
    }
    assert!(told > 0, "this consumer is slow");
    assert_eq!(numbers.dropped(), told);
}

#[wasm_bindgen_test]
async fn a_slow_consumer_is_told_of_each_gap_where_the_oldest_make_way() {
    run(async || is_told_of_all_that_was_dropped(Queue::drop_oldest(64)).await).await;
}

#[wasm_bindgen_test]
async fn a_slow_consumer_is_told_of_each_gap_where_the_latest_are_kept() {
    run(async || is_told_of_all_that_was_dropped(Queue::keep_latest(64)).await).await;
}
