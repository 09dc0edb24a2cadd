//! The tools of an MCP server.

use std::{cell::RefCell, rc::Rc, time::Duration};

use serde_json::{Value, json};
use typed_eventsource::{ResponseHead, testing::FakeServer};

use crate::{mcp, running::RunningRecipe};

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
