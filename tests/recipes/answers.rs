//! The answers of language models, whole and cut.

use std::time::Duration;

use serde_json::Value;
use typed_eventsource::testing::FakeServer;

use crate::{
    models::{MODELS, for_each_model, request},
    running::RunningRecipe,
};

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
