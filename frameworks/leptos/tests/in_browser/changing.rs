//! Components that change from one source to another.

use leptos::{prelude::*, task::tick};
use typed_eventsource::{
    Event, EventSourceBuilder, Fetch, Policy, State, Text, testing::FakeServer,
};
use typed_eventsource_leptos::{
    IntoSource, use_event, use_event_source, use_event_source_callback, use_event_source_fold,
};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::page::{Feed, mount, number, watch};
use typed_eventsource_test_support::{
    Attempt, Heard, Left, Observed, Script, Step, Transport, run, run_over, send,
};

async fn sending(text: &str) -> Script {
    Script::put([Attempt::sending(text)]).await
}

#[wasm_bindgen_test]
async fn another_url_closes_the_last_source_and_opens_a_new_one() {
    run(async || {
        let observed = Observed::new();
        let (first, second) = (sending(&number(1)).await, sending(&number(2)).await);
        let wanted = RwSignal::new_local(first.builder());
        let ((hear, mut heard), (hear_state, mut states)) = (Heard::new(), Heard::new());
        let mounted = mount(move || {
            let feed = use_event_source::<Feed, _>(wanted);
            watch(feed.data(), hear);
            watch(feed.state(), hear_state);
        });
        assert_eq!(heard.take(2).await, [None, Some(Feed::Number(1))]);
        wanted.set(second.builder());
        assert_eq!(heard.take(2).await, [None, Some(Feed::Number(2))]);
        let closed = first.seen_closed(1).await;
        assert_eq!(
            (closed.len(), closed[0].closed_by.as_deref()),
            (1, Some("client"))
        );
        let states = states.so_far();
        assert!(
            matches!(
                states[..],
                [
                    State::Connecting,
                    State::Open { .. },
                    State::Connecting,
                    State::Open { .. }
                ]
            ),
            "{states:?}"
        );
        drop(mounted);
        assert_eq!(observed.left(), Left::NOTHING);
        assert_eq!(
            (first.seen().await.len(), second.seen_closed(1).await.len()),
            (1, 1)
        );
    })
    .await;
}

#[wasm_bindgen_test]
async fn no_event_of_the_last_source_arrives_once_the_url_has_changed() {
    run(async || {
        // All events are in one chunk, so that over `fetch` no effect runs between two of them.
        let old = [1, 2, 3].map(number).concat() + "event: number\ndata: oops\n\n";
        let (first, second) = (sending(&old).await, sending(&number(10)).await);
        let (wanted, next) = (RwSignal::new_local(first.builder()), second.builder());
        let ((hear, mut heard), (hear_error, mut errors)) = (Heard::new(), Heard::new());
        let _mounted = mount(move || {
            let feed = use_event_source_callback::<Feed, _>(wanted, move |event| {
                hear(event.data);
                wanted.set(next.clone());
            });
            watch(feed.error(), move |error| hear_error(error.is_some()));
        });
        assert_eq!(heard.take(2).await, [Feed::Number(1), Feed::Number(10)]);
        first.seen_closed(1).await;
        assert_eq!(heard.so_far(), []);
        assert_eq!(errors.so_far(), [false]);
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_fold_starts_again_with_another_source() {
    run(async || {
        let first = sending(&(number(1) + &number(2))).await;
        let second = sending(&(number(3) + &number(4))).await;
        let wanted = RwSignal::new_local(first.builder());
        let (hear, mut heard) = Heard::new();
        let _mounted = mount(move || {
            let feed = use_event_source_fold(wanted, Vec::new, |all, event: Event<Feed>| {
                all.push(event.data)
            });
            watch(feed.data(), hear);
        });
        while heard.next().await != [Feed::Number(1), Feed::Number(2)] {}
        wanted.set(second.builder());
        assert_eq!(heard.next().await, []);
        while heard.next().await != [Feed::Number(3), Feed::Number(4)] {}
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_builder_with_new_closures_keeps_the_source_open() {
    run(async || {
        let steps = [
            send(&number(1)),
            Step::Wait,
            send(&number(2)),
            Step::Silence,
        ];
        let script = Script::put([Attempt::playing(steps)]).await;
        let (builder, round) = (script.builder(), RwSignal::new(0));
        let (hear, mut heard) = Heard::new();
        let _mounted = mount(move || {
            let feed = use_event_source::<Feed, _>(move || {
                round.track();
                let policy = Policy::resilient().rule(|context| context.proposed);
                let headers = Fetch::new().fresh_headers(|| async { Ok(Vec::new()) });
                builder.clone().policy(policy).fetch(headers)
            });
            watch(feed.data(), hear);
        });
        assert_eq!(heard.take(2).await, [None, Some(Feed::Number(1))]);
        for number in 1..5 {
            round.set(number);
            tick().await;
        }
        script.release().await;
        assert_eq!(heard.next().await, Some(Feed::Number(2)));
        assert_eq!(script.seen().await.len(), 1);
    })
    .await;
}

#[wasm_bindgen_test]
async fn another_source_opens_after_the_last_one_was_closed() {
    run(async || {
        let (first, second) = (sending(&number(1)).await, sending(&number(2)).await);
        let wanted = RwSignal::new_local(first.builder());
        let (hear, mut heard) = Heard::new();
        let _mounted = mount(move || {
            let feed = use_event_source::<Feed, _>(wanted);
            feed.close();
            watch(feed.data(), hear);
        });
        assert_eq!(heard.next().await, None);
        wanted.set(second.builder());
        assert_eq!(heard.next().await, Some(Feed::Number(2)));
        assert_eq!(first.seen().await.len(), 0);
    })
    .await;
}

#[wasm_bindgen_test]
async fn closures_and_signals_may_return_a_url_or_a_builder() {
    run_over(Transport::Browser, async || {
        async fn opens<M: 'static>(source: impl IntoSource<M> + 'static) {
            let (hear, mut heard) = Heard::new();
            let _mounted = mount(move || watch(use_event_source::<Feed, _>(source).state(), hear));
            assert!(matches!(heard.next().await, State::Connecting));
            assert!(matches!(heard.next().await, State::Open { .. }));
        }
        // Firefox opens a connection only when something arrives.
        let script = sending(&number(1)).await;
        let url = script.url();
        opens(url.clone().leak() as &str).await;
        opens(url.clone()).await;
        opens(EventSourceBuilder::from(url.clone())).await;
        opens(RwSignal::new(url.clone())).await;
        opens(RwSignal::new(url.clone()).read_only()).await;
        opens(ArcRwSignal::new(url.clone())).await;
        opens(Signal::stored(url.clone())).await;
        opens(ArcSignal::stored(url.clone())).await;
        opens(Signal::stored_local(script.builder())).await;
        opens(Memo::new({
            let url = url.clone();
            move |_| url.clone()
        }))
        .await;
        opens({
            let url = url.clone();
            move || url.clone()
        })
        .await;
        opens({
            let builder = script.builder();
            move || builder.clone()
        })
        .await;
        let seen = script.seen_closed(12).await;
        assert_eq!(seen.len(), 12);
    })
    .await;
}

#[wasm_bindgen_test]
async fn an_event_of_one_name_can_be_any_payload() {
    let server = FakeServer::new();
    let mounted = mount(|| {
        let line = use_event::<Text, _>("/log", "line");
        move || line.data().get().map(|Text(line)| line)
    });
    tick().await;
    server.send_text("row", "of another name");
    server.send_text("line", "no {json");
    tick().await;
    assert_eq!(mounted.text(), "no {json");
}
