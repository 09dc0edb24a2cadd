//! What goes wrong is shown.

use leptos::{prelude::*, task::tick};
use typed_eventsource::{CloseReason, Error, State};
use typed_eventsource_leptos::{IntoSource, use_event_source};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::page::{Feed, mount, number, watch};
use typed_eventsource_test_support::{
    Attempt, Heard, Left, Observed, Script, Step, is_refusal, run, send,
};

/// What a component shows that cannot open its source: the state, and the error, which are the same.
async fn failure<M: 'static>(source: impl IntoSource<M> + 'static) -> Error {
    let observed = Observed::new();
    let (hear, mut heard) = Heard::new();
    let _mounted = mount(move || {
        let feed = use_event_source::<Feed, _>(source);
        Effect::new(move || {
            if let State::Closed(reason) = feed.state().get() {
                hear((reason, feed.error().get()));
            }
        });
    });
    let (reason, error) = heard.next().await;
    tick().await;
    assert_eq!(observed.left(), Left::NOTHING);
    let CloseReason::Policy(reason) = reason else {
        panic!("{reason}");
    };
    let error = error.expect("an error");
    assert_eq!(error.to_string(), reason.to_string());
    error
}

#[wasm_bindgen_test]
async fn a_bad_url_and_an_answer_that_ends_the_source_are_shown_as_errors_and_as_closed() {
    run(async || {
        let invalid = failure("http://[").await;
        assert!(
            matches!(&invalid, Error::InvalidUrl { url, .. } if **url == *"http://["),
            "{invalid}"
        );
        let script = Script::put([Attempt::answering(404)]).await;
        let refusal = failure(script.builder()).await;
        assert!(is_refusal(&refusal, 404), "{refusal}");
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_good_url_after_a_bad_one_opens() {
    run(async || {
        let script = Script::put([Attempt::sending(&number(1))]).await;
        let wanted = RwSignal::new_local("http://[".into());
        let ((hear, mut data), (hear_error, mut errors)) = (Heard::new(), Heard::new());
        let _mounted = mount(move || {
            let feed = use_event_source::<Feed, _>(wanted);
            watch(feed.data(), hear);
            watch(feed.error(), hear_error);
        });
        assert!(errors.next().await.is_some());
        wanted.set(script.builder());
        assert!(errors.next().await.is_none());
        assert_eq!(data.take(2).await, [None, Some(Feed::Number(1))]);
    })
    .await;
}

#[wasm_bindgen_test]
async fn what_does_not_decode_is_shown_until_an_event_does() {
    run(async || {
        let steps = [
            send("event: number\ndata: oops\n\n"),
            Step::Wait,
            send(&number(1)),
            Step::Silence,
        ];
        let script = Script::put([Attempt::playing(steps)]).await;
        let builder = script.builder();
        let ((hear, mut data), (hear_error, mut errors)) = (Heard::new(), Heard::new());
        let _mounted = mount(move || {
            let feed = use_event_source::<Feed, _>(builder);
            watch(feed.data(), hear);
            watch(feed.error(), hear_error);
        });
        assert!(errors.next().await.is_none());
        let error = errors.next().await.expect("an error");
        assert!(
            matches!(&error, Error::Decode(error) if error.event().data == "oops"),
            "{error}"
        );
        script.release().await;
        assert!(errors.next().await.is_none());
        assert_eq!(data.take(2).await, [None, Some(Feed::Number(1))]);
    })
    .await;
}
