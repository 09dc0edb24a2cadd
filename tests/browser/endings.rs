//! A stream ends, whatever ends it: `None` at last, and where an error closed the source, that
//! error right before. After the close no callback runs.

use futures::{StreamExt, future::join, stream::FusedStream};
use gloo_timers::future::TimeoutFuture;
use typed_eventsource::{CloseReason, Error, Event, EventSource, EventStream, Policy, State, Text};
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{
    Attempt, Script, Step, Transport, errors, is_refusal, journal, listen, next_data, next_error,
    run, send, states, stream,
};

/// Ends now and for good.
async fn has_ended<T: 'static>(stream: &mut EventStream<T>) {
    for _ in 0..3 {
        assert!(stream.next().await.is_none());
        assert!(stream.is_terminated());
    }
}

#[wasm_bindgen_test]
async fn after_close_a_stream_yields_what_had_arrived_and_ends() {
    run(async || {
        let script = Script::put([Attempt::sending("data: 1\n\ndata: 2\n\n")]).await;
        let source = script.open();
        let mut waiting = stream::<u8>(&source, "message");
        listen::<u8>(&source, "message").take(2).await;
        source.close();
        assert!(!waiting.is_terminated());
        assert_eq!(next_data(&mut waiting).await, 1);
        assert_eq!(next_data(&mut waiting).await, 2);
        has_ended(&mut waiting).await;
    })
    .await;
}

async fn close_later(source: &EventSource) {
    TimeoutFuture::new(10).await;
    source.close();
}

#[wasm_bindgen_test]
async fn close_wakes_a_task_that_waits_for_an_item() {
    run(async || {
        let source = Script::put([Attempt::sending("")]).await.open();
        let mut feed = stream::<Text>(&source, "message");
        let (item, ()) = join(feed.next(), close_later(&source)).await;
        assert!(item.is_none());
    })
    .await;
}

#[wasm_bindgen_test]
async fn close_wakes_a_task_that_waits_for_the_end() {
    run(async || {
        let source = Script::put([Attempt::sending("")]).await.open();
        let (reason, ()) = join(source.closed(), close_later(&source)).await;
        assert!(matches!(reason, CloseReason::Requested), "{reason:?}");
    })
    .await;
}

#[wasm_bindgen_test]
async fn the_error_that_closed_the_source_is_the_last_item_of_every_stream_once() {
    run(async || {
        let script = Script::put([Attempt::ending("data: 1\n\nevent: b\ndata: 2\n\n")]).await;
        let source = script.open_with(Policy::close_on_error());
        let streams = ["message", "b", "message", "c"].map(|name| stream::<u8>(&source, name));
        for (mut stream, arrived) in streams.into_iter().zip([Some(1), Some(2), Some(1), None]) {
            if let Some(number) = arrived {
                assert_eq!(next_data(&mut stream).await, number);
            }
            let last = next_error(&mut stream).await;
            assert!(matches!(last, Error::ConnectionLost { .. }), "{last:?}");
            has_ended(&mut stream).await;
        }
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_decode_error_that_closed_the_source_is_yielded_once() {
    run(async || {
        let script = Script::put([Attempt::sending("data: 1\n\ndata: x\n\ndata: 3\n\n")]).await;
        let source = script.open_with(Policy::close_on_error());
        let mut numbers = stream::<u8>(&source, "message");
        let mut others = stream::<u8>(&source, "other");
        assert_eq!(next_data(&mut numbers).await, 1);
        for stream in [&mut numbers, &mut others] {
            let last = next_error(stream).await;
            assert!(matches!(last, Error::Decode(_)), "{last:?}");
            has_ended(stream).await;
        }
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_stream_that_is_made_after_the_end_ends() {
    run(async || {
        let script = Script::put([Attempt::answering(404)]).await;
        let source = script.open();
        source.closed().await;
        let mut late = stream::<u8>(&source, "message");
        let last = next_error(&mut late).await;
        assert!(is_refusal(&last, 404), "{last:?}");
        has_ended(&mut late).await;

        let source = script.open();
        source.close();
        has_ended(&mut stream::<u8>(&source, "message")).await;
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_listener_that_is_added_after_the_end_is_never_called() {
    run(async || {
        let source = Script::put([Attempt::sending("data: 1\n\n")]).await.open();
        source.close();
        // It lets go of the callbacks at once, although the listeners live.
        assert!(listen::<u8>(&source, "message").rest().await.is_empty());
        assert!(errors(&source).rest().await.is_empty());
        assert!(states(&source).rest().await.is_empty());
    })
    .await;
}

#[wasm_bindgen_test]
async fn the_end_is_told_to_everyone_who_asks_before_and_after() {
    run(async || {
        let source = Script::put([Attempt::sending("")]).await.open();
        let (first, second) = (source.closed(), source.closed());
        source.close();
        source.close();
        let (first, second) = join(first, second.clone()).await;
        for reason in [first, second, source.closed().await] {
            assert!(matches!(reason, CloseReason::Requested), "{reason:?}");
        }
        assert!(source.state().is_closed());
    })
    .await;
}

#[wasm_bindgen_test]
async fn nothing_is_called_after_close_though_more_has_arrived() {
    run(async || {
        let flood = Step::Repeat {
            times: 200,
            send: "data: {n}\n\n",
        };
        let source = Script::put([Attempt::playing([flood])]).await.open();
        let mut before = listen::<u8>(&source, "message");
        let handle = source.clone();
        let _closing = source.on("message", move |event: Event<u8>| {
            if event.data == 3 {
                handle.close();
            }
        });
        let mut after = listen::<u8>(&source, "message");
        let mut states = states(&source);
        assert_eq!(before.rest().await, [0, 1, 2, 3]);
        assert_eq!(after.rest().await, [0, 1, 2]);
        let states = states.rest().await;
        assert!(matches!(
            states[..],
            [State::Open, State::Closed(CloseReason::Requested)]
        ));
    })
    .await;
}

#[wasm_bindgen_test]
async fn close_before_the_connection_opens_is_the_end() {
    run(async || {
        let script = Script::put([Attempt::hanging()]).await;
        let source = script.open();
        let mut journal = journal(&source, &["message"]);
        script.seen_attempts(1).await;
        source.close();
        assert_eq!(journal.rest().await, ["closed by the application"]);
        let seen = script.seen_closed(1).await;
        assert_eq!(seen[0].closed_by.as_deref(), Some("client"));
    })
    .await;
}

#[wasm_bindgen_test]
async fn close_during_the_wait_to_reconnect_is_the_end() {
    run(async || {
        let script = Script::put([Attempt::playing([send("retry: 60000\n\n")])]).await;
        let source = script.open();
        let raw = source.as_raw();
        assert_eq!(raw.is_none(), Transport::selected().is_fetch());
        errors(&source).next().await;
        source.close();
        if let Some(raw) = raw {
            assert_eq!(raw.ready_state(), web_sys::EventSource::CLOSED);
        }
        assert_eq!(script.seen().await.len(), 1);
    })
    .await;
}
