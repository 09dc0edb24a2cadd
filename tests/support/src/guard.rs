//! Fails tests that would otherwise pass by mistake, or hang.

use std::{cell::Cell, panic, pin::pin, sync::Once, time::Duration};

use futures::{
    channel::oneshot,
    future::{Either, select},
};
use gloo_events::{EventListener, EventListenerOptions};
use gloo_timers::future::TimeoutFuture;
use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue, throw_val};
use web_sys::{ErrorEvent, EventTarget};

use super::{
    clock::Clock, frames::StoppedFrames, server::end_leftovers, transport::Transport,
    turns::HeldTurns,
};

/// How long a test may take.
const LIMIT: Duration = Duration::from_secs(120);

/// Runs the body of a test, over each transport.
///
/// The browser would swallow a panic or an exception of a callback; here it fails the test. A body that does not end fails after
/// [`LIMIT`].
pub async fn run(body: impl AsyncFn()) {
    for &transport in Transport::ALL {
        run_over(transport, &body).await;
    }
}

/// Runs the body of a test over one transport.
pub async fn run_over(transport: Transport, body: impl AsyncFn()) {
    transport.select();
    Clock::start();
    HeldTurns::end_all();
    StoppedFrames::end_all();
    end_leftovers().await;
    if let Err(failure) = guarded(LIMIT, body()).await {
        fail_in_one_line(&format!("over {transport:?}: {failure}"));
    }
}

/// Runs the body of a test in which callbacks panic, over each transport. The test fails if the body itself panics, or does not end
/// within [`LIMIT`].
pub async fn run_with_panics(body: impl AsyncFn()) {
    // The hook is set before the first panic, since after a panic this thread cannot set one.
    fail_on_panics();
    for &transport in Transport::ALL {
        transport.select();
        Clock::start();
        HeldTurns::end_all();
        StoppedFrames::end_all();
        end_leftovers().await;
        let time_is_over = TimeoutFuture::new(LIMIT.as_millis() as u32);
        if let Either::Right(_) = select(pin!(body()), time_is_over).await {
            fail_in_one_line(&format!(
                "over {transport:?}: still waiting after {LIMIT:?}"
            ));
        }
    }
}

/// Fails the test that calls this, by an exception. The exception has no stack: that would only name this function.
pub(crate) fn fail_in_one_line(reason: &str) -> ! {
    let error = js_sys::Error::new(reason);
    let _ = Reflect::set(&error, &"stack".into(), &JsValue::UNDEFINED);
    throw_val(error.into())
}

/// Runs the body of a test as [`run`] does, and returns the failure.
pub async fn guarded(limit: Duration, body: impl Future<Output = ()>) -> Result<(), String> {
    let (sender, failed) = oneshot::channel();
    FAILURE_SENDER.set(Some(sender));
    fail_on_panics();
    let _listener = fail_on_exceptions();
    let time_is_over = TimeoutFuture::new(limit.as_millis() as u32);
    match select(failed, select(pin!(body), time_is_over)).await {
        Either::Left((Ok(message), _)) => Err(format!("in a callback: {message}")),
        Either::Left((Err(_), _)) => Err("another test began before this one had ended".into()),
        Either::Right((Either::Left(_), _)) => Ok(()),
        Either::Right((Either::Right(_), _)) => Err(format!("still waiting after {limit:?}")),
    }
}

thread_local! {
    /// Fails the running test with a message.
    static FAILURE_SENDER: Cell<Option<oneshot::Sender<String>>> = const { Cell::new(None) };
}

/// Fails the running test. Only the first reason counts.
fn fail(reason: String) {
    if let Some(sender) = FAILURE_SENDER.take() {
        // The test may be over.
        let _ = sender.send(reason);
    }
}

fn fail_on_panics() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let report = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            report(panic);
            fail(panic.to_string());
        }));
    });
}

fn fail_on_exceptions() -> EventListener {
    let global: EventTarget = js_sys::global().unchecked_into();
    // The browser would report the exception too.
    let options = EventListenerOptions::enable_prevent_default();
    EventListener::new_with_options(&global, "error", options, |event| {
        event.prevent_default();
        let message = event.dyn_ref().map(ErrorEvent::message);
        fail(message.unwrap_or_default());
    })
}
