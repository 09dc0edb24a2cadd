//! A source is open from the mounting to the unmounting of its component.

use leptos::{prelude::*, task::tick};
use typed_eventsource_leptos::use_event_source;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::page::{Feed, mount, number, watch};
use typed_eventsource_test_support::{Attempt, Heard, Left, Observed, Script, Step, run, send};

/// A script that sends 1, and then 2 when it is released.
async fn two_numbers() -> Script {
    let steps = [
        send(&number(1)),
        Step::Wait,
        send(&number(2)),
        Step::Silence,
    ];
    Script::put([Attempt::playing(steps)]).await
}

#[wasm_bindgen_test]
async fn a_component_shows_its_events_and_closes_its_source_when_it_is_unmounted() {
    run(async || {
        let observed = Observed::new();
        let script = two_numbers().await;
        let builder = script.builder();
        let (hear, mut heard) = Heard::new();
        let mounted = mount(move || {
            let feed = use_event_source::<Feed, _>(builder);
            watch(feed.data(), hear);
            view! { <p>{move || format!("{:?}", feed.data().get())}</p> }
        });
        assert_eq!(heard.next().await, None);
        assert_eq!(heard.next().await, Some(Feed::Number(1)));
        tick().await;
        assert_eq!(mounted.text(), "Some(Number(1))");
        script.release().await;
        assert_eq!(heard.next().await, Some(Feed::Number(2)));
        tick().await;
        assert_eq!(mounted.text(), "Some(Number(2))");
        drop(mounted);
        assert_eq!(observed.left(), Left::NOTHING);
        let seen = script.seen_closed(1).await;
        assert_eq!(
            (seen.len(), seen[0].closed_by.as_deref()),
            (1, Some("client"))
        );
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_thousand_renderings_have_one_connection() {
    run(async || {
        let script = two_numbers().await;
        let (builder, rendering) = (script.builder(), RwSignal::new(0));
        let (hear, mut heard) = Heard::new();
        let mounted = mount(move || {
            let feed = use_event_source::<Feed, _>(move || {
                rendering.track();
                builder.clone()
            });
            watch(feed.data(), hear);
            view! { <p>{rendering} " " {move || format!("{:?}", feed.data().get())}</p> }
        });
        assert_eq!(heard.take(2).await, [None, Some(Feed::Number(1))]);
        for count in 1..=1000 {
            rendering.set(count);
            tick().await;
            assert_eq!(mounted.text(), format!("{count} Some(Number(1))"));
        }
        script.release().await;
        assert_eq!(heard.next().await, Some(Feed::Number(2)));
        let seen = script.seen().await;
        assert_eq!((seen.len(), &seen[0].closed_by), (1, &None));
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_component_that_is_unmounted_before_its_source_opens_opens_none() {
    run(async || {
        let observed = Observed::new();
        let script = two_numbers().await;
        let builder = script.builder();
        drop(mount(move || {
            use_event_source::<Feed, _>(builder);
        }));
        tick().await;
        tick().await;
        assert_eq!((observed.attempts(), script.seen().await.len()), (0, 0));
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_component_that_an_event_unmounts_gets_no_further_event() {
    run(async || {
        let observed = Observed::new();
        let events = number(1) + &number(2);
        let script = Script::put([Attempt::sending(&events)]).await;
        let (builder, is_there) = (
            StoredValue::new_local(script.builder()),
            RwSignal::new(true),
        );
        let (hear, mut heard) = Heard::new();
        let _mounted = mount(move || {
            let child = move || {
                let hear = hear.clone();
                is_there.get().then(move || {
                    let feed = use_event_source::<Feed, _>(builder.get_value());
                    watch(feed.data(), move |data| {
                        if data.is_some() {
                            is_there.set(false);
                        }
                        hear(data);
                    });
                })
            };
            view! { <p>{child}</p> }
        });
        assert_eq!(heard.next().await, None);
        assert!(heard.next().await.is_some());
        script.seen_closed(1).await;
        assert_eq!(observed.left(), Left::NOTHING);
        assert_eq!(heard.so_far(), []);
    })
    .await;
}
