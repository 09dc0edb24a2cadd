//! Errors are shown by the component, or go to the console.

use typed_eventsource::{
    CloseReason, Error, EventSourceBuilder, Fetch, State, testing::FakeServer,
};
use typed_eventsource_yew::{use_event_source, use_event_source_callback};
use wasm_bindgen_test::wasm_bindgen_test;
use yew::{prelude::*, scheduler::flush};

use crate::stage::{
    Feed, Mounted, Ticker, TickerProps, is_open, price, ticker, until_closed, until_price,
};
use typed_eventsource_test_support::{
    Attempt, Console, Heard, Script, Step, is_refusal, run, send,
};

#[wasm_bindgen_test]
async fn a_bad_url_is_shown_and_a_good_one_opens() {
    run(async || {
        let script = Script::put([Attempt::playing([price(1), Step::Silence])]).await;
        let (props, mut renders) = ticker("http://[");
        let mut app = Mounted::<Ticker>::new(props.clone());
        let shown = until_closed(&mut renders).await;
        assert!(matches!(shown.error(), Some(Error::InvalidUrl { .. })));
        let State::Closed(CloseReason::Policy(Error::InvalidUrl { url, .. })) = shown.state()
        else {
            panic!("{:?}", shown.state());
        };
        assert_eq!(&**url, "http://[");
        app.update(TickerProps {
            source: script.builder(),
            ..props
        });
        assert!(renders.next().await.error().is_none());
        until_price(&mut renders, 1).await;
    })
    .await;
}

#[wasm_bindgen_test]
async fn an_answer_that_closes_the_source_is_shown_and_the_source_can_be_opened_again() {
    run(async || {
        let script = Script::put([
            Attempt::answering(404),
            Attempt::playing([price(1), Step::Silence]),
        ])
        .await;
        let (props, mut renders) = ticker(script.builder());
        let _app = Mounted::<Ticker>::new(props);
        let feed = until_closed(&mut renders).await;
        let error = feed.error().expect("an error");
        assert!(is_refusal(error, 404), "{error}");
        feed.open();
        assert!(renders.next().await.error().is_none());
        until_price(&mut renders, 1).await;
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_decode_error_is_shown_until_an_event_decodes() {
    run(async || {
        let script = Script::put([Attempt::playing([
            price(1),
            Step::Wait,
            send("event: price\ndata: much\n\n"),
            Step::Wait,
            price(2),
            Step::Silence,
        ])])
        .await;
        let (props, mut renders) = ticker(script.builder());
        let _app = Mounted::<Ticker>::new(props);
        until_price(&mut renders, 1).await;
        script.release().await;
        let shown = renders.next().await;
        assert!(matches!(shown.error(), Some(Error::Decode(_))));
        assert!(is_open(&shown) && shown.data().is_some());
        script.release().await;
        let shown = until_price(&mut renders, 2).await;
        assert!(shown.error().is_none());
    })
    .await;
}

#[derive(PartialEq, Properties)]
struct QuietProps {
    source: EventSourceBuilder,
    /// `None` if the component listens to no errors.
    on_error: Option<Callback<Error>>,
    on_event: Callback<()>,
}

/// Shows no errors: a callback takes them, or nothing does.
#[component]
fn Quiet(props: &QuietProps) -> Html {
    let on_event = props.on_event.clone();
    let feed = use_event_source_callback::<Feed>(props.source.clone(), move |_| on_event.emit(()));
    if let Some(on_error) = props.on_error.clone() {
        feed.on_error(move |error| on_error.emit(error));
    }
    html! {}
}

/// Two events, of which the first does not decode. If both come in one chunk, the second comes before the component has rendered
/// the error of the first.
const HALF_DECODES: &str = "event: price\ndata: much\n\nevent: price\ndata: 1\n\n";

fn half_decoding() -> Attempt {
    Attempt::playing([send(&HALF_DECODES.repeat(4)), Step::Silence])
}

#[wasm_bindgen_test]
async fn errors_that_no_render_shows_go_to_the_console() {
    run(async || {
        let console = Console::new();
        let script = Script::put([half_decoding()]).await;
        let (hear, mut events) = Heard::new();
        let _app = Mounted::<Quiet>::new(QuietProps {
            source: script.builder().fetch(Fetch::new()),
            on_error: None,
            on_event: Callback::from(hear),
        });
        events.take(4).await;
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
        let script = Script::put([half_decoding()]).await;
        let ((hear, mut events), (hear_error, mut errors)) = (Heard::new(), Heard::new());
        let _app = Mounted::<Quiet>::new(QuietProps {
            source: script.builder().fetch(Fetch::new()),
            on_error: Some(Callback::from(hear_error)),
            on_event: Callback::from(hear),
        });
        events.take(4).await;
        let errors = errors.so_far();
        assert!(errors.iter().all(|error| matches!(error, Error::Decode(_))));
        assert_eq!((errors.len(), console.errors().len()), (4, 0));
    })
    .await;
}

#[derive(PartialEq, Properties)]
struct NoticeProps {
    shows_errors: bool,
    on_gap: Callback<u64>,
    on_attempt: Callback<u32>,
}

/// Shows its error if its properties say so.
#[component]
fn Notice(props: &NoticeProps) -> Html {
    let feed = use_event_source::<Feed>("/prices");
    let on_gap = props.on_gap.clone();
    feed.on_gap(move |gap| on_gap.emit(gap.missed));
    let on_attempt = props.on_attempt.clone();
    feed.on_attempt(move |attempt| on_attempt.emit(attempt.number));
    let error = props.shows_errors.then(|| feed.error()).flatten();
    html! { <p>{ error.map(ToString::to_string) }</p> }
}

#[wasm_bindgen_test]
async fn an_error_that_is_not_over_goes_to_the_console_only_if_no_render_shows_it() {
    for shows_errors in [false, true] {
        let server = FakeServer::new();
        let _app = Mounted::<Notice>::new(NoticeProps {
            shows_errors,
            on_gap: Callback::noop(),
            on_attempt: Callback::noop(),
        });
        flush().await;
        server.send_text("price", "much");
        flush().await;
        let reports = server.clock().reports();
        assert_eq!(reports.is_empty(), shows_errors, "{reports:?}");
    }
}

#[wasm_bindgen_test]
async fn a_callback_is_called_with_gaps() {
    let server = FakeServer::new();
    let (hear, mut gaps) = Heard::new();
    let _app = Mounted::<Notice>::new(NoticeProps {
        shows_errors: false,
        on_gap: Callback::from(hear),
        on_attempt: Callback::noop(),
    });
    flush().await;
    server.send_with_id("price", "1", "1");
    server.lose();
    server.send_with_id("price", "1", "4");
    assert_eq!(gaps.so_far(), [2]);
}

#[wasm_bindgen_test]
async fn a_callback_is_called_with_attempts() {
    let server = FakeServer::new();
    let (hear, mut attempts) = Heard::new();
    let _app = Mounted::<Notice>::new(NoticeProps {
        shows_errors: false,
        on_gap: Callback::noop(),
        on_attempt: Callback::from(hear),
    });
    flush().await;
    server.open();
    assert_eq!(attempts.so_far(), [1]);
}
