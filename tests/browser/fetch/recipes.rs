//! The recipes in `docs/recipes` over real responses. `tests/recipes` has what they decide.

use std::error::Error;

use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

use super::{
    super::support::{Attempt, Script},
    run,
};

#[allow(unreachable_pub, reason = "an app has it in a module")]
#[path = "../../../docs/recipes/anthropic.rs"]
mod anthropic;
#[allow(unreachable_pub, reason = "an app has it in a module")]
#[path = "../../../docs/recipes/gemini.rs"]
mod gemini;
#[allow(unreachable_pub, reason = "an app has it in a module")]
#[path = "../../../docs/recipes/openai_chat.rs"]
mod openai_chat;
#[allow(unreachable_pub, reason = "an app has it in a module")]
#[path = "../../../docs/recipes/openai_responses.rs"]
mod openai_responses;
#[allow(unreachable_pub, reason = "an app has it in a module")]
#[path = "../../../docs/recipes/tanstack_ai.rs"]
mod tanstack_ai;

type Outcome = Result<String, Box<dyn Error>>;

/// What a server sends for a piece of its answer, and for the end of it, and the reason that the recipe returns then.
struct Answer {
    piece: &'static str,
    end: &'static str,
    reason: &'static str,
}

const OPENAI_CHAT: Answer = Answer {
    piece: "data: {\"choices\":[{\"delta\":{\"content\":\"Hello\"},\"finish_reason\":null}]}\n\n",
    end: "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n",
    reason: "stop",
};

const OPENAI_RESPONSES: Answer = Answer {
    piece: "event: response.output_text.delta\ndata: {\"delta\":\"Hello\"}\n\n",
    end: "event: response.completed\ndata: {\"response\":{}}\n\n",
    reason: "completed",
};

const ANTHROPIC: Answer = Answer {
    piece: "event: content_block_delta\ndata: {\"delta\":{\"type\":\"text_delta\",\"text\":\"Hello\"}}\n\n",
    end: "event: message_delta\ndata: {\"delta\":{\"stop_reason\":\"end_turn\"}}\n\n\
          event: message_stop\ndata: {}\n\n",
    reason: "end_turn",
};

const GEMINI: Answer = Answer {
    piece: "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Hello\"}]}}]}\r\n\r\n",
    end: "data: {\"candidates\":[{\"finishReason\":\"STOP\"}]}\r\n\r\n",
    reason: "STOP",
};

fn request() -> Value {
    json!({ "model": "a-model", "stream": true })
}

/// Asks for a whole answer, which the server refuses at first, and for one that ends within an event.
async fn check(answer: &Answer, ask: impl AsyncFn(&str, &mut dyn FnMut(&str)) -> Outcome) {
    let whole = Attempt::ending(&[answer.piece, answer.end].concat());
    let script = Script::put([Attempt::answering(429), whole]).await;
    let mut shown = String::new();
    let outcome = ask(&script.url(), &mut |text| shown.push_str(text)).await;
    assert_eq!(outcome.expect("an answer"), answer.reason);
    assert_eq!(shown, "Hello");
    let seen = script.seen_closed(2).await;
    assert_eq!((seen.len(), &*seen[1].method), (2, "POST"));
    assert_eq!(seen[1].body, request().to_string());

    let cut = &answer.piece[..answer.piece.len() - 9];
    let script = Script::put([Attempt::ending(&[answer.piece, cut].concat())]).await;
    let mut shown = String::new();
    let outcome = ask(&script.url(), &mut |text| shown.push_str(text)).await;
    let error = outcome.expect_err("the answer is cut").to_string();
    assert!(error.contains("ended within the event"), "{error}");
    assert_eq!(shown, "Hello");
    assert_eq!(script.seen_closed(1).await.len(), 1);
}

#[wasm_bindgen_test]
async fn an_answer_of_openai_is_shown_and_one_that_is_cut_is_not_asked_for_again() {
    run(async || {
        check(&OPENAI_CHAT, async |url, show| {
            openai_chat::complete(url, &request(), show).await
        })
        .await;
        check(&OPENAI_RESPONSES, async |url, show| {
            openai_responses::respond(url, &request(), show).await
        })
        .await;
    })
    .await;
}

#[wasm_bindgen_test]
async fn an_answer_of_anthropic_is_shown_and_one_that_is_cut_is_not_asked_for_again() {
    run(async || {
        check(&ANTHROPIC, async |url, show| {
            anthropic::answer(url, &request(), show).await
        })
        .await;
    })
    .await;
}

#[wasm_bindgen_test]
async fn an_answer_of_gemini_is_shown_and_one_that_is_cut_is_not_asked_for_again() {
    run(async || {
        check(&GEMINI, async |url, show| {
            gemini::generate(url, &request(), show).await
        })
        .await;
    })
    .await;
}

#[wasm_bindgen_test]
async fn an_answer_of_tanstack_ai_that_is_cut_is_gone_on_with_by_get() {
    run(async || {
        let piece = |text: &str, id: u8| {
            format!(
                "id: {id}\ndata: {{\"type\":\"TEXT_MESSAGE_CONTENT\",\"delta\":\"{text}\"}}\n\n"
            )
        };
        let cut = &piece("lo", 2)[..20];
        let end = "data: {\"type\":\"RUN_FINISHED\",\"finishReason\":\"stop\"}\n\n";
        let script = Script::put([
            Attempt::ending(&[&piece("Hel", 1), cut].concat()),
            Attempt::sending(&[&piece("lo", 2), end].concat()),
        ])
        .await;
        let mut shown = String::new();
        let outcome = tanstack_ai::run(&script.url(), "r1", &request(), |text| {
            shown.push_str(text);
        })
        .await;
        assert_eq!(
            (outcome.expect("an answer"), shown),
            ("stop".into(), "Hello".into())
        );
        let seen = script.seen_closed(2).await;
        let requests: Vec<_> = seen
            .iter()
            .map(|attempt| {
                (
                    &*attempt.method,
                    attempt.header("last-event-id"),
                    &*attempt.body,
                )
            })
            .collect();
        assert_eq!(
            requests,
            [("POST", "", &*request().to_string()), ("GET", "1", "")]
        );
        assert!(seen[1].path.ends_with("?runId=r1"), "{}", seen[1].path);
    })
    .await;
}
