//! What keeps a source alive, and what it leaves behind.

use std::any::Any;

use futures::{FutureExt, StreamExt, stream::FusedStream};

use super::*;
use crate::{CloseReason, Error, State};

#[test]
fn a_source_lives_while_a_handle_a_listener_or_a_stream_does() {
    type Owner = fn(&EventSource) -> Box<dyn Any>;
    let owners: [(&str, Owner); 6] = [
        ("a clone", |source| Box::new(source.clone())),
        ("a listener", |source| {
            Box::new(source.on("a", |_: Event<Text>| {}))
        }),
        ("a stream", |source| Box::new(source.stream::<Text>("a"))),
        ("a listener for errors", |source| {
            Box::new(source.on_error(|_| {}))
        }),
        ("a listener for states", |source| {
            Box::new(source.on_state(|_| {}))
        }),
        ("a listener for gaps", |source| {
            Box::new(source.on_gap(|_| {}))
        }),
    ];
    for (name, own) in owners {
        let server = FakeServer::new();
        let source = source(&server, Policy::browser());
        let closed = source.closed();
        let owner = own(&source);
        drop(source);
        assert_eq!(server.connections(), 1, "{name} is left");
        drop(owner);
        assert_eq!(server.connections(), 0, "{name} was the last");
        assert_eq!(closed.now_or_never(), Some(CloseReason::Dropped));
    }
}

#[test]
fn closing_leaves_no_connection_timer_or_captured_value() {
    let server = FakeServer::new();
    let captured = Rc::new(());
    let [event, error, state, rule] = [(); 4].map(|()| Rc::clone(&captured));
    let policy = Policy::resilient().on_idle(seconds(1), crate::LimitAction::Reopen);
    let policy = policy.rule(move |context| {
        drop(Rc::clone(&rule));
        context.proposed
    });
    let source = source(&server, policy);
    let _event = source
        .on("a", move |_: Event<Text>| drop(Rc::clone(&event)))
        .unwrap();
    let _error = source.on_error(move |_| drop(Rc::clone(&error)));
    let _state = source.on_state(move |_| drop(Rc::clone(&state)));
    assert_eq!((server.connections(), server.clock().timers()), (1, 1));
    server.open();
    source.close();
    assert_eq!((server.connections(), server.clock().timers()), (0, 0));
    assert_eq!(
        Rc::strong_count(&captured),
        1,
        "though the listeners are still held"
    );
}

#[test]
fn dropping_leaves_no_timer() {
    let server = FakeServer::new();
    let source = source(&server, Policy::resilient());
    server.fail(503);
    assert_eq!(server.clock().timers(), 1);
    drop(source);
    assert_eq!((server.connections(), server.clock().timers()), (0, 0));
}

#[test]
fn a_name_is_listened_to_while_it_has_listeners() {
    let server = FakeServer::new();
    let source = source(&server, Policy::browser());
    let first = source.on("a", |_: Event<Text>| {}).unwrap();
    let second = source.stream::<Text>("a").unwrap();
    let other = source.on("b", |_: Event<Text>| {}).unwrap();
    assert_eq!(server.listened_names(), ["a", "b"]);
    drop(first);
    assert_eq!(server.listened_names(), ["a", "b"]);
    drop(second);
    assert_eq!(server.listened_names(), ["b"]);
    drop(other);
    assert!(server.listened_names().is_empty());
}

#[test]
fn nothing_is_called_and_everything_ends_after_the_close() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let source = source(&server, Policy::browser());
    let mut stream = source.stream::<Text>("a").unwrap();
    let _event = source.on("a", journal.events("heard")).unwrap();
    server.open();
    server.send_text("a", "1");
    source.close();
    assert!(!stream.is_terminated(), "one event is left");
    server.send_text("a", "2");
    server.lose();
    source.close();
    assert_eq!(journal.take(), ["heard 1"]);
    assert_eq!(
        stream
            .next()
            .now_or_never()
            .unwrap()
            .unwrap()
            .unwrap()
            .data
            .0,
        "1"
    );
    for _ in 0..3 {
        assert!(stream.next().now_or_never().unwrap().is_none());
        assert!(stream.is_terminated());
    }
    assert!(matches!(
        source.closed().now_or_never(),
        Some(CloseReason::Requested)
    ));
}

#[test]
fn a_listener_added_after_the_close_is_silent_and_a_stream_ends() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let source = source(&server, Policy::browser());
    source.close();
    let _event = source.on("a", journal.events("heard")).unwrap();
    let _state = source.on_state(|_| panic!("nothing changes any more"));
    let mut stream = source.stream::<Text>("a").unwrap();
    assert!(stream.next().now_or_never().unwrap().is_none());
    assert!(server.listened_names().is_empty());
    assert!(matches!(
        source.state(),
        State::Closed(CloseReason::Requested)
    ));
}

#[test]
fn a_callback_may_drop_the_last_handle_of_its_source() {
    let server = FakeServer::new();
    let source = source(&server, Policy::browser());
    let own = Rc::new(RefCell::new(None));
    let this = Rc::clone(&own);
    let listener = source
        .on("a", move |_: Event<Text>| drop(this.take()))
        .unwrap();
    own.replace(Some(listener));
    drop(source);
    server.send_text("a", "1");
    assert_eq!(server.connections(), 0);
}

#[test]
fn a_terminal_event_is_delivered_and_closes_the_source() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let source = open(&server, |builder| builder.terminal_event("bye"));
    let _bye = source.on("bye", journal.events("heard")).unwrap();
    server.send_text("bye", "so long");
    assert_eq!(journal.take(), ["heard so long"]);
    assert!(matches!(
        source.closed().now_or_never(),
        Some(CloseReason::Finished)
    ));
    assert_eq!(server.connections(), 0);
}

#[test]
fn a_terminal_event_closes_the_source_even_without_listeners() {
    let server = FakeServer::new();
    let source = open(&server, |builder| builder.terminal_event("bye"));
    drop(source.on("bye", |_: Event<Text>| {}).unwrap());
    server.send_text("bye", "");
    assert!(matches!(
        source.closed().now_or_never(),
        Some(CloseReason::Finished)
    ));
}

#[test]
fn a_failure_event_is_delivered_and_closes_the_source_with_an_error_that_holds_it() {
    for is_shared in [false, true] {
        let (server, journal) = (FakeServer::new(), Journal::default());
        let source = open(&server, |builder| {
            builder
                .policy(Policy::resilient())
                .failure_event("error")
                .shared(is_shared)
        });
        let mut stream = source.stream::<Text>("error").unwrap();
        let _error = source.on("error", journal.events("heard")).unwrap();
        let pen = journal.clone();
        let _errors = source.on_error(move |error| pen.write(error));
        server.send_text("error", "overloaded");
        let told = r#"the server has failed, and says with "error": overloaded"#;
        assert_eq!(journal.take(), ["heard overloaded", told]);
        let Some(CloseReason::Policy(error)) = source.closed().now_or_never() else {
            panic!("{:?}", source.state());
        };
        assert!(
            matches!(&error, Error::FailureEvent { event } if event.data == "overloaded"),
            "{error:?}"
        );
        let items = [(); 3].map(|()| stream.next().now_or_never().unwrap());
        let [Some(Ok(event)), Some(Err(last)), None] = items else {
            panic!("{items:?}");
        };
        assert_eq!((event.data.0.as_str(), last), ("overloaded", error));
        assert_eq!(server.connections(), 0);
    }
}

#[test]
fn a_failure_event_closes_the_source_even_without_listeners() {
    let server = FakeServer::new();
    let source = open(&server, |builder| builder.failure_event("error"));
    server.send_text("error", "");
    assert!(matches!(
        source.closed().now_or_never(),
        Some(CloseReason::Policy(Error::FailureEvent { .. }))
    ));
    assert_eq!(server.clock().reports().len(), 1, "nobody hears of it");
}

#[test]
fn terminal_data_is_not_delivered_and_closes_the_source() {
    let server = FakeServer::new();
    let source = open(&server, |builder| builder.terminal_data("[DONE]"));
    let mut tokens = source.stream::<String>("token").unwrap();
    server.send_text("unheard", "[DONE]");
    server.send_text("token", "\"a\"");
    server.send_text("token", "[DONE]");
    assert_eq!(
        tokens.next().now_or_never().unwrap().unwrap().unwrap().data,
        "a"
    );
    assert!(tokens.next().now_or_never().unwrap().is_none());
    assert!(matches!(
        source.closed().now_or_never(),
        Some(CloseReason::Finished)
    ));
}

#[test]
fn the_end_wakes_all_who_wait_for_it_and_keeps_no_other_waker() {
    let source = source(&FakeServer::new(), Policy::browser());
    let wakes = Arc::new(Wakes::default());
    let waker = futures::task::waker(Arc::clone(&wakes));
    let mut context = std::task::Context::from_waker(&waker);
    for _ in 0..3 {
        assert!(source.closed().poll_unpin(&mut context).is_pending());
    }
    assert_eq!(
        Arc::strong_count(&wakes),
        2,
        "each waker is dropped with its future"
    );
    let first = source.closed();
    let mut waiting = [first.clone(), first];
    for closed in &mut waiting {
        assert!(closed.poll_unpin(&mut context).is_pending());
    }
    source.close();
    assert_eq!(wakes.count(), 2);
    for closed in waiting.into_iter().chain([source.closed()]) {
        assert_eq!(closed.now_or_never(), Some(CloseReason::Requested));
    }
}

#[test]
fn a_listener_that_owns_another_for_the_same_name_can_go_first() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let source = source(&server, Policy::browser());
    let inner = source.on("a", |_: Event<Text>| {}).unwrap();
    let outer = source
        .on("a", move |_: Event<Text>| {
            let _ = &inner;
        })
        .unwrap();
    drop(outer);
    assert!(server.listened_names().is_empty());
    let _again = source.on("a", journal.events("heard")).unwrap();
    server.send_text("a", "1");
    assert_eq!(journal.take(), ["heard 1"]);
}

/// Closes its source when it is dropped.
struct Closes(Rc<RefCell<Option<EventSource>>>);

impl Drop for Closes {
    fn drop(&mut self) {
        if let Some(source) = self.0.take() {
            source.close();
        }
    }
}

#[test]
fn a_value_that_a_rule_has_captured_may_close_the_source_when_it_is_dropped() {
    for is_policy in [false, true] {
        let (server, closes) = (FakeServer::new(), Rc::default());
        let captured = Closes(Rc::clone(&closes));
        let policy = Policy::close_on_error().rule(move |context| {
            let _ = &captured;
            context.proposed
        });
        let source = source(&server, policy);
        closes.replace(Some(source.clone()));
        if is_policy {
            server.lose();
        } else {
            source.close();
        }
        let is_by_policy = matches!(source.state(), State::Closed(CloseReason::Policy(_)));
        assert_eq!(is_by_policy, is_policy);
        assert!(closes.borrow().is_none());
    }
}

#[test]
fn a_callback_that_panics_does_not_silence_the_source() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let source = source(&server, Policy::browser());
    let _panics = source
        .on("a", |_: Event<Text>| panic!("on purpose"))
        .unwrap();
    let _goes_on = source.on("a", journal.events("heard")).unwrap();
    let send = std::panic::AssertUnwindSafe(|| server.send_text("a", "1"));
    assert!(std::panic::catch_unwind(send).is_err());
    server.send_text("a", "2");
    assert_eq!(journal.take(), ["heard 1", "heard 2"]);
}

#[test]
fn a_forgotten_listener_listens_until_the_close_and_is_then_dropped() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let source = source(&server, Policy::browser());
    let captured = Rc::new(());
    let kept = Rc::clone(&captured);
    source.on("a", journal.events("heard")).unwrap().forget();
    source.on_state(move |_| drop(Rc::clone(&kept))).forget();
    let handle = source.clone();
    drop(source);
    drop(handle);
    server.send_text("a", "1");
    assert_eq!(journal.take(), ["heard 1"]);
    assert_eq!(server.connections(), 1, "nobody holds it, and it is open");
    server.fail(503);
    assert_eq!(server.connections(), 0);
    assert_eq!(Rc::strong_count(&captured), 1);
}

#[test]
fn a_listener_that_is_forgotten_after_the_close_keeps_nothing() {
    let server = FakeServer::new();
    let source = source(&server, Policy::browser());
    let closed = source.closed();
    let listener = source.on("a", |_: Event<Text>| {}).unwrap();
    source.close();
    listener.forget();
    drop(source);
    assert!(closed.now_or_never().is_some());
}

#[test]
fn any_callback_reads_the_current_state_of_its_source() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let policy = Policy::browser().close_after_losses(2);
    let source = source_over_fetch(&server, policy);
    let own = Rc::new(RefCell::new(Some(source.clone())));
    let (this, pen) = (Rc::clone(&own), journal.clone());
    let _errors = source.on_error(move |error| {
        let state = this.borrow().as_ref().map(EventSource::state);
        pen.write(format!("{error}: {}", state.unwrap()));
    });
    server.open();
    server.lose();
    server.clock().advance(seconds(3));
    server.lose();
    own.take();
    let lost = "the connection to /stream was lost: the connection was cut";
    let limit = "gave up after 2 consecutive failures";
    assert_eq!(
        journal.take(),
        [
            format!("{lost}: waiting 3s for attempt 1"),
            format!("{lost}: closed: {limit}"),
            format!("{limit}: closed: {limit}"),
        ]
    );
}

#[test]
fn a_server_that_wants_no_further_attempt_has_finished() {
    let server = FakeServer::new();
    let source = source_over_fetch(&server, Policy::resilient());
    server.open();
    server.finish();
    assert!(matches!(
        source.state(),
        State::Closed(CloseReason::Finished)
    ));
    assert_eq!((server.connections(), server.clock().timers()), (0, 0));
    assert!(server.clock().reports().is_empty());
}
