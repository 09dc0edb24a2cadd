//! What the server has answered with, in states and in errors, and who decides whether that is an event stream.

use std::panic::{AssertUnwindSafe, catch_unwind};

use futures::FutureExt;

use super::*;
use crate::{CloseReason, Error, Fetch, ResponseHead, State};

fn over_fetch() -> EventSourceBuilder {
    EventSource::builder(URL)
        .fetch(Fetch::new())
        .policy(Policy::resilient())
}

/// A source that has this accept responses, and what it writes of its errors.
fn accepting(accept: impl Fn(&ResponseHead) -> bool + 'static) -> (EventSource, Journal) {
    let builder = over_fetch().fetch(Fetch::new().accept(accept));
    let (source, journal) = (builder.open().unwrap(), Journal::default());
    let pen = journal.clone();
    source.on_error(move |error| pen.write(error)).forget();
    (source, journal)
}

fn answer(status: u16) -> ResponseHead {
    ResponseHead::new(URL, status)
}

fn stream(status: u16) -> ResponseHead {
    answer(status).with_header("Content-Type", "text/event-stream")
}

fn response(source: &EventSource) -> Option<ResponseHead> {
    match source.state() {
        State::Open { response, .. } => response,
        _ => None,
    }
}

fn closing_error(source: &EventSource) -> Error {
    match source.closed().now_or_never() {
        Some(CloseReason::Policy(error)) => error,
        other => panic!("expected an error, but got {other:?}"),
    }
}

#[test]
fn an_open_source_has_its_response_and_after_a_reconnection_another_one() {
    let server = FakeServer::new();
    let source = over_fetch().open().unwrap();
    assert_eq!(response(&source), None);
    let first = stream(200).with_header("X-Request-Id", "1");
    server.respond(&first, "");
    assert_eq!(source.state(), State::open(first.clone()));
    assert_eq!(response(&source).unwrap().header("x-request-id"), Some("1"));
    server.respond(&stream(200), "");
    assert_eq!(response(&source), Some(first), "it was open already");
    server.lose();
    assert_eq!(response(&source), None);
    server.clock().advance(seconds(60));
    let second = stream(200).redirected_to("/elsewhere");
    server.respond(&second, "");
    assert_eq!(source.state(), State::open(second));
}

#[test]
fn the_browsers_own_source_shows_no_response() {
    let server = FakeServer::new();
    let source = EventSource::open(URL).unwrap();
    server.respond(&stream(200), "");
    assert_eq!(source.state(), State::open(None));
    server.respond(&answer(200), "no stream");
    assert!(matches!(closing_error(&source), Error::GivenUp { .. }));
}

#[test]
fn sources_that_share_a_connection_have_its_response_also_one_that_joins() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let shared = || over_fetch().shared(true).open().unwrap();
    let (first, second) = (shared(), shared());
    let answered = stream(200).with_header("X-Request-Id", "1");
    server.respond(&answered, "");
    let joined = shared();
    for source in [&first, &second, &joined] {
        assert_eq!(source.state(), State::open(answered.clone()));
    }
    let pen = journal.clone();
    let _states = joined.on_state(move |state| pen.write(format!("{state:?}")));
    server.clock().advance(Duration::ZERO);
    assert_eq!(journal.take(), [format!("{:?}", first.state())]);
    server.lose();
    server.clock().advance(seconds(60));
    let again = stream(200).with_header("X-Request-Id", "2");
    server.respond(&again, "");
    for source in [&first, &second, &joined] {
        assert_eq!(source.state(), State::open(again.clone()));
    }
}

#[test]
fn a_refusal_has_its_response_and_is_waited_for_as_long_as_the_server_asks() {
    let server = FakeServer::new();
    let source = over_fetch().open().unwrap();
    let refusal = answer(503).with_header("retry-after", "120");
    server.respond(&refusal, "busy");
    let waiting = State::waiting(1, Some(seconds(120)));
    assert_eq!(source.state(), waiting);
    server.clock().advance(seconds(120));
    let refusal = answer(429)
        .with_header("Retry-After", "34")
        .with_header("Content-Type", "application/json");
    server.respond(&refusal, "{}");
    server.clock().advance(seconds(60));
    let page = answer(200).with_header("Retry-After", "1");
    server.respond(&page, "");
    let error = closing_error(&source);
    assert_eq!(error, Error::response(URL, page.clone(), ""));
    let Error::ContentType {
        retry_after,
        response,
        ..
    } = error
    else {
        panic!("expected a wrong type, but got {error:?}");
    };
    assert_eq!((retry_after, response), (Some(seconds(1)), page));
}

#[test]
fn the_error_of_a_refusal_says_who_has_answered_and_begins_to_say_what() {
    let page = |url: &str| {
        let page = answer(200).with_header("Content-Type", "text/html");
        if url == URL {
            page
        } else {
            page.redirected_to(url)
        }
    };
    let long = "é".repeat(5000);
    for (response, body, told) in [
        (answer(500), "down", " answered with status 500: down".to_owned()),
        (answer(500), " \n ", " answered with status 500".to_owned()),
        (answer(500), "{\n  \"a\": 1\n}\n", " answered with status 500: { \"a\": 1 }".to_owned()),
        (answer(500), &long, format!(" answered with status 500: {}…", "é".repeat(200))),
        (
            answer(200).with_header("Content-Type", "application/json"),
            "{}",
            " answered with application/json, not with text/event-stream: {}".to_owned(),
        ),
        (
            page("/login?next=stream"),
            "",
            " was redirected to /login?next=stream, which answered with text/html, not with text/event-stream (this \
             looks like a login page: log in first)"
                .to_owned(),
        ),
        (
            page(URL),
            "<input TYPE=password>",
            " answered with text/html, not with text/event-stream (this looks like a login page: log in first): \
             <input TYPE=password>"
                .to_owned(),
        ),
        (
            page("/home"),
            "",
            " was redirected to /home, which answered with text/html, not with text/event-stream".to_owned(),
        ),
        (
            answer(503).redirected_to("/busy"),
            "",
            " was redirected to /busy, which answered with status 503".to_owned(),
        ),
        (
            stream(201),
            "",
            " answered with status 201 (if this is an event stream: over `fetch`, `Fetch::accept` can take it)".to_owned(),
        ),
        (
            answer(200),
            "",
            " answered with no content type, not with text/event-stream (if this is an event stream: over `fetch`, \
             `Fetch::accept` can take it)"
                .to_owned(),
        ),
        (stream(200), "", " answered with text/event-stream, which `Fetch::accept` refused".to_owned()),
    ] {
        let error = Error::response(URL, response, body);
        assert_eq!(error.to_string(), format!("{URL}{told}"));
    }
}

#[test]
fn a_response_that_is_accepted_is_a_stream_whatever_its_status_and_its_type() {
    let server = FakeServer::new();
    for response in [
        stream(201),
        answer(202).with_header("Content-Type", "application/x-ndjson"),
        answer(200).with_header("Content-Type", "text/plain"),
        answer(404),
    ] {
        let asked = Rc::new(RefCell::new(Vec::new()));
        let seen = Rc::clone(&asked);
        let (source, journal) = accepting(move |response| {
            seen.borrow_mut().push(response.clone());
            true
        });
        let _events = source.on("message", journal.events("heard")).unwrap();
        server.respond(&response, "");
        server.send_text("message", "1");
        assert_eq!(journal.take(), ["heard 1"]);
        assert_eq!(source.state(), State::open(response.clone()));
        assert_eq!(asked.take(), [response]);
    }
}

#[test]
fn a_response_that_is_not_accepted_is_an_error_and_a_status_leaves_the_rest_to_the_policy() {
    let server = FakeServer::new();
    let (source, journal) = accepting(|response| response.header("X-Trusted") == Some("yes"));
    server.fail(503);
    server.clock().advance(seconds(1));
    assert_eq!(server.connections(), 1, "it is asked for again");
    server.open();
    assert!(matches!(closing_error(&source), Error::ContentType { .. }));
    assert_eq!(
        journal.take(),
        [
            "/stream answered with status 503",
            "/stream answered with text/event-stream, which `Fetch::accept` refused"
        ]
    );
}

#[test]
fn nobody_is_asked_about_status_204() {
    let server = FakeServer::new();
    let (source, _journal) = accepting(|_| panic!("it is not asked"));
    server.finish();
    let reason = source.closed().now_or_never();
    assert_eq!(reason, Some(CloseReason::Finished));
}

#[test]
fn a_panic_about_a_response_is_an_error_first_and_then_resumes() {
    let server = FakeServer::new();
    let (source, journal) = accepting(|_| panic!("it cannot decide"));
    let panic = catch_unwind(AssertUnwindSafe(|| server.open()));
    assert!(panic.is_err());
    assert!(matches!(closing_error(&source), Error::ContentType { .. }));
    assert_eq!(journal.take().len(), 1);
}

#[test]
fn a_source_may_be_closed_while_its_closure_decides_about_a_response() {
    let server = FakeServer::new();
    let asked = Rc::new(RefCell::new(None::<EventSource>));
    let closes = Rc::clone(&asked);
    let (source, journal) = accepting(move |_| {
        closes.borrow().as_ref().inspect(|source| source.close());
        true
    });
    asked.replace(Some(source.clone()));
    server.open();
    assert_eq!(source.state(), State::Closed(CloseReason::Requested));
    assert_eq!(journal.take(), [""; 0]);
    asked.take();
}
