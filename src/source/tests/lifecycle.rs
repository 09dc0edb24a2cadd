//! Sources that are paused, resumed and reconnected, by the user and by a page that is hidden or frozen.

use futures::{FutureExt, StreamExt};

use super::*;
use crate::{Error, LimitAction, Listener, State};

const HOUR: Duration = seconds(3600);

/// Writes down what a source tells, and what it receives.
fn watch(source: &EventSource, journal: &Journal) -> [Listener; 3] {
    let (states, errors) = (journal.clone(), journal.clone());
    [
        source.on_state(move |state| states.write(state)),
        source.on_error(move |error| errors.write(matches!(error, Error::Suspended))),
        source.on("message", journal.events("event")).unwrap(),
    ]
}

/// Opens a source that can say where to go on, over each transport.
fn over_each_transport(test: impl Fn(&FakeServer, &dyn Fn(Policy) -> EventSource)) {
    for is_fetch in [false, true] {
        let server = FakeServer::new();
        test(&server, &|policy| {
            open_with(&server, is_fetch, |builder| {
                builder.policy(policy).resume_parameter("after")
            })
        });
    }
}

#[test]
fn a_source_that_reconnects_closes_its_connection_and_goes_on_from_the_last_event_id() {
    over_each_transport(|server, open| {
        let (source, journal) = (open(Policy::close_on_error()), Journal::default());
        let _listeners = watch(&source, &journal);
        server.send_with_id("message", "1", "7");
        source.reconnect();
        assert_eq!(resumed_from(server), ["", "7"]);
        assert_eq!(server.connections(), 1);
        server.send_text("message", "2");
        let told = ["open", "event 1", "connecting", "open", "event 2"];
        assert_eq!(journal.take(), told);
    });
}

#[test]
fn calls_to_reconnect_make_one_attempt_in_half_a_second() {
    over_each_transport(|server, open| {
        let source = open(Policy::browser());
        for _ in 0..99 {
            server.open();
            source.reconnect();
            server.clock().advance(Duration::from_millis(10));
        }
        assert_eq!(server.attempts().len(), 1 + 2);
    });
}

#[test]
fn a_source_that_is_paused_has_no_connection_and_no_timer_and_keeps_its_listeners_and_streams() {
    over_each_transport(|server, open| {
        let policy = Policy::resilient()
            .on_idle(seconds(10), LimitAction::Close)
            .close_when_down_for(seconds(10));
        let (source, journal) = (open(policy), Journal::default());
        let _listeners = watch(&source, &journal);
        let mut stream = source.stream::<Text>("message").unwrap();
        server.send_with_id("message", "1", "7");
        source.pause();
        assert_eq!(source.state(), State::Paused);
        assert_eq!((server.connections(), server.clock().timers()), (0, 0));
        server.clock().advance(HOUR);
        server.clock().go_offline();
        server.clock().go_online();
        server.clock().freeze(HOUR);
        source.pause();
        assert_eq!(resumed_from(server), [""]);
        source.resume();
        source.resume();
        assert_eq!(resumed_from(server), ["", "7"]);
        server.send_text("message", "2");
        let told = ["open", "event 1", "paused", "connecting", "open", "event 2"];
        assert_eq!(journal.take(), told);
        let mut next = || stream.next().now_or_never().unwrap().unwrap().unwrap();
        assert_eq!((&*next().data.0, &*next().data.0), ("1", "2"));
    });
}

#[test]
fn a_source_that_waits_or_is_offline_can_be_paused() {
    let server = FakeServer::new();
    let open = || source_over_fetch(&server, Policy::resilient());
    let (waiting, offline) = (open(), open());
    let _errors = [&waiting, &offline].map(|source| source.on_error(|_| {}));
    server.fail(503);
    waiting.pause();
    server.clock().go_offline();
    offline.pause();
    server.clock().advance(HOUR);
    for source in [&waiting, &offline] {
        assert_eq!(source.state(), State::Paused);
        source.resume();
        assert_eq!(source.state(), State::offline(1));
    }
    server.clock().go_online();
    assert_eq!(
        [waiting, offline].map(|source| source.state()),
        [State::Connecting, State::Connecting]
    );
}

#[test]
fn the_calls_of_a_callback_are_carried_out_in_order_when_it_has_returned() {
    over_each_transport(|server, open| {
        let (source, journal) = (open(Policy::browser()), Journal::default());
        let _listeners = watch(&source, &journal);
        let (own, pen) = (source.clone(), journal.clone());
        let callback = move |event: Event<Text>| {
            own.pause();
            if event.data.0 == "2" {
                own.resume();
            }
            pen.write("returned");
        };
        let _callback = source.on("message", callback).unwrap();
        server.send_text("message", "1");
        assert_eq!(journal.take(), ["open", "event 1", "returned", "paused"]);
        source.resume();
        server.send_text("message", "2");
        let told = [
            "connecting",
            "open",
            "event 2",
            "returned",
            "paused",
            "connecting",
        ];
        assert_eq!(journal.take(), told);
    });
}

#[test]
fn a_source_that_has_closed_is_not_resumed() {
    let server = FakeServer::new();
    let source = source(&server, Policy::browser());
    source.close();
    source.reconnect();
    source.resume();
    source.pause();
    assert!(source.state().is_closed());
    assert_eq!(server.attempts().len(), 1);
}

#[test]
fn a_hidden_page_pauses_its_source_after_a_while_and_the_page_that_is_seen_resumes_it() {
    over_each_transport(|server, open| {
        let policy = Policy::browser().pause_when_hidden(seconds(30));
        let (source, journal) = (open(policy), Journal::default());
        let _listeners = watch(&source, &journal);
        server.send_with_id("message", "1", "7");
        server.clock().hide();
        server.clock().advance(seconds(29));
        assert_eq!(server.connections(), 1);
        server.clock().advance(seconds(1));
        assert_eq!((source.state(), server.connections()), (State::Paused, 0));
        server.clock().go_online();
        server.clock().advance(HOUR);
        server.clock().show();
        assert_eq!(resumed_from(server), ["", "7"]);
        assert_eq!(journal.take(), ["open", "event 1", "paused", "connecting"]);
        source.pause();
        server.clock().hide();
        server.clock().show();
        assert_eq!(source.state(), State::Paused, "the user said so");
    });
}

#[test]
fn a_source_that_is_opened_in_a_hidden_page_makes_no_request_if_it_is_to_be_paused_at_once() {
    let server = FakeServer::new();
    server.clock().hide();
    let builder = EventSource::builder("/prices");
    let policy = Policy::browser().pause_when_hidden(Duration::ZERO);
    let source = builder.policy(policy).open().unwrap();
    let states = Journal::default();
    let pen = states.clone();
    let _states = source.on_state(move |state| pen.write(state));
    assert_eq!(source.state(), State::Paused);
    assert_eq!(server.attempts(), []);
    server.clock().show();
    assert_eq!(server.attempts().len(), 1);
    assert_eq!(states.take(), ["connecting"]);
}

#[test]
fn a_page_that_was_frozen_makes_its_connection_again_if_the_policy_says_so_and_once() {
    over_each_transport(|server, open| {
        let journal = Journal::default();
        let sources = [true, false].map(|wakes| open(Policy::browser().reopen_on_wake(wakes)));
        let _listeners = sources.each_ref().map(|source| watch(source, &journal));
        server.open();
        journal.take();
        server.clock().freeze(HOUR);
        let told = ["true", "waiting 0ns for attempt 1", "connecting"];
        assert_eq!(journal.take(), told);
        server.open();
        server.clock().advance(seconds(1));
        assert_eq!(server.attempts().len(), 3);
    });
}

#[test]
fn a_sharer_that_is_paused_leaves_the_connection_to_the_others_and_the_last_one_closes_it() {
    let (server, journals) = (FakeServer::new(), [Journal::default(), Journal::default()]);
    let open = || {
        EventSource::builder("/prices")
            .resume_parameter("after")
            .shared(true)
            .open()
    };
    let [first, second] = [open(), open()].map(Result::unwrap);
    let _listeners = [watch(&first, &journals[0]), watch(&second, &journals[1])];
    server.send_with_id("message", "1", "7");
    first.pause();
    server.send_with_id("message", "2", "8");
    assert_eq!(journals[0].take(), ["open", "event 1", "paused"]);
    assert_eq!(journals[1].take(), ["open", "event 1", "event 2"]);
    first.resume();
    server.send_text("message", "3");
    assert_eq!(journals[0].take(), ["connecting", "open", "event 3"]);
    assert_eq!(server.attempts().len(), 1);
    first.pause();
    second.pause();
    assert_eq!(server.connections(), 0);
    second.resume();
    assert_eq!(resumed_from(&server), ["", "8"]);
}

#[test]
fn sharers_reconnect_together_and_their_page_pauses_and_resumes_them_together() {
    let (server, journals) = (FakeServer::new(), [Journal::default(), Journal::default()]);
    let policy = Policy::browser().pause_when_hidden(seconds(10));
    let builder = EventSource::builder("/prices").policy(policy).shared(true);
    let open = || builder.clone().open().unwrap();
    let sources = [open(), open()];
    let _listeners = [0, 1].map(|index| watch(&sources[index], &journals[index]));
    server.open();
    sources.iter().for_each(EventSource::reconnect);
    server.open();
    server.clock().hide();
    server.clock().advance(seconds(10));
    server.clock().show();
    server.open();
    server.clock().hide();
    server.clock().advance(seconds(10));
    sources[1].resume();
    for journal in journals {
        let around = ["open", "connecting"];
        let told = [
            &around[..],
            &["open", "paused", "connecting"],
            &["open", "paused", "connecting"],
        ];
        assert_eq!(journal.take(), told.concat());
    }
    assert_eq!(server.attempts().len(), 4);
}

#[cfg(feature = "fetch")]
#[test]
fn a_post_is_sent_again_by_reconnect_and_resume_alone() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let policy = Policy::resilient().pause_when_hidden(seconds(10));
    let builder = EventSource::builder("/prices").policy(policy);
    let source = builder.fetch(crate::Fetch::post()).open().unwrap();
    let _listeners = watch(&source, &journal);
    server.open();
    server.clock().hide();
    server.clock().freeze(HOUR);
    server.clock().show();
    server.clock().go_online();
    assert_eq!(journal.take(), ["open"]);
    assert_eq!(server.attempts().len(), 1);
    source.reconnect();
    source.pause();
    server.clock().advance(seconds(1));
    source.resume();
    assert_eq!(journal.take(), ["connecting", "paused", "connecting"]);
    assert_eq!(server.attempts().len(), 3);
}

#[test]
fn a_source_that_joins_a_connection_that_is_paused_is_told_when_that_connects() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    server.clock().hide();
    let policy = Policy::browser().pause_when_hidden(Duration::ZERO);
    let builder = EventSource::builder("/prices").policy(policy).shared(true);
    let open = || builder.clone().open().unwrap();
    let sources = [open(), open()];
    assert_eq!(server.attempts(), []);
    let _listeners = sources.each_ref().map(|source| watch(source, &journal));
    for source in &sources {
        assert_eq!(source.state(), State::Paused);
    }
    server.clock().show();
    assert_eq!(journal.take(), ["connecting", "connecting"]);
    assert_eq!(server.connections(), 1);
}

#[test]
fn a_sharer_that_joined_late_goes_on_from_the_last_event_id_of_the_connection_that_it_left() {
    let server = FakeServer::new();
    let builder = EventSource::builder("/prices").resume_parameter("after");
    let builder = builder.shared(true);
    let open = || builder.clone().open().unwrap();
    let (first, first_journal) = (open(), Journal::default());
    let _first_listeners = watch(&first, &first_journal);
    server.send_with_id("message", "1", "7");
    let (second, journal) = (open(), Journal::default());
    let _listeners = watch(&second, &journal);
    drop((_first_listeners, first));
    assert_eq!(second.last_event_id(), "7");
    second.pause();
    assert_eq!(second.last_event_id(), "7");
    second.resume();
    assert_eq!(resumed_from(&server), ["", "7"]);
}

#[test]
fn a_sharer_that_comes_back_to_a_connection_that_its_page_has_paused_resumes_it() {
    for come_back in [EventSource::resume, EventSource::reconnect] {
        let server = FakeServer::new();
        let policy = Policy::browser().pause_when_hidden(seconds(10));
        let builder = EventSource::builder("/prices").policy(policy).shared(true);
        let open = || builder.clone().open().unwrap();
        let (source, other) = (open(), open());
        server.open();
        server.clock().hide();
        server.clock().advance(seconds(10));
        source.pause();
        assert_eq!(server.attempts().len(), 1);
        come_back(&source);
        assert_eq!(server.attempts().len(), 2);
        assert_eq!(
            [source.state(), other.state()],
            [State::Connecting, State::Connecting]
        );
    }
}
