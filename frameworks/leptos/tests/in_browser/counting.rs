//! Hooks miss no event, and an event runs only the effects that read it.

use leptos::prelude::*;
use typed_eventsource::{CloseReason, Event, State};
use typed_eventsource_leptos::{
    use_event_source, use_event_source_callback, use_event_source_fold,
};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::page::{Feed, mount, number, watch};
use typed_eventsource_test_support::{Attempt, Heard, Script, Step, run, send};

const MANY: u32 = 10_000;

/// A script that sends the numbers below `MANY`, and then the terminal event `bye`.
async fn many() -> Script {
    let send_number = "event: number\ndata: {n}\n\n";
    let steps = [
        Step::Repeat {
            times: MANY,
            send: send_number,
        },
        send("event: bye\ndata\n\n"),
        Step::Silence,
    ];
    Script::put([Attempt::playing(steps)]).await
}

#[wasm_bindgen_test]
async fn a_fold_and_a_callback_miss_none_of_ten_thousand_events() {
    run(async || {
        let script = many().await;
        let builder = script.builder().terminal_event("bye");
        let ((hear_each, mut each), (hear, mut folded)) = (Heard::new(), Heard::new());
        let _mounted = mount(move || {
            let all =
                use_event_source_fold(builder.clone(), Vec::new, |all, event: Event<Feed>| {
                    all.push(event.data)
                });
            use_event_source_callback(builder, move |event: Event<Feed>| hear_each(event.data));
            Effect::new(move || {
                if let State::Closed(reason) = all.state().get() {
                    assert!(matches!(reason, CloseReason::Finished), "{reason}");
                    hear(all.data().get_untracked());
                }
            });
        });
        let expected: Vec<_> = (0..MANY).map(Feed::Number).chain([Feed::Bye]).collect();
        assert!(folded.next().await == expected);
        assert!(each.take(expected.len()).await == expected);
        let attempts = script.seen_closed(1).await;
        assert_eq!(attempts.len(), 1, "the two hooks share a connection");
    })
    .await;
}

#[wasm_bindgen_test]
async fn an_event_runs_no_effect_that_reads_only_the_state_or_the_error() {
    run(async || {
        let script = many().await;
        let builder = script.builder().terminal_event("bye");
        let ((hear_state, mut states), (hear_error, mut errors)) = (Heard::new(), Heard::new());
        let _mounted = mount(move || {
            let feed = use_event_source::<Feed, _>(builder);
            watch(feed.state(), hear_state);
            watch(feed.error(), hear_error);
        });
        let states = states.take(3).await;
        assert!(
            matches!(
                states[..],
                [
                    State::Connecting,
                    State::Open { .. },
                    State::Closed(CloseReason::Finished)
                ]
            ),
            "{states:?}"
        );
        assert_eq!(errors.so_far().len(), 1, "the effect ran once, at first");
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_callback_gets_the_whole_event_and_may_read_any_signal() {
    run(async || {
        let script = Script::put([Attempt::sending(&format!("id: 7\n{}", number(1)))]).await;
        let builder = script.builder();
        let (hear, mut heard) = Heard::new();
        let _mounted = mount(move || {
            let latest = RwSignal::new_local(None::<Event<Feed>>);
            let count = RwSignal::new(0);
            use_event_source_callback(builder, move |event| {
                count.set(count.get() + 1);
                latest.set(Some(event));
            });
            Effect::new(move || {
                if let Some(event) = latest.get() {
                    let (name, id) = (event.name().to_owned(), event.last_event_id().to_owned());
                    hear((name, id, event.data, count.get()));
                }
            });
        });
        let expected = ("number".to_owned(), "7".to_owned(), Feed::Number(1), 1);
        assert_eq!(heard.next().await, expected);
    })
    .await;
}
