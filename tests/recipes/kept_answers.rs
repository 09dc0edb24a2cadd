//! Answers that a server keeps, so that they can be gone on with.

use std::{cell::RefCell, ops::Range, rc::Rc, time::Duration};

use serde_json::json;
use typed_eventsource::testing::FakeServer;

use crate::{
    ai_sdk,
    running::{OutcomeFuture, RunningRecipe},
    tanstack_ai,
};

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
    fn send(&self, server: &FakeServer, events: Range<usize>) {
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
