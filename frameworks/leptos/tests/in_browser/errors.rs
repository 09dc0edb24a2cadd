//! Errors are shown by the component, or go to the console.

use leptos::{prelude::*, task::tick};
use typed_eventsource::{CloseReason, Error, Fetch, State, testing::FakeServer};
use typed_eventsource_leptos::{IntoSource, use_event_source, use_event_source_callback};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::page::{Feed, mount, number, watch};
use typed_eventsource_test_support::{
    Attempt, Console, Heard, Left, Observed, Script, Step, is_refusal, run, send,
};

/// The error that a component shows if its source cannot be opened. The state has the same error.
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
async fn a_decode_error_is_shown_until_an_event_decodes() {
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

/// Mounts a component that shows no errors, and sends it events of which half do not decode. All come in one chunk, so that
/// each error is over before an effect has run. `on_error` is called if there is one.
async fn mount_without_showing_errors(on_error: Option<Box<dyn Fn(Error)>>) {
    let half = format!("event: number\ndata: oops\n\n{}", number(1));
    let script = Script::put([Attempt::playing([send(&half.repeat(4)), Step::Silence])]).await;
    let builder = script.builder().fetch(Fetch::new());
    let (hear, mut heard) = Heard::new();
    let _mounted = mount(move || {
        let feed = use_event_source_callback::<Feed, _>(builder, move |event| hear(event.data));
        if let Some(on_error) = on_error {
            feed.on_error(on_error);
        }
    });
    heard.take(4).await;
}

#[wasm_bindgen_test]
async fn errors_that_nothing_reads_go_to_the_console() {
    run(async || {
        let console = Console::new();
        mount_without_showing_errors(None).await;
        let errors = console.errors();
        // One line stands for all four, since they are of one kind. A source that closes, also one of an earlier test, says how
        // many errors are left.
        let is_first = |line: &&String| !line.ends_with("more of this kind)");
        assert_eq!(errors.iter().filter(is_first).count(), 1, "{errors:?}");
    })
    .await;
}

#[wasm_bindgen_test]
async fn an_error_that_a_callback_takes_does_not_go_to_the_console() {
    run(async || {
        let console = Console::new();
        let (hear, mut heard) = Heard::new();
        mount_without_showing_errors(Some(Box::new(hear))).await;
        let errors = heard.take(4).await;
        assert!(errors.iter().all(|error| matches!(error, Error::Decode(_))));
        assert_eq!(console.errors(), [""; 0]);
    })
    .await;
}

#[wasm_bindgen_test]
async fn an_error_that_is_not_over_goes_to_the_console_only_if_nothing_reads_it() {
    for is_read in [false, true] {
        let server = FakeServer::new();
        let _mounted = mount(move || {
            let feed = use_event_source::<Feed, _>("/numbers");
            move || is_read.then(|| feed.error().get().map(|error| error.to_string()))
        });
        tick().await;
        server.send_text("number", "oops");
        tick().await;
        tick().await;
        let reports = server.clock().reports();
        assert_eq!(reports.is_empty(), is_read, "{reports:?}");
    }
}

#[wasm_bindgen_test]
async fn a_callback_is_called_with_gaps() {
    let server = FakeServer::new();
    let (hear, mut heard) = Heard::new();
    let _mounted = mount(move || {
        let feed = use_event_source::<Feed, _>("/numbers");
        feed.on_gap(move |gap| hear(gap.missed));
    });
    tick().await;
    server.send_with_id("number", "1", "1");
    server.lose();
    server.send_with_id("number", "1", "4");
    assert_eq!(heard.so_far(), [2]);
}

#[wasm_bindgen_test]
async fn a_callback_is_called_with_attempts() {
    let server = FakeServer::new();
    let (hear, mut heard) = Heard::new();
    let _mounted = mount(move || {
        let feed = use_event_source::<Feed, _>("/numbers");
        feed.on_attempt(move |attempt| hear(attempt.number));
    });
    tick().await;
    server.open();
    assert_eq!(heard.so_far(), [1]);
}
