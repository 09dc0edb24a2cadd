//! Responses that end, or break off, within an event.

use typed_eventsource::{CloseReason, EndOfBody, Error, EventSourceBuilder, Fetch};
use wasm_bindgen_test::wasm_bindgen_test;

use super::{
    super::support::{Attempt, Script, Step, listen, send},
    resilient, run,
};

fn post(script: &Script) -> EventSourceBuilder {
    let builder = script.builder().fetch(Fetch::post().body("why?"));
    builder.policy(resilient())
}

/// Answers the one request with this attempt, and returns the reason for which the source has closed.
async fn reason_after(
    attempt: Attempt,
    set_up: impl FnOnce(EventSourceBuilder) -> EventSourceBuilder,
) -> CloseReason {
    let script = Script::put([attempt]).await;
    let source = set_up(post(&script)).open().expect("a valid request");
    let reason = source.closed().await;
    assert_eq!(script.seen_closed(1).await.len(), 1);
    reason
}

#[track_caller]
fn assert_unfinished(reason: &CloseReason, name: &str, data: &str) {
    let CloseReason::Policy(Error::UnfinishedEvent { event, .. }) = reason else {
        panic!("the event is not reported as unfinished: {reason:?}");
    };
    assert_eq!((event.name(), &*event.data), (name, data));
}

#[wasm_bindgen_test]
async fn a_response_that_ends_within_an_event_has_not_finished() {
    run(async || {
        for (end, name, data) in [
            ("data: wor", "message", "wor"),
            ("data: wor\n", "message", "wor"),
            ("event: token\ndata: a\ndata: b\n", "token", "a\nb"),
            ("event: tok", "tok", ""),
        ] {
            let answer = Attempt::ending(&format!("data: Hello\n\n{end}"));
            let reason = reason_after(answer, |builder| builder).await;
            assert_unfinished(&reason, name, data);
            let answer = Attempt::ending(&format!("data: Hello\n\n{end}"));
            let set_up = |builder: EventSourceBuilder| builder.end_of_body(EndOfBody::Finished);
            assert_unfinished(&reason_after(answer, set_up).await, name, data);
        }
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_response_that_breaks_off_within_an_event_reports_the_part_that_has_arrived() {
    run(async || {
        let steps = [send("data: 1\n\ndata: wor"), Step::Wait, Step::Reset];
        let script = Script::put([Attempt::playing(steps)]).await;
        let source = post(&script).open().expect("a valid request");
        let mut heard = listen::<u8>(&source, "message");
        assert_eq!(heard.next().await, 1);
        script.release().await;
        assert_unfinished(&source.closed().await, "message", "wor");
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_terminal_event_without_its_blank_line_counts() {
    run(async || {
        for end in [
            "data: [DONE]",
            "data: [DONE]\n",
            "event: token\ndata: [DONE]",
            "event: done\ndata: {\"us",
        ] {
            let reason = reason_after(Attempt::ending(&format!("data: 1\n\n{end}")), |builder| {
                builder.terminal_data("[DONE]").terminal_event("done")
            });
            assert_eq!(reason.await, CloseReason::Finished, "{end:?}");
        }
    })
    .await;
}

#[wasm_bindgen_test]
async fn terminal_data_finishes_the_source_in_an_event_of_any_name_listened_to_or_not() {
    run(async || {
        for end in [
            "data: [DONE]\n\n",
            "event: nobody listens\ndata: [DONE]\n\n",
            "event: nobody listens\nid: 1\ndata: [DONE]\n\n",
        ] {
            let script = Script::put([Attempt::sending(&format!("data: 1\n\n{end}"))]).await;
            let source = post(&script).terminal_data("[DONE]").open();
            let reason = source.expect("a valid request").closed().await;
            assert_eq!(reason, CloseReason::Finished, "{end:?}");
        }
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_get_whose_response_is_cut_is_sent_again() {
    run(async || {
        let answers = ["id: 1\ndata: 1\n\ndata: 2", "id: 2\ndata: 2\n\n"];
        let script = Script::put([Attempt::ending(answers[0]), Attempt::sending(answers[1])]).await;
        let builder = script.builder().fetch(Fetch::new()).policy(resilient());
        let source = builder.open().expect("a valid request");
        let mut heard = listen::<u8>(&source, "message");
        assert_eq!([heard.next().await, heard.next().await], [1, 2]);
        assert_eq!(script.seen().await[1].header("last-event-id"), "1");
    })
    .await;
}
