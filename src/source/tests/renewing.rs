//! The renewal of a connection before its token expires.

use std::{cell::Cell, time::SystemTime};

use super::*;
use crate::State;

const HOUR: Duration = seconds(3600);

fn in_an_hour() -> Option<SystemTime> {
    Some(SystemTime::now() + HOUR)
}

/// A source that is renewed every hour, with what it has told.
fn renewing(server: &FakeServer, is_fetch: bool) -> (EventSource, Journal) {
    let source = open_with(server, is_fetch, |builder| builder.renew_before(in_an_hour));
    let journal = Journal::default();
    let pen = journal.clone();
    source.on_state(move |state| pen.write(state)).forget();
    let pen = journal.clone();
    source.on_error(move |error| pen.write(error)).forget();
    let pen = journal.clone();
    let listener = source.on("a", move |event: Event<Text>| {
        pen.write(event.last_event_id());
    });
    listener.unwrap().forget();
    (source, journal)
}

#[test]
fn a_connection_is_renewed_before_the_expiry_and_nobody_is_told() {
    for is_fetch in [false, true] {
        let server = FakeServer::new();
        let (_source, journal) = renewing(&server, is_fetch);
        server.send_with_id("a", "", "1");
        server.clock().advance(HOUR - seconds(31));
        assert_eq!(server.attempts().len(), 1);
        server.clock().advance(seconds(2));
        assert_eq!(resumed_from(&server), ["", "1"]);
        assert_eq!(server.connections(), 2);
        server.open();
        assert_eq!(server.connections(), 1);
        server.send_with_id("a", "", "2");
        assert_eq!(journal.take(), ["open", "1", "2"]);
    }
}

#[test]
fn it_is_renewed_a_thousand_times() {
    let server = FakeServer::new();
    let (source, journal) = renewing(&server, true);
    for id in 0..1000 {
        server.send_with_id("a", "", &id.to_string());
        server.clock().advance(HOUR);
    }
    assert_eq!(server.attempts().len(), 1001);
    let ids = (0..1000).map(|id| id.to_string());
    let expected: Vec<_> = std::iter::once("open".to_owned()).chain(ids).collect();
    assert_eq!(journal.take(), expected);
    source.close();
    assert_eq!((server.connections(), server.clock().timers()), (0, 0));
}

#[test]
fn a_renewal_ends_with_the_source() {
    let server = FakeServer::new();
    let (source, _) = renewing(&server, true);
    server.open();
    server.clock().advance(HOUR);
    assert_eq!(server.connections(), 2);
    source.close();
    assert_eq!((server.connections(), server.clock().timers()), (0, 0));
}

#[test]
fn a_renewal_ends_with_the_connection_that_is_renewed() {
    let server = FakeServer::new();
    let (source, journal) = renewing(&server, true);
    server.open();
    server.clock().advance(HOUR);
    server.lose();
    assert_eq!(server.connections(), 0);
    assert!(matches!(source.state(), State::Waiting { .. }));
    server.clock().advance(seconds(3));
    server.open();
    assert_eq!(server.connections(), 1);
    assert_eq!(journal.take().last().map(String::as_str), Some("open"));
}

#[test]
fn without_an_expiry_in_the_future_there_is_no_renewal() {
    for expiry in [None, Some(SystemTime::UNIX_EPOCH), Some(SystemTime::now())] {
        let server = FakeServer::new();
        let _source = open(&server, |builder| builder.renew_before(move || expiry));
        server.open();
        server.clock().advance(HOUR * 100);
        assert_eq!(server.attempts().len(), 1);
    }
}

#[test]
fn sources_that_share_a_connection_renew_it_once() {
    let server = FakeServer::new();
    let asked = Rc::new(Cell::new(0));
    let builder = {
        let asked = Rc::clone(&asked);
        EventSource::builder(URL)
            .shared(true)
            .renew_before(move || {
                asked.set(asked.get() + 1);
                in_an_hour()
            })
    };
    let sources = [1, 2, 3].map(|_| builder.clone().open().unwrap());
    server.open();
    server.clock().advance(HOUR);
    server.open();
    assert_eq!((server.attempts().len(), asked.get()), (2, 2));
    for source in sources {
        assert!(matches!(source.state(), State::Open { .. }));
    }
}

#[test]
fn a_builder_adopts_the_expiry_of_a_newer_one() {
    let server = FakeServer::new();
    let first = EventSource::builder(URL).renew_before(|| None);
    let _source = first.clone().open().unwrap();
    assert!(first.adopt_closures(&EventSource::builder(URL).renew_before(in_an_hour)));
    assert!(!first.adopt_closures(&EventSource::builder(URL)));
    server.open();
    server.clock().advance(HOUR);
    assert_eq!(server.attempts().len(), 2);
}

#[test]
fn listeners_that_come_and_go_during_a_renewal_are_those_of_the_next_connection() {
    let server = FakeServer::new();
    let (source, journal) = renewing(&server, true);
    server.open();
    server.clock().advance(HOUR);
    let listener = source.on("late", journal.events("late")).unwrap();
    server.send_text("late", "1");
    drop(listener);
    server.send_text("late", "2");
    assert_eq!(server.listened_names(), ["a"]);
    assert_eq!(journal.take(), ["open", "late 1"]);
}

#[cfg(feature = "fetch")]
mod over_fetch {
    use super::*;
    use crate::{Error, Fetch, HeadersResult, Refresh};

    #[test]
    fn what_the_user_refreshes_is_refreshed_first_once_for_all_sources() {
        let (server, count) = (FakeServer::new(), Rc::new(Cell::new(0)));
        let refresh = {
            let count = Rc::clone(&count);
            Refresh::new(move || {
                count.set(count.get() + 1);
                async { Ok(()) }
            })
        };
        let builder = EventSource::builder(URL).fetch(Fetch::new());
        let builder = builder.on_unauthorized(&refresh).renew_before(in_an_hour);
        let sources: Vec<_> = (0..50).map(|_| builder.clone().open().unwrap()).collect();
        server.open();
        server.clock().advance(HOUR - seconds(29));
        assert_eq!((server.attempts().len(), count.get()), (100, 1));
        server.open();
        assert_eq!(server.connections(), sources.len());
    }

    #[test]
    fn a_refresh_that_fails_is_reported_three_times_and_the_connection_goes_on() {
        let server = FakeServer::new();
        let refresh = Refresh::new(|| async { Err("logged out".into()) });
        let builder = EventSource::builder(URL).fetch(Fetch::new());
        let builder = builder.on_unauthorized(refresh).renew_before(in_an_hour);
        let source = builder.open().unwrap();
        let errors = Rc::new(Cell::new(0));
        let count = Rc::clone(&errors);
        let _errors = source.on_error(move |error| {
            assert!(matches!(error, Error::Refresh { .. }));
            count.set(count.get() + 1);
        });
        server.open();
        server.clock().advance(HOUR * 2);
        assert_eq!((errors.get(), server.attempts().len()), (3, 1));
        assert!(matches!(source.state(), State::Open { .. }));
    }

    #[test]
    fn a_request_that_is_sent_once_has_no_renewal_which_is_said_at_once() {
        let _server = FakeServer::new();
        let post = EventSource::builder(URL).fetch(Fetch::post());
        let post = post.renew_before(in_an_hour);
        let error = post.clone().open().err();
        assert!(matches!(error, Some(Error::InvalidRequest { .. })));
        let resent = post.policy(Policy::browser().resend(true)).open();
        assert!(resent.is_ok());
    }

    #[test]
    fn each_attempt_has_fresh_headers() {
        let (server, count) = (FakeServer::new(), Rc::new(Cell::new(0)));
        let fetch = Fetch::new().fresh_headers(move || {
            count.set(count.get() + 1);
            let headers: HeadersResult = Ok(vec![("X-Token".into(), count.get().to_string())]);
            async { headers }
        });
        let builder = EventSource::builder(URL).fetch(fetch);
        let _source = builder.renew_before(in_an_hour).open().unwrap();
        server.open();
        server.clock().advance(HOUR);
        let attempts = server.attempts();
        assert_eq!(attempts[1].header("X-Token"), Some("2"));
    }
}
