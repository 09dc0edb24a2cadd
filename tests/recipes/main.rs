//! Runs the recipes in `docs/recipes` over a fake server, and checks what they show and which requests they send.
#![cfg(all(
    not(target_family = "wasm"),
    feature = "fetch",
    feature = "json",
    feature = "testing"
))]
#![allow(unreachable_pub, reason = "apps have these recipes in modules")]

#[path = "../docs/recipes/ai_sdk.rs"]
mod ai_sdk;
#[path = "../docs/recipes/anthropic.rs"]
mod anthropic;
#[path = "../docs/recipes/gemini.rs"]
mod gemini;
#[path = "../docs/recipes/mcp.rs"]
mod mcp;
#[path = "../docs/recipes/openai_chat.rs"]
mod openai_chat;
#[path = "../docs/recipes/openai_responses.rs"]
mod openai_responses;
#[path = "../docs/recipes/tanstack_ai.rs"]
mod tanstack_ai;

#[path = "../docs/recipes/tokens.rs"]
mod tokens;

use std::{
    cell::RefCell,
    error::Error,
    pin::Pin,
    rc::Rc,
    time::{Duration, SystemTime},
};

use futures::FutureExt;
use serde_json::{Value, json};
use typed_eventsource::{ResponseHead, testing::FakeServer};

type Outcome = Result<String, Box<dyn Error>>;

type OutcomeFuture = Pin<Box<dyn Future<Output = Outcome>>>;

/// A recipe that runs, until it is dropped.
struct RunningRecipe {
    server: FakeServer,
    shown: Rc<RefCell<String>>,
    outcome: OutcomeFuture,
}

impl RunningRecipe {
    fn new<F: Future<Output = Outcome> + 'static>(
        ask: impl FnOnce(Rc<RefCell<String>>) -> F,
    ) -> Self {
        let server = FakeServer::new();
        let shown = Rc::<RefCell<String>>::default();
        let outcome = Box::pin(ask(Rc::clone(&shown)));
        let mut recipe = Self {
            server,
            shown,
            outcome,
        };
        recipe.assert_goes_on();
        recipe
    }

    /// Lets the recipe do what it can do now, and asserts that it does not end.
    fn assert_goes_on(&mut self) {
        let outcome = self.outcome.as_mut().now_or_never();
        assert!(outcome.is_none(), "{outcome:?}");
    }

    /// What was shown, and how the recipe has ended.
    fn ended(&mut self) -> (String, Result<String, String>) {
        let outcome = self.outcome.as_mut().now_or_never();
        let outcome = outcome.expect("the recipe has ended");
        (
            self.shown.borrow().clone(),
            outcome.map_err(|error| error.to_string()),
        )
    }

    fn requests(&self) -> usize {
        self.server.attempts().len()
    }
}

/// A recipe for a language model, and what its server sends.
struct Model {
    ask: fn(Rc<RefCell<String>>) -> OutcomeFuture,
    /// The name of an event with a piece of the text, and its data before and after the piece.
    text: (&'static str, [&'static str; 2]),
    /// The events of an answer's end.
    end: &'static [(&'static str, &'static str)],
    /// What the recipe returns at that end.
    reason: &'static str,
    /// An error within the answer.
    failure: (&'static str, &'static str),
    /// The status by which the server says that it is overloaded.
    overloaded: u16,
}

fn request() -> Value {
    json!({ "model": "a-model", "stream": true })
}

macro_rules! ask {
    ($recipe:path) => {
        |shown| {
            Box::pin(async move {
                let show = |text: &str| shown.borrow_mut().push_str(text);
                $recipe("/answers", &request(), show).await
            })
        }
    };
}

const MODELS: [Model; 4] = [
    Model {
        ask: ask!(openai_chat::complete),
        text: (
            "message",
            [
                r#"{"id":"c1","choices":[{"index":0,"delta":{"content":""#,
                r#""},"finish_reason":null}],"usage":null}"#,
            ],
        ),
        end: &[
            (
                "message",
                r#"{"id":"c1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#,
            ),
            (
                "message",
                r#"{"id":"c1","choices":[],"usage":{"total_tokens":11}}"#,
            ),
            ("message", "[DONE]"),
        ],
        reason: "stop",
        failure: (
            "message",
            r#"{"error":{"message":"busy","type":"server_error","code":null}}"#,
        ),
        overloaded: 503,
    },
    Model {
        ask: ask!(openai_responses::respond),
        text: (
            "response.output_text.delta",
            [
                r#"{"type":"response.output_text.delta","output_index":0,"delta":""#,
                r#""}"#,
            ],
        ),
        end: &[
            ("response.output_text.done", r#"{"text":"Hello"}"#),
            ("response.completed", r#"{"response":{"id":"r1"}}"#),
        ],
        reason: "completed",
        failure: (
            "error",
            r#"{"type":"error","code":"server_error","message":"busy"}"#,
        ),
        overloaded: 503,
    },
    Model {
        ask: ask!(anthropic::answer),
        text: (
            "content_block_delta",
            [
                r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":""#,
                r#""}}"#,
            ],
        ),
        end: &[
            ("content_block_stop", r#"{"index":0}"#),
            (
                "content_block_delta",
                r#"{"index":1,"delta":{"type":"input_json_delta","partial_json":"{"}}"#,
            ),
            (
                "message_delta",
                r#"{"delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":2}}"#,
            ),
            ("message_stop", r#"{"type":"message_stop"}"#),
        ],
        reason: "end_turn",
        failure: (
            "error",
            r#"{"type":"error","error":{"type":"overloaded_error","message":"busy"}}"#,
        ),
        overloaded: 529,
    },
    Model {
        ask: ask!(gemini::generate),
        text: (
            "message",
            [
                r#"{"candidates":[{"content":{"parts":[{"text":"Hm","thought":true},{"text":""#,
                r#""}],"role":"model"},"index":0}],"responseId":"r1"}"#,
            ],
        ),
        end: &[(
            "message",
            r#"{"candidates":[{"content":{"parts":[{"text":""}]},"finishReason":"STOP"}]}"#,
        )],
        reason: "STOP",
        failure: (
            "message",
            r#"{"error":{"code":503,"message":"busy","status":"UNAVAILABLE"}}"#,
        ),
        overloaded: 503,
    },
];

impl Model {
    fn ask(&self) -> RunningRecipe {
        RunningRecipe::new(self.ask)
    }

    fn data(&self, text: &str) -> String {
        let (_, [before, after]) = self.text;
        format!("{before}{text}{after}")
    }

    fn send_text(&self, recipe: &mut RunningRecipe, text: &str) {
        recipe.server.send_text(self.text.0, &self.data(text));
        recipe.assert_goes_on();
    }

    fn send_end(&self, server: &FakeServer) {
        for (name, data) in self.end {
            server.send_text(name, data);
        }
        // Some models have no event for the end: their answer ends with the response.
        server.end();
    }
}

fn for_each_model(check: impl Fn(&Model, RunningRecipe)) {
    for model in &MODELS {
        check(model, model.ask());
    }
}

#[test]
fn an_answer_is_shown_and_the_reason_for_its_end_is_known() {
    for_each_model(|model, mut recipe| {
        model.send_text(&mut recipe, "Hel");
        recipe.server.send_text("ping", "{}");
        model.send_text(&mut recipe, "lo");
        model.send_end(&recipe.server);
        assert_eq!(recipe.ended(), ("Hello".into(), Ok(model.reason.into())));
        let attempts = recipe.server.attempts();
        assert_eq!(attempts.len(), 1);
        let body: Value = serde_json::from_slice(&attempts[0].body).expect("JSON");
        assert_eq!((&*attempts[0].method, &body), ("POST", &request()));
        assert!(recipe.server.clock().reports().is_empty());
    });
}

#[test]
fn an_answer_that_ends_within_an_event_is_an_error_and_is_not_asked_for_again() {
    for_each_model(|model, mut recipe| {
        model.send_text(&mut recipe, "Hel");
        let data = model.data("lo");
        recipe
            .server
            .end_within(model.text.0, &data[..data.len() - 5]);
        let (shown, outcome) = recipe.ended();
        assert_eq!(shown, "Hel");
        let error = outcome.expect_err("the answer is cut");
        assert!(error.contains("ended within the event"), "{error}");
        assert_eq!(recipe.requests(), 1);
    });
}

#[test]
fn an_answer_that_breaks_off_or_ends_too_early_is_an_error_and_is_not_asked_for_again() {
    for cut in [FakeServer::lose, FakeServer::end] {
        for_each_model(|model, mut recipe| {
            model.send_text(&mut recipe, "Hel");
            cut(&recipe.server);
            let (shown, outcome) = recipe.ended();
            assert_eq!(shown, "Hel");
            outcome.expect_err("the answer is cut");
            assert_eq!(recipe.requests(), 1);
        });
    }
}

#[test]
fn an_error_within_the_answer_has_the_words_of_the_server() {
    for_each_model(|model, mut recipe| {
        model.send_text(&mut recipe, "Hel");
        recipe.server.send_text(model.failure.0, model.failure.1);
        let (shown, outcome) = recipe.ended();
        assert_eq!(shown, "Hel");
        let error = outcome.expect_err("the server has failed");
        assert!(error.contains("busy"), "{error}");
        assert_eq!((recipe.requests(), recipe.server.connections()), (1, 0));
    });
}

#[test]
fn a_piece_that_cannot_be_read_is_an_error() {
    for_each_model(|model, mut recipe| {
        model.send_text(&mut recipe, "Hel");
        recipe.server.send_text(model.text.0, "{");
        let (shown, outcome) = recipe.ended();
        assert_eq!(shown, "Hel");
        outcome.expect_err("a piece is missing");
        assert_eq!((recipe.requests(), recipe.server.connections()), (1, 0));
    });
}

#[test]
fn a_request_that_was_refused_is_sent_again() {
    for_each_model(|model, mut recipe| {
        for status in [429, model.overloaded] {
            recipe.server.fail(status);
            recipe.assert_goes_on();
            recipe.server.clock().advance(Duration::from_secs(2));
        }
        model.send_text(&mut recipe, "Hello");
        model.send_end(&recipe.server);
        assert_eq!(recipe.ended(), ("Hello".into(), Ok(model.reason.into())));
        assert_eq!(recipe.requests(), 3);
    });
}

#[test]
fn after_three_refusals_there_is_no_further_request() {
    for_each_model(|model, mut recipe| {
        for _ in 0..2 {
            recipe.server.fail(model.overloaded);
            recipe.assert_goes_on();
            recipe.server.clock().advance(Duration::from_secs(2));
        }
        recipe.server.fail(model.overloaded);
        recipe.ended().1.expect_err("the server is overloaded");
        recipe.server.clock().advance(Duration::from_secs(3600));
        assert_eq!(recipe.requests(), 3);
    });
}

#[test]
fn a_request_that_is_wrong_is_sent_once() {
    for_each_model(|_, mut recipe| {
        recipe.server.fail(400);
        let error = recipe.ended().1.expect_err("the request is wrong");
        assert!(error.contains("400"), "{error}");
        assert_eq!(recipe.requests(), 1);
    });
}

#[test]
fn an_answer_that_is_no_longer_wanted_is_closed() {
    for_each_model(|model, mut recipe| {
        model.send_text(&mut recipe, "Hel");
        let RunningRecipe {
            server, outcome, ..
        } = recipe;
        drop(outcome);
        assert_eq!(server.connections(), 0);
    });
}

#[test]
fn an_answer_that_the_model_has_cut_short_says_so() {
    let [chat, responses, anthropic, gemini] = &MODELS;
    let incomplete =
        r#"{"response":{"status":"incomplete","incomplete_details":{"reason":"content_filter"}}}"#;
    let blocked = r#"{"promptFeedback":{"blockReason":"SAFETY"}}"#;
    let length = r#"{"choices":[{"index":0,"delta":{},"finish_reason":"length"}]}"#;
    let max_tokens = r#"{"delta":{"stop_reason":"max_tokens"},"usage":{"output_tokens":2}}"#;
    for (model, events, reason) in [
        (chat, [("message", length), ("message", "[DONE]")], "length"),
        (
            responses,
            [("response.incomplete", incomplete); 2],
            "content_filter",
        ),
        (
            anthropic,
            [("message_delta", max_tokens), ("message_stop", "{}")],
            "max_tokens",
        ),
        (gemini, [("message", blocked); 2], "SAFETY"),
    ] {
        let mut recipe = model.ask();
        for (name, data) in events {
            recipe.server.send_text(name, data);
        }
        recipe.server.end();
        assert_eq!(recipe.ended().1, Ok(reason.into()));
    }
}

#[test]
fn a_response_that_has_failed_has_the_words_of_the_server() {
    let mut recipe = MODELS[1].ask();
    let failed =
        r#"{"response":{"status":"failed","error":{"code":"server_error","message":"busy"}}}"#;
    recipe.server.send_text("response.failed", failed);
    assert_eq!(recipe.ended().1, Err("busy".into()));
}

/// A recipe for a server that keeps its answer, and the events that the server sends, each with an id or none.
struct Kept {
    ask: fn(Rc<RefCell<String>>) -> OutcomeFuture,
    events: &'static [(&'static str, Option<&'static str>)],
    /// The data of an error within the answer.
    failure: &'static str,
    /// Where a GET is sent that goes on after this many events, which then begins at the start or after them.
    resumed: fn(usize) -> &'static str,
    begins_at_start: bool,
}

const KEPT: [Kept; 2] = [
    Kept {
        ask: |shown| {
            Box::pin(async move {
                let show = |text: &str| shown.borrow_mut().push_str(text);
                ai_sdk::chat("/chat", "c1", &json!({ "id": "c1" }), show).await
            })
        },
        events: &[
            (r#"{"type":"start","messageId":"m1"}"#, None),
            (r#"{"type":"text-delta","id":"0","delta":"Hel"}"#, None),
            (r#"{"type":"text-delta","id":"0","delta":"lo"}"#, None),
            (r#"{"type":"finish","finishReason":"stop"}"#, None),
            ("[DONE]", None),
        ],
        failure: r#"{"type":"error","errorText":"busy"}"#,
        resumed: |_| "/chat/c1/stream",
        begins_at_start: true,
    },
    Kept {
        ask: |shown| {
            Box::pin(async move {
                let show = |text: &str| shown.borrow_mut().push_str(text);
                tanstack_ai::run("/chat", "r1", &json!({ "runId": "r1" }), show).await
            })
        },
        events: &[
            (r#"{"type":"RUN_STARTED","runId":"r1"}"#, Some("r1@0")),
            (
                r#"{"type":"TEXT_MESSAGE_CONTENT","delta":"Hel"}"#,
                Some("r1@1"),
            ),
            (
                r#"{"type":"TEXT_MESSAGE_CONTENT","delta":"lo"}"#,
                Some("r1@2"),
            ),
            (
                r#"{"type":"RUN_FINISHED","finishReason":"stop"}"#,
                Some("r1@3"),
            ),
        ],
        failure: r#"{"type":"RUN_ERROR","message":"busy"}"#,
        resumed: |received| match received {
            0 => "/chat?runId=r1&offset=-1",
            _ => "/chat?runId=r1",
        },
        begins_at_start: false,
    },
];

impl Kept {
    fn send(&self, server: &FakeServer, events: std::ops::Range<usize>) {
        server.open();
        for (data, id) in &self.events[events] {
            match id {
                Some(id) => server.send_with_id("message", data, id),
                None => server.send_text("message", data),
            }
        }
    }
}

#[test]
fn an_answer_that_the_server_keeps_is_posted_once_and_gone_on_with_by_get_after_any_cut() {
    let cuts = [FakeServer::lose, FakeServer::end, |server: &FakeServer| {
        server.end_within("message", "{\"ty")
    }];
    for kept in &KEPT {
        for (cut, received) in cuts
            .iter()
            .flat_map(|cut| (0..kept.events.len()).map(move |received| (cut, received)))
        {
            let mut recipe = RunningRecipe::new(kept.ask);
            kept.send(&recipe.server, 0..received);
            recipe.assert_goes_on();
            cut(&recipe.server);
            recipe.assert_goes_on();
            recipe.server.clock().advance(Duration::from_secs(1));
            let from = if kept.begins_at_start { 0 } else { received };
            kept.send(&recipe.server, from..kept.events.len());
            assert_eq!(recipe.ended(), ("Hello".into(), Ok("stop".into())));
            let attempts = recipe.server.attempts();
            let seen = attempts
                .iter()
                .map(|attempt| (&*attempt.method, &*attempt.url));
            assert!(
                seen.eq([("POST", "/chat"), ("GET", (kept.resumed)(received))]),
                "{attempts:?}"
            );
        }
    }
}

#[test]
fn an_error_within_an_answer_that_the_server_keeps_has_its_words() {
    for kept in &KEPT {
        let mut recipe = RunningRecipe::new(kept.ask);
        kept.send(&recipe.server, 0..2);
        recipe.server.send_text("message", kept.failure);
        assert_eq!(recipe.ended(), ("Hel".into(), Err("busy".into())));
        assert_eq!(recipe.requests(), 1);
    }
}

#[test]
fn an_answer_of_which_the_server_has_nothing_more_is_an_error() {
    for kept in &KEPT {
        let mut recipe = RunningRecipe::new(kept.ask);
        kept.send(&recipe.server, 0..2);
        recipe.server.lose();
        recipe.server.clock().advance(Duration::from_secs(1));
        recipe.server.finish();
        recipe.ended().1.expect_err("the answer has no end");
    }
}

/// Asks an MCP server for the sum of two numbers. What is received besides the result is shown.
fn add() -> RunningRecipe {
    RunningRecipe::new(async |shown| {
        let session = mcp::Session {
            url: "/mcp".into(),
            headers: Vec::new(),
            id: Rc::new(RefCell::new(Some("s1".into()))),
        };
        let params = json!({ "name": "add", "arguments": [1, 2] });
        let receive = |message: mcp::Message| {
            shown
                .borrow_mut()
                .push_str(&message.method.unwrap_or_default());
        };
        let result = session.request(1, "tools/call", params, receive).await?;
        Ok(result["sum"].to_string())
    })
}

fn message(message: Value) -> String {
    message.to_string()
}

fn progress() -> String {
    message(json!({ "jsonrpc": "2.0", "method": "progress", "params": { "progress": 1 } }))
}

fn sum() -> String {
    message(json!({ "jsonrpc": "2.0", "id": 1, "result": { "sum": 3 } }))
}

#[test]
fn a_tool_has_a_result_and_other_messages_are_received() {
    let mut recipe = add();
    recipe.server.send_with_id("message", "", "0");
    recipe.server.send_with_id("message", &progress(), "1");
    recipe.server.send_with_id("message", &sum(), "2");
    assert_eq!(recipe.ended(), ("progress".into(), Ok("3".into())));
    assert_eq!(recipe.requests(), 1);
}

#[test]
fn after_an_answer_of_a_tool_without_the_result_a_get_continues_after_the_last_event() {
    for cut in [FakeServer::lose, FakeServer::end, |server: &FakeServer| {
        server.end_within("message", "{\"json")
    }] {
        let mut recipe = add();
        recipe.server.send_with_id("message", &progress(), "a");
        cut(&recipe.server);
        recipe.assert_goes_on();
        recipe.server.clock().advance(Duration::from_secs(1));
        recipe.server.send_with_id("message", &progress(), "b");
        recipe.server.end();
        recipe.assert_goes_on();
        recipe.server.clock().advance(Duration::from_secs(1));
        recipe.server.send_with_id("message", &sum(), "c");
        assert_eq!(recipe.ended(), ("progressprogress".into(), Ok("3".into())));
        let attempts = recipe.server.attempts();
        let seen = attempts.iter().map(|attempt| {
            let session = attempt.header("mcp-session-id");
            (&*attempt.method, &*attempt.last_event_id, session)
        });
        let session = Some("s1");
        assert!(seen.eq([
            ("POST", "", session),
            ("GET", "a", session),
            ("GET", "b", session)
        ]));
    }
}

#[test]
fn a_request_to_a_tool_is_not_sent_again() {
    for cut in [FakeServer::lose, FakeServer::end] {
        let mut recipe = add();
        recipe.server.send_text("message", &progress());
        cut(&recipe.server);
        recipe.server.clock().advance(Duration::from_secs(1));
        assert_eq!(recipe.requests(), 1);
        recipe.ended().1.expect_err("nothing says how to go on");
        assert_eq!(recipe.requests(), 1);
    }
}

#[test]
fn an_error_of_a_tool_has_the_words_of_the_server() {
    let mut recipe = add();
    let error = json!({ "jsonrpc": "2.0", "id": 1, "error": { "code": -32602, "message": "no such tool" } });
    recipe.server.send_text("message", &message(error));
    assert_eq!(recipe.ended().1, Err("no such tool".into()));
}

#[test]
fn the_header_of_the_first_response_is_in_all_further_requests() {
    let result = |id: u64| json!({ "jsonrpc": "2.0", "id": id, "result": {} }).to_string();
    for content_type in ["text/event-stream", "application/json"] {
        let mut recipe = RunningRecipe::new(async |_| {
            let session = mcp::Session {
                url: "/mcp".into(),
                headers: Vec::new(),
                id: Rc::default(),
            };
            session.request(1, "initialize", json!({}), drop).await?;
            session.request(2, "tools/call", json!({}), drop).await?;
            Ok("both".into())
        });
        let head = ResponseHead::new("/mcp", 200)
            .with_header("Content-Type", content_type)
            .with_header("Mcp-Session-Id", "s2");
        recipe.server.respond(&head, &result(1));
        recipe.server.send_text("message", &result(1));
        recipe.assert_goes_on();
        recipe.server.send_text("message", &result(2));
        assert_eq!(recipe.ended().1, Ok("both".into()));
        let attempts = recipe.server.attempts();
        let ids = attempts
            .iter()
            .map(|attempt| attempt.header("mcp-session-id"));
        assert!(ids.eq([None, Some("s2")]));
    }
}

#[test]
fn messages_of_a_server_that_belong_to_no_request_are_received() {
    let server = FakeServer::new();
    let session = mcp::Session {
        url: "/mcp".into(),
        headers: Vec::new(),
        id: Rc::default(),
    };
    let received = Rc::new(RefCell::new(Vec::new()));
    let listener = {
        let received = Rc::clone(&received);
        session.listen(move |message| received.borrow_mut().push(message))
    };
    let listener = listener.expect("a valid request");
    server.send_with_id("message", "", "0");
    server.send_with_id("message", &progress(), "1");
    assert_eq!(received.borrow().len(), 1);
    assert_eq!(received.borrow()[0].params, Some(json!({ "progress": 1 })));
    drop(listener);
    assert_eq!(server.connections(), 0);
}

#[test]
fn streams_that_ask_for_a_token_get_one_for_all_and_renew_it() {
    const HOUR: Duration = Duration::from_secs(3600);
    let (server, count) = (FakeServer::new(), Rc::new(RefCell::new(0)));
    let asked = Rc::clone(&count);
    let streams = tokens::Streams::new(move || {
        *asked.borrow_mut() += 1;
        let text = asked.borrow().to_string();
        let expires_at = Some(SystemTime::now() + HOUR);
        async move { Ok(tokens::Token { text, expires_at }) }
    });
    let sources = ["/orders", "/prices"].map(|url| streams.open(url).expect("a valid URL"));
    let tokens = || -> Vec<_> {
        let attempts = server.attempts();
        let tokens = attempts
            .iter()
            .map(|attempt| attempt.header("Authorization"));
        tokens.map(|token| token.map(str::to_owned)).collect()
    };
    server.fail(401);
    assert_eq!(*count.borrow(), 1);
    server.open();
    let fresh = |text: &str| Some(format!("Bearer {text}"));
    assert_eq!(tokens(), [fresh(""), fresh(""), fresh("1"), fresh("1")]);
    server.clock().advance(HOUR);
    assert_eq!(*count.borrow(), 2);
    assert_eq!(tokens()[4..], [fresh("2"), fresh("2")]);
    server.open();
    assert_eq!(server.connections(), sources.len());
}
