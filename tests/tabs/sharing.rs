//! One connection, and everything in order.

use std::time::Duration;

use futures::future::{join, join_all};
use typed_eventsource::{AttemptOutcome, EventSource, Queue, State, Tabs};
use wasm_bindgen_test::wasm_bindgen_test;

use super::{
    assert_shared, next_open, numbers, open, open_two, playing, run_in_each_way, shared,
    support::{Attempt, Heard, Script, Step, Transport, next_data, run, send, states, stream},
};

#[wasm_bindgen_test]
async fn two_sources_have_one_connection_and_each_event_once_and_in_order() {
    run_in_each_way(async || {
        let steps = [
            Step::Wait,
            Step::Repeat {
                times: 1000,
                send: "id: {n}\ndata: {n}\n\n",
            },
            Step::Silence,
        ];
        let script = Script::put([playing(steps)]).await;
        let (sources, mut heard) = open_two(|| shared(&script), numbers).await;
        assert_shared(&sources);
        script.release().await;
        for heard in &mut heard {
            assert_eq!(heard.take(1000).await, (0..1000).collect::<Vec<_>>());
        }
        for source in &sources {
            assert_eq!(source.last_event_id(), "999");
            assert_eq!(source.stats().opened, 1);
        }
        assert_eq!(script.seen().await.len(), 1);
        drop((sources, heard));
        script.assert_client_left().await;
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_source_that_is_left_has_the_connection_after_the_other_has_closed() {
    run_in_each_way(async || {
        let steps = [Step::Wait, send("id: 1\ndata: 1\n\n"), Step::Silence];
        let script = Script::put([playing(steps.clone()), playing(steps)]).await;
        let ([first, second], [_, mut numbers]) = open_two(|| shared(&script), numbers).await;
        first.close();
        assert!(first.state().is_closed());
        // Where no worker has the connection, the one that is left may need another.
        script.release().await;
        script.release().await;
        assert_eq!(numbers.next().await, 1);
        second.close();
    })
    .await;
}

#[wasm_bindgen_test]
async fn sources_with_different_keys_have_separate_connections() {
    run_in_each_way(async || {
        let script = Script::put([playing([Step::Silence])]).await;
        let keyed = |key| shared(&script).tabs(Tabs::new().key(key)).open().unwrap();
        let sources = [keyed("ann"), keyed("bob")];
        assert_eq!(script.seen_attempts(2).await.len(), 2);
        drop(sources);
    })
    .await;
}

#[wasm_bindgen_test]
async fn the_connection_lingers_for_a_source_that_comes_soon() {
    run(async || {
        let script = Script::put([Attempt::sending("data: 1\n\n")]).await;
        let builder = || shared(&script).tabs(Tabs::new().linger(Duration::from_secs(60)));
        for _ in 0..3 {
            let source = builder().open().unwrap();
            next_open(&mut states(&source)).await;
        }
        assert_eq!(script.seen().await.len(), 1);
        script.end().await;
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_source_that_pauses_leaves_and_one_that_resumes_joins() {
    run_in_each_way(async || {
        let script = Script::put([playing([
            Step::Wait,
            send("data: 1\n\n"),
            Step::Wait,
            send("data: 2\n\n"),
            Step::Silence,
        ])])
        .await;
        // The first to come leads where there is no worker, and its connection would go with it.
        let other = open(&script);
        let mut others = numbers(&other);
        next_open(&mut states(&other)).await;
        let source = open(&script);
        let (mut heard, mut seen) = (numbers(&source), states(&source));
        next_open(&mut seen).await;
        source.pause();
        assert_eq!(source.state(), State::Paused);
        script.release().await;
        assert_eq!(others.next().await, 1);
        source.resume();
        next_open(&mut seen).await;
        script.release().await;
        assert_eq!((heard.next().await, others.next().await), (2, 2));
        assert_eq!(script.seen().await.len(), 1);
    })
    .await;
}

#[wasm_bindgen_test]
async fn all_sources_get_a_new_connection_if_one_of_them_reconnects() {
    run_in_each_way(async || {
        let script = Script::put([playing([Step::Silence])]).await;
        let (sources, _) = open_two(|| shared(&script), |_| ()).await;
        let mut states = sources.each_ref().map(states);
        let (hear, mut attempts) = Heard::new();
        let listener = sources[1].on_attempt(hear);
        // A young attempt is not given up.
        gloo_timers::future::sleep(Duration::from_millis(600)).await;
        sources[0].reconnect();
        for states in &mut states {
            assert_eq!(states.next().await, State::Connecting);
            next_open(states).await;
        }
        assert_eq!(attempts.next().await.outcome, AttemptOutcome::Opened);
        assert_eq!(script.seen().await.len(), 2);
        drop(listener);
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_small_queue_of_a_stream_that_is_read_loses_nothing() {
    run_in_each_way(async || {
        let script = Script::put([playing([
            Step::Wait,
            Step::Repeat {
                times: 2000,
                send: "data: {n}\n\n",
            },
            Step::Silence,
        ])])
        .await;
        let builder = || shared(&script).queue(Queue::close(64));
        let listen = |source: &EventSource| stream::<u32>(source, "message");
        let (_sources, mut numbers) = open_two(builder, listen).await;
        let read = join_all(numbers.iter_mut().map(async |numbers| {
            for expected in 0..2000 {
                assert_eq!(next_data(numbers).await, expected);
            }
        }));
        // The events may come before the answer to the call that releases them.
        join(script.release(), read).await;
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_gap_is_told_to_each_source() {
    run_in_each_way(async || {
        let text = "id: 1\ndata: 1\n\nid: 5\ndata: 5\n\n";
        let again = Attempt::sending("id: 9\ndata: 9\n\n");
        let script = Script::put([playing([Step::Wait, send(text), Step::End]), again]).await;
        let builder = || shared(&script).policy(super::ends::impatient());
        let (_sources, mut heard) = open_two(builder, |source| {
            let (hear, gaps) = Heard::new();
            let listener = source.on_gap(move |gap| hear((gap.after.clone(), gap.missed)));
            (gaps, numbers(source), listener)
        })
        .await;
        script.release().await;
        for (gaps, numbers, _) in &mut heard {
            assert_eq!(numbers.take(3).await, [1, 5, 9]);
            assert_eq!(gaps.so_far(), [("5".to_owned(), 3)]);
        }
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_request_whose_body_is_no_text_is_shared_within_the_page() {
    use typed_eventsource::{Fetch, Role};

    super::support::run_over(Transport::Fetch, async || {
        let script = Script::put([playing([Step::Silence])]).await;
        let fetch = Fetch::post().body(vec![1, 2, 3]);
        let builder = EventSource::builder(script.url())
            .fetch(fetch)
            .shared_among_tabs();
        let (sources, _) = open_two(|| builder.clone(), |_| ()).await;
        assert_eq!(sources.map(|source| source.role()), [Role::Own; 2]);
        assert_eq!(script.seen().await.len(), 1);
    })
    .await;
}
