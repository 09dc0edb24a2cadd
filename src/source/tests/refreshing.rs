//! The refresh of what a server has refused, by a function of the user.

use futures::channel::oneshot;

use super::*;
use crate::{CloseReason, Decision, Error, Fetch, Refresh, RefreshResult, State};

/// A token, the function that refreshes it, and the calls that have not ended.
#[derive(Clone, Default)]
struct Session {
    token: Rc<RefCell<u32>>,
    calls: Rc<RefCell<Vec<oneshot::Sender<RefreshResult>>>>,
    count: Rc<RefCell<u32>>,
}

impl Session {
    /// A function that ends when the test says so.
    fn slow(&self) -> Refresh {
        let session = self.clone();
        Refresh::new(move || {
            let (end, ended) = oneshot::channel();
            session.calls.borrow_mut().push(end);
            *session.count.borrow_mut() += 1;
            async { ended.await? }
        })
    }

    /// A function that refreshes at once.
    fn quick(&self) -> Refresh {
        let session = self.clone();
        Refresh::new(move || {
            *session.token.borrow_mut() += 1;
            *session.count.borrow_mut() += 1;
            async { Ok(()) }
        })
    }

    fn end(&self, server: &FakeServer, result: RefreshResult) {
        let call = self.calls.borrow_mut().pop().expect("a call runs");
        let _ = call.send(result);
        server.clock().advance(Duration::ZERO);
    }

    fn count(&self) -> u32 {
        *self.count.borrow()
    }

    fn fetch(&self) -> Fetch {
        let token = Rc::clone(&self.token);
        Fetch::new().fresh_headers(move || {
            let token = token.borrow().to_string();
            async { Ok(vec![("Authorization".into(), token)]) }
        })
    }
}

fn over_fetch(url: &str, refresh: &Refresh) -> EventSourceBuilder {
    let builder = EventSource::builder(url).fetch(Fetch::new());
    builder.on_unauthorized(refresh)
}

#[track_caller]
fn closing_error(source: &EventSource) -> Error {
    match source.state() {
        State::Closed(CloseReason::Policy(error)) => error,
        state => panic!("{state:?}"),
    }
}

#[test]
fn a_refused_source_connects_again_with_what_is_fresh() {
    let (server, session) = (FakeServer::new(), Session::default());
    let builder = EventSource::builder(URL).fetch(session.fetch());
    let source = builder.on_unauthorized(session.quick()).open().unwrap();
    let journal = Journal::default();
    let pen = journal.clone();
    let _states = source.on_state(move |state| pen.write(state));
    let pen = journal.clone();
    let _errors = source.on_error(move |error| pen.write(error));
    server.fail(401);
    let attempts = server.attempts();
    let tokens: Vec<_> = attempts
        .iter()
        .filter_map(|attempt| attempt.header("Authorization"))
        .collect();
    assert_eq!(tokens, ["0", "1"]);
    server.open();
    assert_eq!(journal.take(), ["open"]);
}

#[test]
fn a_token_that_dies_a_thousand_times_is_refreshed_a_thousand_times_and_no_event_is_lost() {
    let (server, session) = (FakeServer::new(), Session::default());
    let source = over_fetch(URL, &session.quick()).open().unwrap();
    let journal = Journal::default();
    let pen = journal.clone();
    let _listener = source.on("a", move |event: Event<Text>| {
        pen.write(event.last_event_id());
    });
    let _errors = source.on_error(|_| {});
    for death in 0..1000 {
        server.send_with_id("a", "1", &death.to_string());
        server.lose();
        server.clock().advance(seconds(3));
        server.fail(401);
    }
    assert_eq!(session.count(), 1000);
    assert_eq!(server.attempts().len(), 2001);
    let expected: Vec<_> = (0..1000).map(|death| death.to_string()).collect();
    assert_eq!(journal.take(), expected);
}

#[test]
fn fifty_sources_are_refreshed_once_at_each_death_of_the_token() {
    for shared in [true, false] {
        let (server, session) = (FakeServer::new(), Session::default());
        let (refresh, fetch) = (session.slow(), Fetch::new());
        let open = |index| {
            let index = if shared { 0 } else { index };
            let builder = EventSource::builder(format!("/{index}")).fetch(fetch.clone());
            let builder = builder.on_unauthorized(&refresh).shared(shared);
            let source = builder.open().unwrap();
            let errors = source.on_error(|_| {});
            (source, errors)
        };
        let sources: Vec<_> = (0..50).map(open).collect();
        for death in 1..=20 {
            server.open();
            assert!(sources.iter().all(|(source, _)| is_open(source)));
            server.lose();
            server.clock().advance(seconds(3));
            server.fail(401);
            session.end(&server, Ok(()));
            assert_eq!(session.count(), death);
        }
        let connections = if shared { 1 } else { 50 };
        assert_eq!(server.connections(), connections);
    }
}

fn is_open(source: &EventSource) -> bool {
    matches!(source.state(), State::Open { .. })
}

#[test]
fn a_source_that_was_refused_with_an_older_request_goes_on_without_another_refresh() {
    let (server, other) = (FakeServer::at("/early"), FakeServer::at("/late"));
    let session = Session::default();
    let refresh = session.quick();
    let early = over_fetch("/early", &refresh).open().unwrap();
    let late = over_fetch("/late", &refresh).open().unwrap();
    server.fail(401);
    other.fail(401);
    assert_eq!(session.count(), 1);
    server.open();
    other.open();
    assert!(is_open(&early) && is_open(&late));
}

#[test]
fn a_source_that_opens_while_a_refresh_runs_waits_for_it() {
    let (server, session) = (FakeServer::new(), Session::default());
    let refresh = session.slow();
    let first = over_fetch("/first", &refresh).open().unwrap();
    server.fail(401);
    let second = over_fetch("/second", &refresh).open().unwrap();
    assert!(matches!(second.state(), State::Connecting));
    assert_eq!((server.attempts().len(), server.connections()), (1, 0));
    session.end(&server, Ok(()));
    server.open();
    assert!(is_open(&first) && is_open(&second));
    assert_eq!(session.count(), 1);
}

#[test]
fn a_second_refusal_closes_with_the_status() {
    let (server, session) = (FakeServer::new(), Session::default());
    let builder = over_fetch(URL, &session.quick());
    let policy = Policy::resilient().retry_statuses([401]);
    let source = builder.policy(policy).open().unwrap();
    server.fail(401);
    server.fail(401);
    assert!(matches!(
        closing_error(&source),
        Error::Status { status: 401, .. }
    ));
    assert_eq!(session.count(), 1);
}

#[test]
fn a_refresh_that_fails_closes_with_its_error() {
    let server = FakeServer::new();
    let refresh = Refresh::new(|| async { Err("logged out".into()) });
    let source = over_fetch(URL, &refresh).open().unwrap();
    server.fail(401);
    let error = closing_error(&source);
    assert!(matches!(error, Error::Refresh { .. }), "{error:?}");
    assert_eq!(
        error.to_string(),
        "what the server refused could not be refreshed: logged out"
    );
}

#[test]
fn a_refresh_that_does_not_end_is_an_error_and_the_next_source_has_another_call() {
    let (server, session) = (FakeServer::new(), Session::default());
    let refresh = session.slow();
    let policy = Policy::browser().refresh_timeout(seconds(5));
    let builder = over_fetch(URL, &refresh).policy(policy);
    let source = builder.clone().open().unwrap();
    server.fail(401);
    server.clock().advance(seconds(4));
    assert!(matches!(source.state(), State::Connecting));
    server.clock().advance(seconds(1));
    assert_eq!(
        closing_error(&source).to_string(),
        "what the server refused could not be refreshed: it had not ended after 5s"
    );
    let _next = builder.open().unwrap();
    server.fail(401);
    assert_eq!(session.count(), 2);
}

#[test]
fn a_rule_may_reopen_a_source_after_a_refresh_that_has_failed() {
    let (server, session) = (FakeServer::new(), Session::default());
    let policy = Policy::browser().rule(|context| {
        assert!(matches!(context.error, Error::Refresh { .. }));
        assert_eq!(context.proposed, Decision::Close);
        Decision::Reopen { after: seconds(1) }
    });
    let builder = over_fetch(URL, &session.slow()).policy(policy);
    let source = builder.open().unwrap();
    let _errors = source.on_error(|_| {});
    server.fail(401);
    session.end(&server, Err("down".into()));
    assert!(matches!(source.state(), State::Waiting { attempt: 1, .. }));
    server.clock().advance(seconds(1));
    server.fail(401);
    session.end(&server, Ok(()));
    server.open();
    assert!(is_open(&source));
}

#[test]
fn a_refresh_may_close_the_source() {
    let server = FakeServer::new();
    let opened: Rc<RefCell<Option<EventSource>>> = Rc::default();
    let refresh = {
        let opened = Rc::clone(&opened);
        Refresh::new(move || {
            if let Some(source) = opened.borrow_mut().take() {
                source.close();
            }
            async { Ok(()) }
        })
    };
    let source = over_fetch(URL, &refresh).open().unwrap();
    opened.replace(Some(source.clone()));
    server.fail(401);
    assert!(matches!(
        source.state(),
        State::Closed(CloseReason::Requested)
    ));
    assert_eq!((server.attempts().len(), server.clock().timers()), (1, 0));
}

#[test]
fn a_source_that_is_dropped_during_a_refresh_is_gone() {
    let (server, session) = (FakeServer::new(), Session::default());
    let source = over_fetch(URL, &session.slow()).open().unwrap();
    server.fail(401);
    drop(source);
    session.end(&server, Ok(()));
    assert_eq!((server.attempts().len(), server.clock().timers()), (1, 0));
}

#[test]
fn a_request_that_is_sent_once_is_sent_again_after_a_refusal() {
    let (server, session) = (FakeServer::new(), Session::default());
    let builder = EventSource::builder(URL).fetch(Fetch::post().body("why?"));
    let source = builder.on_unauthorized(session.quick()).open().unwrap();
    server.fail(401);
    let attempts = server.attempts();
    assert!(attempts.iter().all(|attempt| attempt.body == b"why?"));
    assert_eq!(attempts.len(), 2);
    server.open();
    server.lose();
    assert!(matches!(
        closing_error(&source),
        Error::ConnectionLost { .. }
    ));
}

#[test]
fn the_browsers_own_source_needs_to_ask_for_the_status() {
    let (server, session) = (FakeServer::new(), Session::default());
    let builder = EventSource::builder(URL).on_unauthorized(session.quick());
    assert_eq!(builder.clone().open().err(), Some(Error::NeedsFetch));
    let source = builder.diagnose(true).open().unwrap();
    let _errors = source.on_error(|_| {});
    server.open();
    server.lose();
    server.fail(401);
    server.open();
    assert!(is_open(&source));
    assert_eq!((session.count(), server.attempts().len()), (1, 2));
}

#[test]
fn a_builder_adopts_the_function_of_a_newer_one() {
    let (server, old, new) = (FakeServer::new(), Session::default(), Session::default());
    let first = over_fetch(URL, &old.quick());
    let _source = first.clone().open().unwrap();
    let newer = over_fetch(URL, &new.quick());
    assert!(first != newer);
    assert!(first.adopt_closures(&newer));
    assert!(!first.adopt_closures(&EventSource::builder(URL).fetch(Fetch::new())));
    server.fail(401);
    assert_eq!((old.count(), new.count()), (0, 1));
}
