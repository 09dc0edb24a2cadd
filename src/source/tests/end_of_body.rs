//! What the end of a response means to a source.

use futures::{FutureExt, StreamExt};

use super::*;
use crate::{CloseReason, EndOfBody, Error, Fetch, UndecodedEvent};

fn post() -> EventSourceBuilder {
    EventSource::builder(URL).fetch(Fetch::post())
}

fn closed(source: &EventSource) -> CloseReason {
    let reason = source.closed().now_or_never();
    reason.expect("the source has closed")
}

#[track_caller]
fn unfinished(error: &Error) -> &UndecodedEvent {
    match error {
        Error::UnfinishedEvent { event } => event,
        error => panic!("expected an unfinished event, but got {error:?}"),
    }
}

#[test]
fn a_cut_answer_is_an_error_that_holds_what_had_arrived() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let source = post().open().unwrap();
    let pen = journal.clone();
    let _errors = source.on_error(move |error| pen.write(error));
    let mut tokens = source.stream::<Text>("message").unwrap();
    server.send_with_id("message", "Hello", "1");
    server.end_within("message", "wor");
    let CloseReason::Policy(error) = closed(&source) else {
        panic!("expected a close by the policy");
    };
    let event = unfinished(&error);
    assert_eq!(
        (event.name(), &*event.data, event.last_event_id()),
        ("message", "wor", "1")
    );
    assert_eq!(
        journal.take(),
        [r#"the response ended within the event "message", of which this had arrived: wor"#]
    );
    assert!(matches!(tokens.next().now_or_never(), Some(Some(Ok(_)))));
    assert_eq!(tokens.next().now_or_never(), Some(Some(Err(error))));
    assert_eq!(tokens.next().now_or_never(), Some(None));
}

#[test]
fn a_cut_answer_has_not_finished_even_if_the_end_of_a_response_finishes_the_source() {
    let server = FakeServer::new();
    let builder = EventSource::builder(URL)
        .fetch(Fetch::new())
        .end_of_body(EndOfBody::Finished);
    let (source, journal) = (builder.open().unwrap(), Journal::default());
    let pen = journal.clone();
    let _errors = source.on_error(move |error| pen.write(unfinished(&error).data.clone()));
    server.open();
    server.end_within("message", "wor");
    assert_eq!(journal.take(), ["wor"]);
    server.clock().advance(seconds(3));
    server.open();
    server.end();
    assert_eq!(closed(&source), CloseReason::Finished);
}

#[test]
fn an_unfinished_terminal_event_counts() {
    for (name, data) in [("done", ""), ("message", "[DONE]"), ("token", "[DONE]")] {
        let server = FakeServer::new();
        let builder = post().terminal_event("done").terminal_data("[DONE]");
        let source = builder.open().unwrap();
        server.open();
        server.end_within(name, data);
        assert_eq!(closed(&source), CloseReason::Finished, "{name}: {data}");
    }
}

#[test]
fn an_unfinished_failure_event_counts() {
    let server = FakeServer::new();
    let source = post().failure_event("error").open().unwrap();
    server.open();
    server.end_within("error", r#"{"type":"overloaded"#);
    let CloseReason::Policy(Error::FailureEvent { event }) = closed(&source) else {
        panic!("expected a failure event");
    };
    assert_eq!(event.data, r#"{"type":"overloaded"#);
}

#[test]
fn each_of_several_terminal_events_is_the_end() {
    for end in ["response.completed", "response.incomplete"] {
        let (server, journal) = (FakeServer::new(), Journal::default());
        let source = open(&server, |builder| {
            builder
                .terminal_event("response.completed")
                .terminal_event("response.incomplete")
        });
        let _listener = source.on(end, journal.events("heard")).unwrap();
        server.send_text("response.failed", "{}");
        server.send_text(end, "{}");
        assert_eq!(journal.take(), ["heard {}"]);
        assert_eq!(closed(&source), CloseReason::Finished);
    }
}

#[test]
fn the_user_says_what_the_end_of_a_response_means() {
    let server = FakeServer::new();
    let finishing = EventSource::builder(URL)
        .fetch(Fetch::new())
        .end_of_body(EndOfBody::Finished);
    let finishing = finishing.open().unwrap();
    let reconnecting = post().end_of_body(EndOfBody::Reconnect).open().unwrap();
    server.open();
    server.end();
    assert_eq!(closed(&finishing), CloseReason::Finished);
    assert!(!reconnecting.state().is_closed());
    server.clock().advance(seconds(3));
    assert_eq!(server.connections(), 1);
}

#[test]
fn a_post_whose_server_says_how_to_go_on_has_not_finished_with_its_answer() {
    for says_by_id in [true, false] {
        let server = FakeServer::new();
        let source = post().open().unwrap();
        if says_by_id {
            server.send_with_id("message", "", "1");
        } else {
            server.retry(seconds(1));
        }
        server.end();
        let reason = closed(&source);
        assert!(
            matches!(reason, CloseReason::Policy(Error::ConnectionLost { .. })),
            "{reason:?}"
        );
    }
}
