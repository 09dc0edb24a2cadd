//! The recipes for language models, and what their servers send.

use std::{cell::RefCell, rc::Rc};

use serde_json::{Value, json};
use typed_eventsource::testing::FakeServer;

use crate::{
    anthropic, gemini, openai_chat, openai_responses,
    running::{OutcomeFuture, RunningRecipe},
};

/// A recipe for a language model, and what its server sends.
pub(crate) struct Model {
    pub(crate) ask: fn(Rc<RefCell<String>>) -> OutcomeFuture,
    /// The name of an event with a piece of the text, and its data before and after the piece.
    pub(crate) text: (&'static str, [&'static str; 2]),
    /// The events of an answer's end.
    pub(crate) end: &'static [(&'static str, &'static str)],
    /// What the recipe returns at that end.
    pub(crate) reason: &'static str,
    /// An error within the answer.
    pub(crate) failure: (&'static str, &'static str),
    /// The status by which the server says that it is overloaded.
    pub(crate) overloaded: u16,
}

pub(crate) fn request() -> Value {
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

pub(crate) const MODELS: [Model; 4] = [
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
    pub(crate) fn ask(&self) -> RunningRecipe {
        RunningRecipe::new(self.ask)
    }

    pub(crate) fn data(&self, text: &str) -> String {
        let (_, [before, after]) = self.text;
        format!("{before}{text}{after}")
    }

    pub(crate) fn send_text(&self, recipe: &mut RunningRecipe, text: &str) {
        recipe.server.send_text(self.text.0, &self.data(text));
        recipe.assert_goes_on();
    }

    pub(crate) fn send_end(&self, server: &FakeServer) {
        for (name, data) in self.end {
            server.send_text(name, data);
        }
        // Some models have no event for the end: their answer ends with the response.
        server.end();
    }
}

pub(crate) fn for_each_model(check: impl Fn(&Model, RunningRecipe)) {
    for model in &MODELS {
        check(model, model.ask());
    }
}
