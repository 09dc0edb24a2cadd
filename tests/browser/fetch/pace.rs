//! Queues that wait, before a server that sends more than they have room for.

use futures::StreamExt;
use gloo_timers::future::TimeoutFuture;
use typed_eventsource::{CloseReason, Fetch, Policy, Queue};
use wasm_bindgen_test::wasm_bindgen_test;

use super::{
    super::support::{Attempt, Script, Step, listen, next_data, stream},
    open, run,
};

/// A script of this many numbers, sent as fast as possible, and then of the other steps.
async fn numbers(times: u32, rest: &[Step]) -> Script {
    let send = "data: {n}\n\n";
    let steps = [&[Step::Repeat { times, send }], rest].concat();
    Script::put([Attempt::playing(steps)]).await
}

#[wasm_bindgen_test]
async fn a_slow_consumer_misses_nothing_of_an_answer_to_a_post() {
    run(async || {
        let script = numbers(20_000, &[]).await;
        let source = open(&script, Fetch::post());
        let mut stream = stream::<u32>(&source, "message");
        for number in 0..20_000 {
            assert_eq!(next_data(&mut stream).await, number);
            if number % 50 == 0 {
                TimeoutFuture::new(0).await;
            }
        }
        assert!(stream.next().await.is_none());
        assert_eq!(stream.dropped(), 0);
        assert_eq!(source.closed().await, CloseReason::Finished);
    })
    .await;
}

#[wasm_bindgen_test]
async fn while_a_queue_is_full_nothing_more_is_delivered_until_its_stream_is_read_or_dropped() {
    run(async || {
        let script = numbers(1000, &[Step::Silence]).await;
        let builder = || script.builder().fetch(Fetch::new());
        let source = builder().queue(Queue::wait(10)).open().unwrap();
        let mut heard = listen::<u32>(&source, "message");
        let mut stream = stream::<u32>(&source, "message");
        assert_eq!(heard.take(10).await.last(), Some(&9));
        // Another source receives all of it meanwhile.
        let other = builder().open().unwrap();
        listen::<u32>(&other, "message").take(1000).await;
        assert!(heard.so_far().is_empty());
        assert_eq!(next_data(&mut stream).await, 0);
        assert_eq!(heard.next().await, 10);
        TimeoutFuture::new(0).await;
        assert!(heard.so_far().is_empty());
        drop(stream);
        assert_eq!(heard.take(989).await.last(), Some(&999));
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_source_that_is_held_back_closes_at_once() {
    run(async || {
        let script = numbers(1000, &[Step::Silence]).await;
        let builder = script.builder().fetch(Fetch::new());
        let source = builder.queue(Queue::wait(10)).open().unwrap();
        let mut heard = listen::<u32>(&source, "message");
        let stream = stream::<u32>(&source, "message");
        heard.take(10).await;
        source.close();
        script.seen_closed(1).await;
        let rest: Vec<_> = stream
            .map(|item| item.map(|event| event.data))
            .collect()
            .await;
        assert_eq!(rest, (0..10).map(Ok).collect::<Vec<_>>());
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_loss_behind_a_full_queue_is_noticed_when_the_stream_is_read() {
    run(async || {
        let script = numbers(10, &[Step::Wait, Step::Reset]).await;
        let builder = script.builder().fetch(Fetch::new());
        let builder = builder.policy(Policy::close_on_error());
        let source = builder.queue(Queue::wait(10)).open().unwrap();
        let mut heard = listen::<u32>(&source, "message");
        let mut stream = stream::<u32>(&source, "message");
        heard.take(10).await;
        script.release().await;
        script.seen_closed(1).await;
        assert!(!source.state().is_closed());
        assert_eq!(next_data(&mut stream).await, 0);
        assert!(matches!(source.closed().await, CloseReason::Policy(_)));
        assert_eq!(stream.count().await, 10, "nine events and the error");
    })
    .await;
}
