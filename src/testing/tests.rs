//! What the fake server guarantees to users' tests.

use std::{cell::RefCell, rc::Rc, time::Duration};

use super::{Attempt, FakeServer};
use crate::{
    AttemptOutcome, AttemptSummary, CloseReason, Error, Event, EventSource, Gap, Policy, State,
    Stats,
};

#[test]
fn a_source_that_is_opened_while_a_fake_server_lives_is_served() {
    let server = FakeServer::new();
    let source = EventSource::open("/prices").unwrap();
    let heard = Rc::new(RefCell::new(Vec::new()));
    let heard_by_listener = Rc::clone(&heard);
    let _listener = source
        .on("price", move |event: Event<f64>| {
            let id = event.last_event_id().to_owned();
            heard_by_listener.borrow_mut().push((event.data, id));
        })
        .unwrap();
    assert_eq!(source.url(), "/prices");
    assert!(matches!(source.state(), State::Connecting));
    server.open();
    assert!(matches!(source.state(), State::Open { .. }));
    server.send_with_id("price", "1.5", "7");
    server.send("price", &2.5);
    server.send("volume", &9);
    let seven = "7".to_owned();
    assert_eq!(*heard.borrow(), [(1.5, seven.clone()), (2.5, seven)]);
    assert_eq!(server.listened_names(), ["price"]);
}

#[test]
fn sending_an_event_opens_the_waiting_connection_first() {
    let server = FakeServer::new();
    let source = EventSource::open("/prices").unwrap();
    server.send("unheard", &());
    assert!(matches!(source.state(), State::Open { .. }));
}

#[test]
fn a_server_at_a_url_serves_only_that_and_the_newest_server_serves_first() {
    let (all, prices) = (FakeServer::new(), FakeServer::at("/prices"));
    let _prices = EventSource::open("/prices").unwrap();
    let _scores = EventSource::open("/scores").unwrap();
    assert_eq!(prices.attempts().len(), 1);
    let urls: Vec<_> = all
        .attempts()
        .into_iter()
        .map(|attempt| attempt.url)
        .collect();
    assert_eq!(urls, ["/scores"]);
    drop(prices);
    let _again = EventSource::open("/prices").unwrap();
    assert_eq!(all.connections(), 2);
}

#[test]
fn a_test_can_construct_states_attempts_and_gaps_to_compare_with() {
    let server = FakeServer::new();
    let source = EventSource::builder("/prices")
        .policy(Policy::resilient())
        .open()
        .unwrap();
    let _errors = source.on_error(|_| {});
    server.fail(503);
    let second = Duration::from_secs(1);
    assert_eq!(source.state(), State::waiting(1, Some(second)));
    server.clock().go_offline();
    assert_eq!(source.state(), State::offline(1));
    assert_eq!(server.attempts(), [Attempt::new("/prices", "")]);
    let summary = AttemptSummary::new("/prices", AttemptOutcome::Opened);
    assert_eq!((&*summary.url, summary.number), ("/prices", 1));
    assert_eq!(Stats::default().events, 0);
    let gap = Gap::new("1", "4", 2);
    assert_eq!((&*gap.after, &*gap.before, gap.missed), ("1", "4", 2));
}

#[cfg(feature = "fetch")]
#[test]
fn the_browsers_own_source_that_asks_sees_a_status() {
    let server = FakeServer::new();
    let open = || {
        let builder = EventSource::builder("/prices").policy(Policy::resilient());
        builder.diagnose(true).open().unwrap()
    };
    let source = open();
    let _errors = source.on_error(|_| {});
    server.fail(503);
    assert!(matches!(source.state(), State::Waiting { .. }));
    server.clock().advance(Duration::from_secs(1));
    server.fail(401);
    let closed_by = Error::status("/prices", 401);
    assert_eq!(
        source.state(),
        State::Closed(CloseReason::Policy(closed_by))
    );
    let source = open();
    server.finish();
    assert_eq!(source.state(), State::Closed(CloseReason::Finished));
}

#[cfg(feature = "fetch")]
#[test]
fn the_browsers_own_source_that_asks_says_that_fetch_can_take_a_stream_of_another_status() {
    let server = FakeServer::new();
    let source = EventSource::builder("/prices").diagnose(true);
    let source = source.open().unwrap();
    let _errors = source.on_error(|_| {});
    let created = crate::ResponseHead::new("/prices", 201);
    server.respond(
        &created.with_header("Content-Type", "text/event-stream"),
        "",
    );
    let State::Closed(CloseReason::Policy(error)) = source.state() else {
        panic!("{source:?}");
    };
    let advice = "over `fetch`, `Fetch::accept` can take it";
    assert!(error.to_string().contains(advice), "{error}");
}

#[test]
fn a_failure_over_the_browsers_own_source_has_no_status() {
    let server = FakeServer::new();
    let source = EventSource::open("/prices").unwrap();
    let _errors = source.on_error(|_| {});
    server.fail(503);
    assert!(matches!(
        source.state(),
        State::Closed(CloseReason::Policy(Error::GivenUp { .. }))
    ));
}

#[test]
fn a_reconnection_by_the_browser_can_be_opened() {
    let server = FakeServer::new();
    let source = EventSource::open("/prices").unwrap();
    let _errors = source.on_error(|_| {});
    server.open();
    server.lose();
    assert!(matches!(source.state(), State::Waiting { attempt: 1, .. }));
    server.open();
    assert!(matches!(source.state(), State::Open { .. }));
    assert_eq!(
        server.attempts().len(),
        1,
        "the browser's reconnections do not count"
    );
}

#[test]
fn time_passes_as_the_test_says() {
    let server = FakeServer::new();
    let source = EventSource::builder("/prices")
        .policy(Policy::resilient())
        .open()
        .unwrap();
    server.fail(503);
    assert_eq!(
        server.clock().reports().len(),
        1,
        "an error without listeners is on the console"
    );
    server.clock().advance(Duration::from_millis(999));
    assert!(matches!(source.state(), State::Waiting { .. }));
    server.clock().advance(Duration::from_millis(1));
    assert!(matches!(source.state(), State::Connecting));
    assert_eq!(server.attempts().len(), 2);
}

#[cfg(feature = "fetch")]
mod over_fetch {
    use std::cell::Cell;

    use super::*;
    use crate::Fetch;

    #[test]
    fn a_failure_over_fetch_has_a_status() {
        let server = FakeServer::new();
        let source = EventSource::builder("/prices")
            .fetch(Fetch::new().last_event_id("41"))
            .open()
            .unwrap();
        let _errors = source.on_error(|_| {});
        server.fail(404);
        assert!(matches!(
            source.state(),
            State::Closed(CloseReason::Policy(Error::Status { status: 404, .. }))
        ));
        assert_eq!(server.attempts()[0].last_event_id, "41");
    }

    #[test]
    fn an_attempt_has_the_method_the_headers_and_the_body_of_its_request() {
        let server = FakeServer::new();
        let count = Rc::new(Cell::new(0));
        let fetch = Fetch::post()
            .header("X-Client", "fixed")
            .header("Authorization", "fixed")
            .fresh_headers(move || {
                count.set(count.get() + 1);
                let token = format!("token {}", count.get());
                async { Ok(vec![("authorization".into(), token)]) }
            })
            .body("why?");
        let policy = Policy::resilient().resend_refused(true);
        let builder = EventSource::builder("/tokens").fetch(fetch).policy(policy);
        let source = builder.open().unwrap();
        let _errors = source.on_error(|_| {});
        server.fail(503);
        server.clock().advance(Duration::from_secs(1));
        for (attempt, token) in server.attempts().iter().zip(["token 1", "token 2"]) {
            assert_eq!((&*attempt.method, &*attempt.body), ("POST", &b"why?"[..]));
            assert_eq!(attempt.header("Authorization"), Some(token));
            assert_eq!(attempt.header("x-client"), Some("fixed"));
            assert_eq!(attempt.header("Content-Type"), None);
        }
        assert_eq!(server.attempts().len(), 2);
    }

    #[test]
    fn headers_that_have_to_be_waited_for_are_not_in_an_attempt() {
        let server = FakeServer::new();
        let fetch = Fetch::new().fresh_headers(std::future::pending);
        let source = EventSource::builder("/prices").fetch(fetch).open().unwrap();
        server.open();
        assert!(matches!(source.state(), State::Open { .. }));
        assert_eq!(server.attempts(), [Attempt::new("/prices", "")]);
    }

    #[test]
    fn the_end_of_a_response_to_a_post_finishes_a_source_that_awaits_no_terminal_data() {
        let server = FakeServer::new();
        let post = || EventSource::builder("/tokens").fetch(Fetch::post());
        let (finished, awaiting_data) = (post().open(), post().terminal_data("[DONE]").open());
        let (finished, awaiting_data) = (finished.unwrap(), awaiting_data.unwrap());
        let _errors = awaiting_data.on_error(|_| {});
        server.open();
        server.end();
        assert!(matches!(
            finished.state(),
            State::Closed(CloseReason::Finished)
        ));
        assert!(matches!(
            awaiting_data.state(),
            State::Closed(CloseReason::Policy(Error::ConnectionLost { .. }))
        ));
    }

    #[test]
    fn comments_count_as_received_data() {
        let server = FakeServer::new();
        let source = EventSource::builder("/prices")
            .fetch(Fetch::new())
            .policy(Policy::browser().on_idle(Duration::from_secs(10), crate::LimitAction::Close))
            .open()
            .unwrap();
        let _errors = source.on_error(|_| {});
        server.open();
        server.clock().advance(Duration::from_secs(9));
        server.comment();
        server.clock().advance(Duration::from_secs(9));
        assert!(matches!(source.state(), State::Open { .. }));
        server.clock().advance(Duration::from_secs(1));
        assert!(source.state().is_closed());
    }
}

#[test]
fn the_clock_can_hide_the_page_and_show_it() {
    let server = FakeServer::new();
    let policy = Policy::browser().pause_when_hidden(Duration::from_secs(1));
    let source = EventSource::builder("/prices").policy(policy);
    let source = source.open().unwrap();
    server.clock().hide();
    server.clock().advance(Duration::from_secs(1));
    assert_eq!((source.state(), server.connections()), (State::Paused, 0));
    server.clock().show();
    assert_eq!(source.state(), State::Connecting);
}

#[test]
fn the_clock_can_freeze_the_page_whose_timers_then_fire_late() {
    let server = FakeServer::new();
    let source = EventSource::builder("/prices").policy(Policy::resilient());
    let source = source.open().unwrap();
    let errors = Rc::new(RefCell::new(Vec::new()));
    let pen = Rc::clone(&errors);
    let _errors = source.on_error(move |error| pen.borrow_mut().push(error));
    server.open();
    server.clock().freeze(Duration::from_secs(3600));
    assert_eq!(*errors.borrow(), [Error::Suspended]);
    assert_eq!(source.state(), State::Connecting);
}
