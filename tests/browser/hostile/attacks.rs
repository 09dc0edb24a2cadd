//! Plays the server's table of attacks. `cargo xtask hostile` does so at full size, and measures.

use std::{cell::Cell, rc::Rc};

use futures::{FutureExt, select_biased};
use gloo_timers::future::TimeoutFuture;
use serde::Deserialize;
use serde_json::Value;
#[cfg(feature = "fetch")]
use typed_eventsource::Fetch;
use typed_eventsource::{
    CloseReason, Event, EventSource, EventSourceBuilder, LimitAction, Listener, Payload, Policy,
    Text,
};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;

use super::{
    super::support::{Heard, Script, Transport, attacks, code, errors, is_webkit, listen, run},
    attempts_within,
};

const MIB: u32 = 1 << 20;

/// An attack. `typed_eventsource_server::attacks` says what each field means.
#[derive(Debug, Deserialize)]
struct Attack {
    name: String,
    outcome: String,
    error: String,
    heard: u32,
    requests: usize,
    wait: u32,
    idle: Option<u64>,
    parse: String,
    endless: bool,
}

#[wasm_bindgen_test]
async fn a_line_of_any_field_without_end_is_too_large() {
    play_all("line", limited).await;
}

#[wasm_bindgen_test]
async fn an_event_of_small_lines_without_end_is_too_large() {
    play_all("event", limited).await;
}

#[wasm_bindgen_test]
async fn a_comment_without_end_takes_no_memory() {
    play_all("comment", limited).await;
}

#[wasm_bindgen_test]
async fn an_event_after_garbage_arrives() {
    play_all("garbage", limited).await;
}

#[wasm_bindgen_test]
async fn tiny_events_without_end_are_all_handed_over() {
    play_all("flood", limited).await;
}

#[wasm_bindgen_test]
async fn an_endless_header_is_a_lost_connection() {
    play_all("header", limited).await;
}

#[wasm_bindgen_test]
async fn a_huge_reconnection_time_does_not_lead_to_attempts_without_a_wait() {
    play_all("retry", limited).await;
}

#[wasm_bindgen_test]
async fn a_server_that_hangs_up_at_once_gets_a_bounded_number_of_attempts() {
    // Only with the parameter may the policy reconnect in place of a browser that does not wait.
    let resuming = |builder| limited(builder).resume_parameter("after");
    play_all("hang-up", resuming).await;
}

#[wasm_bindgen_test]
async fn a_redirect_loop_is_a_lost_connection() {
    play_all("redirects", limited).await;
}

#[wasm_bindgen_test]
async fn each_byte_of_a_drip_is_a_sign_of_life() {
    play_all("drip", limited).await;
}

#[wasm_bindgen_test]
async fn deeply_nested_json_is_an_error_and_the_source_stays_open() {
    play_all("nested-json", limited).await;
}

#[wasm_bindgen_test]
async fn a_body_that_inflates_without_end_is_too_large() {
    play_all("body-bomb", limited).await;
}

/// Sets the limit that the attacks in their sizes for tests go beyond.
fn limited(builder: EventSourceBuilder) -> EventSourceBuilder {
    match Transport::selected() {
        Transport::Browser => builder,
        #[cfg(feature = "fetch")]
        Transport::Fetch => builder.fetch(Fetch::new().max_event_size(MIB as usize)),
    }
}

/// Plays the attacks of a kind, one after the other.
async fn play_all(kind: &str, set_up: impl Fn(EventSourceBuilder) -> EventSourceBuilder) {
    run(async || {
        let all: Vec<Attack> = serde_json::from_str(&attacks().await).expect("a table");
        let chosen: Vec<_> = all
            .iter()
            .filter(|attack| attack.name.starts_with(kind))
            .collect();
        assert!(!chosen.is_empty(), "there is no {kind}");
        for attack in chosen {
            // WebKit takes in whatever a server sends, until there is no memory left.
            let takes_all = !Transport::selected().is_fetch() || is_webkit();
            // WebKit's own source reads a long line again from its beginning with each part that arrives.
            let reads_again = !Transport::selected().is_fetch() && is_webkit() && kind == "comment";
            if !(attack.endless && takes_all || reads_again) {
                attack.play(&set_up).await;
            }
        }
    })
    .await;
}

impl Attack {
    async fn play(&self, set_up: impl Fn(EventSourceBuilder) -> EventSourceBuilder) {
        let before = memory();
        let script = Script::attack(&self.name).await;
        let mut builder = set_up(script.builder());
        if let Some(idle) = self.idle {
            let idle = std::time::Duration::from_millis(idle);
            builder = builder.policy(Policy::browser().on_idle(idle, LimitAction::Close));
        }
        let source = builder.open().expect("a valid URL");
        let (outcome, error) = self.watch(&source).await;
        source.close();

        let mut expected = (self.outcome.as_str(), self.error.as_str());
        if self.idle.is_some() && !Transport::selected().is_fetch() {
            // The browser's own source shows nothing but events.
            expected = ("closed", "idle");
        }
        // Firefox's own source gives up instead.
        if error != "given-up" || Transport::selected().is_fetch() {
            assert_eq!((outcome, error), expected, "{self:?}");
        }
        let requests = attempts_within(1000, &script).await;
        assert!(requests <= self.requests, "{requests} requests, {self:?}");
        // The source leaves no connection open.
        script.seen_closed(script.seen().await.len()).await;
        let grown = memory().saturating_sub(before);
        assert!(grown <= 16 * MIB, "{grown} bytes, {self:?}");
    }

    /// The outcome and the last error.
    async fn watch(&self, source: &EventSource) -> (&'static str, &'static str) {
        let mut errors = errors(source);
        let (_messages, mut heard) = match self.parse.as_str() {
            "json" => report_after::<Value>(source, self.heard),
            _ => report_after::<Text>(source, self.heard),
        };
        let mut end = listen::<Text>(source, "end");
        let mut last = "";
        let enough = async {
            TimeoutFuture::new(self.wait).await;
            if self.outcome == "not-closed" && !self.error.is_empty() {
                last = code(&errors.next().await);
            }
            if self.outcome == "not-closed" && self.heard > 0 {
                heard.next().await;
            }
        };
        // The close is looked at first: a closed source has dropped the callbacks, and `Heard::next` would panic.
        let outcome = select_biased! {
            reason = source.closed().fuse() => match reason {
                CloseReason::Policy(error) => return ("closed", code(&error)),
                _ => "finished",
            },
            _ = end.next().fuse() => "ended",
            () = Box::pin(enough).fuse() => "not-closed",
        };
        (outcome, errors.so_far().last().map_or(last, code))
    }
}

/// Reports once, when `least` messages were heard.
fn report_after<T: Payload>(source: &EventSource, least: u32) -> (Listener, Heard<()>) {
    let (hear, heard) = Heard::new();
    let count = Rc::new(Cell::new(0));
    let listener = source.on("message", move |_: Event<T>| {
        count.set(count.get() + 1);
        if count.get() == least {
            hear(());
        }
    });
    (listener.expect("a valid name"), heard)
}

/// How large the memory of this wasm is, in bytes.
fn memory() -> u32 {
    let memory: js_sys::WebAssembly::Memory = wasm_bindgen::memory().unchecked_into();
    let buffer: js_sys::ArrayBuffer = memory.buffer().unchecked_into();
    buffer.byte_length()
}
