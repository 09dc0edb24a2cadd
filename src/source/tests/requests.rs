//! Users' functions that are asked for the request of each attempt.

use std::cell::{Cell, OnceCell};

use futures::channel::oneshot;

use super::*;
use crate::{
    Attempt, AttemptRequest, CloseReason, Decision, EndOfBody, Error, Fetch, LimitAction,
    RequestResult, State,
};

/// A source whose function is asked for each request, and its errors.
fn asking(
    fetch: Fetch,
    policy: Policy,
    request: impl AsyncFn(Attempt) -> RequestResult + 'static,
) -> (EventSource, Journal) {
    let builder = EventSource::builder(URL).fetch(fetch.request(request));
    with_errors(builder.policy(policy))
}

fn with_errors(builder: EventSourceBuilder) -> (EventSource, Journal) {
    let (source, journal) = (builder.open().unwrap(), Journal::default());
    let errors = journal.clone();
    source.on_error(move |error| errors.write(error)).forget();
    (source, journal)
}

/// Posts, and then gets.
async fn resume(attempt: Attempt) -> RequestResult {
    Ok(match attempt.number {
        1 => AttemptRequest::new(),
        _ => AttemptRequest::get("/resumed"),
    })
}

async fn as_given(_: Attempt) -> RequestResult {
    Ok(AttemptRequest::new())
}

fn post() -> Fetch {
    Fetch::post().body("why?")
}

/// The method and the URL of each attempt.
fn sent(server: &FakeServer) -> Vec<String> {
    let attempts = server.attempts().into_iter();
    let sent = attempts.map(|attempt| format!("{} {}", attempt.method, attempt.url));
    sent.collect()
}

fn lose_and_wait(server: &FakeServer) {
    server.lose();
    server.clock().advance(seconds(5));
}

#[test]
fn each_attempt_has_the_url_that_the_function_answers_with_over_either_transport() {
    for is_fetch in [false, true] {
        let server = FakeServer::new();
        let builder = EventSource::builder(URL)
            .request_url(async |attempt| Ok(format!("/stream/{}", attempt.number)));
        let (source, errors) = with_errors(match is_fetch {
            true => builder.fetch(Fetch::new()),
            false => builder,
        });
        let heard = Journal::default();
        let _listener = source.on("price", heard.events("price")).unwrap();
        for number in 1..=3 {
            server.send("price", &number);
            lose_and_wait(&server);
        }
        let urls: Vec<_> = server
            .attempts()
            .into_iter()
            .map(|attempt| attempt.url)
            .collect();
        assert_eq!(urls, ["/stream/1", "/stream/2", "/stream/3", "/stream/4"]);
        assert_eq!(heard.take(), ["price 1", "price 2", "price 3"]);
        assert!(errors.take()[0].contains("/stream/1"));
        assert_eq!(source.url(), URL);
    }
}

#[test]
fn the_function_is_told_which_attempt_it_is_where_to_go_on_from_and_why_the_last_one_has_ended() {
    let (server, told) = (FakeServer::new(), Journal::default());
    let journal = told.clone();
    let (source, errors) = asking(
        Fetch::new(),
        Policy::browser(),
        async move |attempt: Attempt| {
            let error = attempt
                .error
                .map(|error| error.to_string())
                .unwrap_or_default();
            journal.write(format!(
                "{} [{}] {error}",
                attempt.number, attempt.last_event_id
            ));
            match attempt.number {
                2 => Err("no token".into()),
                _ => Ok(AttemptRequest::new()),
            }
        },
    );
    let _listener = source.on("price", |_: Event<Text>| {}).unwrap();
    server.send_with_id("price", "1", "7");
    lose_and_wait(&server);
    assert_eq!(server.connections(), 0);
    server.clock().advance(seconds(3));
    assert_eq!(server.connections(), 1);
    let errors = errors.take();
    assert_eq!(errors[1], "the request could not be made: no token");
    let expected = [
        "1 [] ".to_owned(),
        format!("2 [7] {}", errors[0]),
        format!("3 [7] {}", errors[1]),
    ];
    assert_eq!(told.take(), expected);
}

#[test]
fn a_function_that_is_awaited_holds_the_attempt_back_and_is_dropped_with_it() {
    let (server, held) = (FakeServer::new(), Rc::new(()));
    let (sender, receiver) = oneshot::channel::<()>();
    let (receiver, in_function) = (Cell::new(Some(receiver)), Rc::clone(&held));
    let policy = Policy::browser().on_slow_open(seconds(10), LimitAction::Reopen);
    let (source, errors) = asking(Fetch::new(), policy, async move |_| {
        let _held = Rc::clone(&in_function);
        match receiver.take() {
            Some(receiver) => receiver.await?,
            None => std::future::pending().await,
        }
        Ok(AttemptRequest::new())
    });
    assert_eq!((server.connections(), Rc::strong_count(&held)), (0, 3));
    sender.send(()).unwrap();
    assert_eq!((server.connections(), Rc::strong_count(&held)), (1, 2));
    lose_and_wait(&server);
    assert_eq!((server.connections(), Rc::strong_count(&held)), (0, 3));
    errors.take();
    server.clock().advance(seconds(10));
    assert!(errors.take()[0].contains("not open"));
    server.clock().advance(seconds(10));
    assert_eq!((server.connections(), Rc::strong_count(&held)), (0, 3));
    source.close();
    assert_eq!((server.connections(), Rc::strong_count(&held)), (0, 1));
}

#[test]
fn the_function_may_use_the_source_and_close_it() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let place = Rc::<OnceCell<EventSource>>::default();
    let (asked, states) = (Rc::clone(&place), journal.clone());
    let (source, _errors) = asking(Fetch::new(), Policy::browser(), async move |_| {
        let source = asked.get().expect("it is there by now");
        states.write(format!("{:?}", source.state()));
        source.close();
        Ok(AttemptRequest::new())
    });
    assert!(place.set(source.clone()).is_ok());
    assert_eq!(server.attempts(), []);
    assert_eq!(journal.take(), ["Connecting"]);
    assert!(matches!(
        source.state(),
        State::Closed(CloseReason::Requested)
    ));
}

#[test]
fn what_the_function_leaves_out_is_as_the_fetch_says() {
    let server = FakeServer::new();
    let fetch = Fetch::post()
        .header("Content-Type", "text/plain")
        .header("Authorization", "Bearer 1")
        .body("why?");
    let policy = Policy::browser().resend(true);
    let (_source, _errors) = asking(fetch, policy, async |attempt: Attempt| {
        let request = AttemptRequest::new();
        Ok(match attempt.number {
            1 => request,
            2 => request.header("authorization", "Bearer 2").body("who?"),
            _ => AttemptRequest::get("/other"),
        })
    });
    server.open();
    for _ in 0..2 {
        lose_and_wait(&server);
        server.open();
    }
    let attempts = server.attempts();
    let seen: Vec<_> = attempts
        .iter()
        .map(|attempt| {
            let body = String::from_utf8_lossy(&attempt.body);
            let headers = [
                attempt.header("Content-Type"),
                attempt.header("Authorization"),
            ];
            (
                &*attempt.method,
                &*attempt.url,
                headers.map(Option::unwrap_or_default),
                body,
            )
        })
        .collect();
    let expected = [
        ("POST", URL, ["text/plain", "Bearer 1"], "why?".into()),
        ("POST", URL, ["text/plain", "Bearer 2"], "who?".into()),
        ("GET", "/other", ["text/plain", "Bearer 1"], "".into()),
    ];
    assert_eq!(seen, expected);
}

#[test]
fn a_source_that_posts_once_goes_on_by_get() {
    let server = FakeServer::new();
    let (source, _errors) = asking(post(), Policy::browser(), resume);
    let heard = Journal::default();
    let _listener = source.on("text", heard.events("text")).unwrap();
    for number in 1..=3 {
        server.send("text", &number);
        lose_and_wait(&server);
    }
    server.open();
    assert_eq!(
        sent(&server),
        [
            "POST /stream",
            "GET /resumed",
            "GET /resumed",
            "GET /resumed"
        ]
    );
    assert_eq!(heard.take(), ["text 1", "text 2", "text 3"]);
}

#[test]
fn a_request_that_is_not_safe_is_not_sent_again_and_the_source_closes_with_the_error_of_the_attempt_before()
 {
    let server = FakeServer::new();
    let (source, errors) = asking(post(), Policy::resilient(), as_given);
    server.open();
    lose_and_wait(&server);
    assert_eq!(server.connections(), 0);
    assert!(matches!(
        source.state(),
        State::Closed(CloseReason::Policy(Error::ConnectionLost { .. }))
    ));
    assert_eq!(sent(&server), ["POST /stream"]);
    let errors = errors.take();
    assert_eq!((errors.len(), &errors[0]), (2, &errors[1]));
}

#[test]
fn a_request_that_is_not_safe_is_sent_again_if_the_user_has_said_so() {
    let resending_refused = || Policy::resilient().resend_refused(true);
    let reopening = |_: &crate::FailureContext<'_>| Decision::Reopen { after: seconds(1) };
    for (policy, is_refused, count) in [
        (Policy::resilient().resend(true), false, 2),
        (resending_refused(), true, 2),
        (resending_refused(), false, 1),
        (Policy::browser().rule(reopening), false, 2),
    ] {
        let server = FakeServer::new();
        let (_source, _errors) = asking(post(), policy, as_given);
        assert_eq!(server.connections(), 1);
        match is_refused {
            true => server.fail(503),
            false => server.lose(),
        }
        server.clock().advance(seconds(5));
        assert_eq!(sent(&server), vec!["POST /stream"; count]);
    }
}

#[test]
fn the_end_of_a_response_means_what_it_means_for_the_request_that_was_sent() {
    let server = FakeServer::new();
    let (posted, _errors) = asking(post(), Policy::browser(), resume);
    server.open();
    server.end();
    assert!(matches!(
        posted.state(),
        State::Closed(CloseReason::Finished)
    ));

    let builder = EventSource::builder(URL)
        .fetch(post().request(resume))
        .end_of_body(EndOfBody::Reconnect);
    let (told, _errors) = with_errors(builder);
    server.open();
    server.end();
    assert!(matches!(told.state(), State::Waiting { .. }));
}

#[test]
fn a_builder_may_adopt_newer_functions() {
    let url = |url: &'static str| {
        EventSource::builder(URL).request_url(async move |_| Ok(url.to_owned()))
    };
    let (server, first) = (FakeServer::new(), url("/old"));
    let (_source, _errors) = with_errors(first.clone());
    assert_eq!(server.connections(), 1);
    assert!(first.adopt_closures(&url("/new")));
    lose_and_wait(&server);
    let urls: Vec<_> = server
        .attempts()
        .into_iter()
        .map(|attempt| attempt.url)
        .collect();
    assert_eq!(urls, ["/old", "/new"]);

    let asked = || EventSource::builder(URL).fetch(Fetch::new().request(as_given));
    assert!(asked().adopt_closures(&asked()));
    assert!(asked() != asked());
    assert!(!first.adopt_closures(&EventSource::builder(URL)));
    let fetched = |fetch: Fetch| {
        let fetch = fetch.fetch_with(async |_| Err(wasm_bindgen::JsValue::UNDEFINED));
        EventSource::builder(URL).fetch(fetch)
    };
    assert!(!asked().adopt_closures(&fetched(Fetch::new())));
}

#[test]
fn sources_share_a_connection_if_they_have_the_same_function_which_is_asked_once_for_each_attempt()
{
    let (server, calls) = (FakeServer::new(), Rc::new(Cell::new(0)));
    let count = Rc::clone(&calls);
    let builder =
        EventSource::builder(URL)
            .shared(true)
            .request_url(async move |attempt: Attempt| {
                count.set(count.get() + 1);
                Ok(format!("/stream/{}", attempt.number))
            });
    let sources = [builder.clone(), builder].map(|builder| with_errors(builder).0);
    assert_eq!((server.connections(), calls.get()), (1, 1));
    server.open();
    lose_and_wait(&server);
    assert_eq!((server.connections(), calls.get()), (1, 2));
    assert!(
        sources
            .iter()
            .all(|source| matches!(source.state(), State::Connecting))
    );
}

#[test]
fn a_source_that_is_paused_while_its_function_is_asked_sends_nothing_and_asks_again_when_it_resumes()
 {
    for is_fetch in [false, true] {
        let (server, told) = (FakeServer::new(), Journal::default());
        let journal = told.clone();
        let builder = EventSource::builder(URL).request_url(async move |attempt: Attempt| {
            journal.write(attempt.number);
            match attempt.number {
                1 => std::future::pending().await,
                number => Ok(format!("/stream/{number}")),
            }
        });
        let (source, _errors) = with_errors(match is_fetch {
            true => builder.fetch(Fetch::new()),
            false => builder,
        });
        assert_eq!(server.connections(), 0);
        source.pause();
        server.clock().advance(seconds(60));
        assert_eq!(server.attempts(), []);
        source.resume();
        let attempts = server.attempts();
        assert_eq!((attempts.len(), &*attempts[0].url), (1, "/stream/2"));
        assert_eq!(
            (told.take(), source.stats().attempts),
            (vec!["1".into(), "2".into()], 2)
        );
    }
}
