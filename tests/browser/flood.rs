//! A consumer that is slower than its server: the queue is bounded, and the stream reports dropped events.

use futures::StreamExt;
use gloo_timers::future::TimeoutFuture;
use typed_eventsource::{Error, EventStream, Queue};
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{Attempt, Script, Step, next_data, run, stream};

const FLOOD: u32 = 20_000;

/// A stream of the numbers below `FLOOD`, sent as fast as possible.
async fn flood_of_numbers(queue: Queue) -> EventStream<u32> {
    let flood = Step::Repeat {
        times: FLOOD,
        send: "data: {n}\n\n",
    };
    let script = Script::put([Attempt::playing([flood, Step::Silence])]).await;
    let source = script.builder().queue(queue).open();
    stream(&source.expect("a valid URL"), "message")
}

#[wasm_bindgen_test]
async fn a_consumer_that_keeps_up_misses_nothing() {
    run(async || {
        let mut numbers = flood_of_numbers(Queue::default()).await;
        for number in 0..FLOOD {
            assert_eq!(next_data(&mut numbers).await, number);
        }
        assert_eq!(numbers.dropped(), 0);
    })
    .await;
}

/// The consumer takes one number in each turn of the event loop.
#[wasm_bindgen_test]
async fn a_slow_consumer_is_told_how_many_events_were_dropped() {
    run(async || {
        let mut numbers = flood_of_numbers(Queue::drop_oldest(64)).await;
        let (mut dropped_so_far, mut next) = (0, 0);
        while next < FLOOD {
            match numbers.next().await.expect("the stream goes on") {
                Ok(event) => {
                    assert_eq!(event.data, next, "after {dropped_so_far} dropped events");
                    next += 1;
                }
                Err(Error::QueueOverflow { dropped, .. }) => {
                    dropped_so_far += dropped;
                    next += u32::try_from(dropped).expect("fewer than the flood");
                }
                Err(other) => panic!("{other:?}"),
            }
            TimeoutFuture::new(0).await;
        }
        assert!(dropped_so_far > 0, "no event was dropped");
        assert_eq!(numbers.dropped(), dropped_so_far);
    })
    .await;
}
