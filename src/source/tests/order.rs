//! The order in which callbacks run, and what they may do.

use super::*;
use crate::{CloseReason, Error, Listener, State};

/// A place for something that a callback is going to need.
type Later<T> = Rc<RefCell<Option<T>>>;

#[test]
fn listeners_run_in_the_order_in_which_they_were_added() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let source = source(&server, Policy::browser());
    let _listeners =
        ["first", "second", "third"].map(|label| source.on("a", journal.events(label)).unwrap());
    server.send_text("a", "1");
    assert_eq!(journal.take(), ["first 1", "second 1", "third 1"]);
}

#[test]
fn a_listener_added_during_an_event_first_hears_the_next() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let source = source(&server, Policy::browser());
    let (added, handle, pen) = (
        Later::<Listener>::default(),
        source.clone(),
        journal.clone(),
    );
    let _adder = source
        .on("a", move |event: Event<Text>| {
            pen.write(format!("adder {}", event.data));
            if added.borrow().is_none() {
                added.replace(Some(handle.on("a", pen.events("added")).unwrap()));
            }
        })
        .unwrap();
    server.send_text("a", "1");
    assert_eq!(journal.take(), ["adder 1"]);
    server.send_text("a", "2");
    assert_eq!(journal.take(), ["adder 2", "added 2"]);
    source.close();
}

#[test]
fn closing_in_a_callback_takes_effect_at_once() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let source = source(&server, Policy::browser());
    let (handle, pen) = (source.clone(), journal.clone());
    let _closer = source
        .on("a", move |_: Event<Text>| {
            handle.close();
            pen.write(handle.state());
        })
        .unwrap();
    let _other = source.on("a", journal.events("other")).unwrap();
    let pen = journal.clone();
    let _state = source.on_state(move |state| pen.write(format!("state: {state}")));
    server.open();
    journal.take();
    server.send_text("a", "1");
    assert_eq!(
        journal.take(),
        [
            "closed by the application",
            "state: closed by the application"
        ]
    );
    assert_eq!(server.connections(), 0);
}

#[test]
fn a_callback_may_open_another_source() {
    let (server, other_server, journal) =
        (FakeServer::new(), FakeServer::new(), Journal::default());
    let first = source(&server, Policy::browser());
    let (second, pen, elsewhere) = (Later::default(), journal.clone(), other_server.clone());
    let _opener = first
        .on("a", move |_: Event<Text>| {
            let opened = source(&elsewhere, Policy::browser());
            let listener = opened.on("b", pen.events("second")).unwrap();
            elsewhere.send_text("b", "from within");
            second.replace(Some((opened, listener)));
        })
        .unwrap();
    server.send_text("a", "1");
    other_server.send_text("b", "later");
    assert_eq!(journal.take(), ["second from within", "second later"]);
}

#[test]
fn an_input_during_a_callback_waits_its_turn() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let source = source(&server, Policy::browser());
    let (pen, same_server) = (journal.clone(), server.clone());
    let _first = source
        .on("a", move |event: Event<Text>| {
            pen.write(format!("begin {}", event.data));
            if event.data.0 == "1" {
                same_server.lose();
                same_server.open();
                same_server.send_text("a", "2");
            }
            pen.write(format!("end {}", event.data));
        })
        .unwrap();
    let _second = source.on("a", journal.events("second")).unwrap();
    let pen = journal.clone();
    let _state = source.on_state(move |state| pen.write(state));
    let _error = source.on_error(|_| {});
    server.open();
    server.send_text("a", "1");
    assert_eq!(
        journal.take(),
        [
            "open",
            "begin 1",
            "end 1",
            "second 1",
            "waiting for attempt 1",
            "open",
            "begin 2",
            "end 2",
            "second 2"
        ]
    );
}

#[test]
fn a_source_may_close_while_it_adds_a_listener_to_the_browser() {
    let close = |server: &FakeServer, source: &EventSource| {
        let handle = source.clone();
        server.on_listening(move || handle.close());
    };
    let server = FakeServer::new();
    let begins = source(&server, Policy::browser());
    close(&server, &begins);
    let _listener = begins.on("a", |_: Event<Text>| {}).unwrap();
    assert!(begins.state().is_closed());
    let ends = source(&server, Policy::browser());
    let listener = ends.on("a", |_: Event<Text>| {}).unwrap();
    close(&server, &ends);
    drop(listener);
    assert!(ends.state().is_closed());
    let connects = source_over_fetch(&server, Policy::resilient());
    let _errors = connects.on_error(|_| {});
    let _listener = connects.on("a", |_: Event<Text>| {}).unwrap();
    server.fail(503);
    close(&server, &connects);
    server.clock().advance(seconds(1));
    assert!(connects.state().is_closed());
    assert_eq!((server.connections(), server.clock().timers()), (0, 0));
}

#[test]
fn too_many_waiting_inputs_close_the_source_only_after_the_callback() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let source = source(&server, Policy::browser());
    let (handle, same_server, pen) = (source.clone(), server.clone(), journal.clone());
    let _floods = source.on_state(move |state| {
        if !matches!(state, State::Open { .. }) {
            return;
        }
        for _ in 0..20_000 {
            same_server.send_text("a", "another");
        }
        pen.write(handle.state());
    });
    let _events = source.on("a", |_: Event<Text>| {}).unwrap();
    let pen = journal.clone();
    let _after = source.on_state(move |state| pen.write(format!("then {state}")));
    let _errors = source.on_error(|_| {});
    server.open();
    let told = journal.take();
    assert_eq!(told[..2], ["open", "then open"]);
    assert!(told[2].starts_with("then closed: "), "{told:?}");
    assert_eq!(told.len(), 3);
    assert!(matches!(
        source.state(),
        State::Closed(CloseReason::Policy(Error::Internal { .. }))
    ));
    assert_eq!((server.connections(), server.clock().timers()), (0, 0));
}

#[test]
fn states_and_events_keep_their_order() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let source = source(&server, Policy::resilient());
    let pen = journal.clone();
    let _state = source.on_state(move |state| {
        pen.write(match state {
            State::Waiting { .. } => "waiting".into(),
            state => state.to_string(),
        });
    });
    let pen = journal.clone();
    let _error = source.on_error(move |_| pen.write("error"));
    let _event = source.on("a", journal.events("event")).unwrap();
    server.open();
    server.send_text("a", "1");
    server.lose();
    server.open();
    server.send_text("a", "2");
    server.fail(503);
    server.clock().advance(seconds(1));
    server.open();
    source.close();
    assert_eq!(
        journal.take(),
        [
            "open",
            "event 1",
            "error",
            "waiting",
            "open",
            "event 2",
            "error",
            "waiting",
            "connecting",
            "open",
            "closed by the application"
        ]
    );
}

#[test]
fn every_callback_may_close() {
    for step in ["event", "error", "state", "rule"] {
        let server = FakeServer::new();
        let handle = Later::<EventSource>::default();
        let close = |when: &'static str| {
            let handle = Rc::clone(&handle);
            move || {
                if when == step {
                    handle.borrow().as_ref().expect("the handle").close();
                }
            }
        };
        let in_rule = close("rule");
        let source = source(
            &server,
            Policy::resilient().rule(move |context| {
                in_rule();
                context.proposed
            }),
        );
        handle.replace(Some(source.clone()));
        let (in_event, in_error, in_state) = (close("event"), close("error"), close("state"));
        let _event = source.on("a", move |_: Event<Text>| in_event()).unwrap();
        let _error = source.on_error(move |_| in_error());
        let _state = source.on_state(move |_| in_state());
        server.open();
        server.send_text("a", "1");
        server.fail(503);
        assert!(source.state().is_closed(), "in {step}");
        assert_eq!(
            (server.connections(), server.clock().timers()),
            (0, 0),
            "in {step}"
        );
        handle.take();
    }
}

#[test]
fn the_events_of_an_enum_come_to_one_callback_in_their_order() {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Feed {
        Price(f64),
        Bye,
    }

    let (server, journal) = (FakeServer::new(), Journal::default());
    let source = open(&server, |builder| builder);
    let heard = journal.clone();
    let own = Rc::new(RefCell::new(None));
    let listener = Rc::clone(&own);
    let listening = source.on_events(move |event| match event.data {
        Feed::Price(price) => heard.write(format!("price {price}")),
        Feed::Bye => {
            heard.write("bye".to_owned());
            drop(listener.take());
        }
    });
    *own.borrow_mut() = Some(listening.unwrap());
    assert_eq!(server.listened_names(), ["bye", "price"]);
    for (name, data) in [
        ("price", "1"),
        ("price", "2.5"),
        ("bye", ""),
        ("price", "3"),
    ] {
        server.send_text(name, data);
    }
    assert_eq!(journal.take(), ["price 1", "price 2.5", "bye"]);
    assert!(server.listened_names().is_empty());
}
