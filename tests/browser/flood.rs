//! More events than a consumer takes: bounded, and what is dropped is told.

use futures::StreamExt;
use gloo_timers::future::TimeoutFuture;
use typed_eventsource::{Error, EventStream, Queue};
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{Attempt, Script, Step, next_data, run, stream};

const FLOOD: u32 = 20_000;

/// Brings the numbers up to `FLOOD`.
async fn flooded(queue: Queue) -> EventStream<u32> {
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
        let mut numbers = flooded(Queue::default()).await;
        for number in 0..FLOOD {
            assert_eq!(next_data(&mut numbers).await, number);
        }
        assert_eq!(numbers.dropped(), 0);
    })
    .await;
}

/// It takes one number at a time, with a turn of the event loop in between.
#[wasm_bindgen_test]
async fn a_slow_consumer_is_told_of_each_gap() {
    run(async || {
        let mut numbers = flooded(Queue::drop_oldest(64)).await;
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
    })
    .await;
}
