//! The event loop has turns while a server sends as fast as it can.

use std::{cell::Cell, rc::Rc};

use futures::{StreamExt, future::join_all};
use gloo_timers::callback::Interval;
use js_sys::{ArrayBuffer, WebAssembly::Memory};
use typed_eventsource::{Event, EventSource, Fetch, Queue};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;

use super::{
    super::support::{Attempt, Heard, Script, Step, next_data, stream},
    run,
};

const FLOOD: u32 = 100_000;

/// A script that sends numbers, many in a chunk.
async fn flood() -> Script {
    let numbers = Step::Repeat {
        times: FLOOD,
        send: "data: {n}\n\n",
    };
    Script::put([Attempt::playing([numbers, Step::Silence])]).await
}

#[wasm_bindgen_test]
async fn a_consumer_can_close_the_source_before_all_events_of_a_chunk_are_handed_over() {
    run(async || {
        let script = flood().await;
        let source = script.open();
        let heard = Rc::new(Cell::new(0));
        let count = Rc::clone(&heard);
        let _listener = source.on("message", move |_: Event<u32>| count.set(count.get() + 1));
        let mut numbers = stream::<u32>(&source, "message");
        assert_eq!(next_data(&mut numbers).await, 0);
        let so_far = heard.get();
        source.close();
        let rest: Vec<_> = numbers.collect().await;
        assert_eq!(rest.len() + 1, so_far);
        assert!(so_far < 4096, "{so_far}");
        script.seen_closed(1).await;
        assert_eq!(heard.get(), so_far);
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_consumer_that_keeps_up_misses_nothing_even_with_a_small_queue() {
    run(async || {
        let script = flood().await;
        let source = script.builder().queue(Queue::close(100)).open();
        let mut numbers = stream::<u32>(&source.expect("a valid URL"), "message");
        for number in 0..5_000 {
            assert_eq!(next_data(&mut numbers).await, number);
        }
    })
    .await;
}

#[wasm_bindgen_test]
async fn timers_fire_while_the_stream_is_read() {
    run(async || {
        let script = flood().await;
        let ticks = Rc::new(Cell::new(0));
        let counted = Rc::clone(&ticks);
        let _interval = Interval::new(1, move || counted.set(counted.get() + 1));
        let (hear, mut ticks_at) = Heard::new();
        let _listener = script.open().on("message", move |event: Event<u32>| {
            if event.data == 0 || event.data == FLOOD - 1 {
                hear(ticks.get());
            }
        });
        let (first, last) = (ticks_at.next().await, ticks_at.next().await);
        assert!(
            last > first,
            "no timer has fired between the first and the last event"
        );
    })
    .await;
}

/// The size of the wasm memory, in bytes.
fn wasm_memory() -> u32 {
    let memory: Memory = wasm_bindgen::memory().unchecked_into();
    memory
        .buffer()
        .unchecked_into::<ArrayBuffer>()
        .byte_length()
}

#[wasm_bindgen_test]
async fn a_source_that_is_closed_between_two_events_of_a_chunk_leaves_nothing_behind() {
    run(async || {
        // With a queue for one event there is a turn of the event loop after each event.
        let number = Cell::new(0);
        let cycle = async || {
            // Sources of one URL would open at a bounded rate.
            number.set(number.get() + 1);
            let url = format!("data:text/event-stream,data:1%0A%0A#{}", number.get());
            let source = EventSource::builder(url)
                .fetch(Fetch::new())
                .queue(Queue::drop_oldest(1))
                .open()
                .expect("a valid URL");
            let mut numbers = stream::<u8>(&source, "message");
            assert_eq!(next_data(&mut numbers).await, 1);
            source.close();
        };
        let cycles = async |count| {
            for _ in 0..count / 10 {
                join_all((0..10).map(|_| cycle())).await;
            }
        };
        cycles(500).await;
        let before = wasm_memory();
        cycles(2000).await;
        let left = (wasm_memory() - before) / 2000;
        assert!(left < 100, "{left} bytes are left of each source");
    })
    .await;
}
