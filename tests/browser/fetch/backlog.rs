//! What has arrived when a connection breaks.

use typed_eventsource::{CloseReason, Error, Policy, Queue, Text};
use wasm_bindgen_test::wasm_bindgen_test;

use super::{
    super::support::{Attempt, Clock, HeldTurns, Script, Step, listen, send, stream},
    run,
};

#[wasm_bindgen_test]
async fn a_break_in_the_turn_of_other_tasks_loses_nothing_that_was_sent_before_it() {
    run(async || {
        let first = send("data: 0\n\ndata: 1\n\n");
        let [second, third] = ["data: 2\n\n", "data: 3\n\n"].map(send);
        let steps = [first, Step::Wait, second, third, Step::Wait, Step::Reset];
        let script = Script::put([Attempt::playing(steps.clone())]).await;
        let other = Script::put([Attempt::playing(steps)]).await;
        let turns = HeldTurns::begin();
        // While the clock runs, a source also lets other tasks run when it has been at work for long.
        let _clock = Clock::stopped();
        // With a queue for one event, the source lets other tasks run after each event.
        let builder = script.builder().policy(Policy::close_on_error());
        let source = builder.queue(Queue::drop_oldest(1)).open();
        let source = source.expect("a valid URL");
        let mut heard = listen::<u8>(&source, "message");
        let _stream = stream::<u8>(&source, "message");
        assert_eq!(heard.next().await, 0);
        // The other source never lets other tasks run. It shows when all events have arrived, and the break.
        let other_source = other.open_with(Policy::close_on_error());
        let mut other_heard = listen::<u8>(&other_source, "message");
        script.release().await;
        other.release().await;
        assert_eq!(other_heard.take(4).await, [0, 1, 2, 3]);
        script.release().await;
        other.release().await;
        other_source.closed().await;
        script.seen_closed(1).await;
        assert!(heard.so_far().is_empty());
        drop(turns);
        let reason = source.closed().await;
        let is_lost = matches!(reason, CloseReason::Policy(Error::ConnectionLost { .. }));
        assert!(is_lost, "{reason:?}");
        assert_eq!(heard.rest().await, [1, 2, 3]);
    })
    .await;
}

#[wasm_bindgen_test]
async fn large_chunks_that_are_read_in_the_turn_of_other_tasks_are_as_they_came() {
    run(async || {
        let sent: Vec<_> = ('a'..='f')
            .map(|letter| letter.to_string().repeat(150_000))
            .collect();
        let texts = sent.iter().map(|data| format!("data: {data}\n\n"));
        let script = Script::put([Attempt::ending(&texts.collect::<String>())]).await;
        let builder = script.builder().policy(Policy::close_on_error());
        let source = builder.queue(Queue::drop_oldest(1)).open();
        let source = source.expect("a valid URL");
        let mut heard = listen::<Text>(&source, "message");
        // With a queue for one event, other tasks have their turn after each.
        let _stream = stream::<Text>(&source, "message");
        source.closed().await;
        let heard: Vec<_> = heard.rest().await.into_iter().map(|text| text.0).collect();
        assert!(heard == sent, "other data than was sent");
    })
    .await;
}

#[wasm_bindgen_test]
async fn small_chunks_that_are_read_in_the_turn_of_other_tasks_come_in_order() {
    run(async || {
        let sent: Vec<_> = (0..150)
            .map(|number| number.to_string().repeat(number))
            .collect();
        let texts = sent
            .iter()
            .map(|data| format!(": {}\ndata: {data}\n\n", "x".repeat(2000)));
        let pieces = texts.flat_map(|text| {
            let (start, end) = text.split_at(7);
            [send(start), Step::Pause(1), send(end)]
        });
        let steps = pieces.chain([Step::End]).collect::<Vec<_>>();
        let script = Script::put([Attempt::playing(steps)]).await;
        let turns = HeldTurns::begin();
        let builder = script.builder().policy(Policy::close_on_error());
        let source = builder.queue(Queue::drop_oldest(1)).open();
        let source = source.expect("a valid URL");
        let mut heard = listen::<Text>(&source, "message");
        // With a queue for one event, other tasks have their turn after each.
        let _stream = stream::<Text>(&source, "message");
        script.seen_closed(1).await;
        drop(turns);
        source.closed().await;
        let heard: Vec<_> = heard.rest().await.into_iter().map(|text| text.0).collect();
        assert!(heard == sent, "other data than was sent");
    })
    .await;
}
