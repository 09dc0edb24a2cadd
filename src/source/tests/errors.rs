//! The places that an error reaches.

use std::error::Error as _;

use futures::{FutureExt, StreamExt};

use super::*;
use crate::{CloseReason, Error, State};

fn errors(source: &EventSource, journal: &Journal) -> crate::Listener {
    let pen = journal.clone();
    source.on_error(move |error| pen.write(error))
}

#[test]
fn an_invalid_event_name_is_refused() {
    #[derive(serde::Deserialize)]
    #[allow(dead_code, reason = "never made")]
    enum Misnamed {
        #[serde(rename = "a\nb")]
        TwoLines,
    }
    let source = source(&FakeServer::new(), Policy::browser());
    for name in ["", "a\nb", "a\rb"] {
        for refused in [
            source.on(name, |_: Event<Text>| {}).map(drop),
            source.stream::<Text>(name).map(drop),
            EventSource::builder(URL)
                .terminal_event(name)
                .open()
                .map(drop),
        ] {
            let name = name.into();
            assert_eq!(refused, Err(Error::InvalidEventName { name }));
        }
    }
    assert!(matches!(
        source.events::<Misnamed>(),
        Err(Error::InvalidEventName { name }) if *name == *"a\nb"
    ));
    for name in ["message", "open", "error", " a", "a b", "é"] {
        assert!(source.on(name, |_: Event<Text>| {}).is_ok(), "{name}");
    }
}

#[test]
fn an_error_that_nobody_hears_goes_to_the_console() {
    let server = FakeServer::new();
    let source = source(&server, Policy::browser());
    let _listener = source.on("a", |_: Event<u8>| {}).unwrap();
    server.send_text("a", "no number");
    server.lose();
    server.fail(503);
    let reports = server.clock().reports();
    assert_eq!(reports.len(), 3, "{reports:?}");
    assert!(
        reports[0].contains("does not decode as u8"),
        "{}",
        reports[0]
    );
    assert!(reports[1].contains("was lost"), "{}", reports[1]);
    assert!(reports[2].contains("gave up"), "{}", reports[2]);
}

#[test]
fn an_error_that_somebody_hears_does_not_go_to_the_console() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let source = source(&server, Policy::browser());
    let _listener = source.on("a", |_: Event<u8>| {}).unwrap();
    let _errors = errors(&source, &journal);
    server.send_text("a", "no number");
    server.lose();
    server.fail(503);
    assert_eq!(journal.take().len(), 3);
    assert!(server.clock().reports().is_empty());
}

#[test]
fn a_stream_hears_of_its_own_events_and_of_the_connection() {
    let server = FakeServer::new();
    let source = source(&server, Policy::browser());
    let mut numbers = source.stream::<u8>("a").unwrap();
    let mut texts = source.stream::<Text>("a").unwrap();
    server.send_text("a", "no number");
    server.lose();
    source.close();
    assert!(server.clock().reports().is_empty());
    let numbers: Vec<_> = numbers.by_ref().collect::<Vec<_>>().now_or_never().unwrap();
    assert!(matches!(
        &numbers[..],
        [Err(Error::Decode(_)), Err(Error::ConnectionLost { .. })]
    ));
    let texts: Vec<_> = texts.by_ref().collect::<Vec<_>>().now_or_never().unwrap();
    assert!(matches!(
        &texts[..],
        [Ok(_), Err(Error::ConnectionLost { .. })]
    ));
}

#[test]
fn a_decode_error_that_only_another_stream_could_hear_goes_to_the_console() {
    let server = FakeServer::new();
    let source = source(&server, Policy::browser());
    let _other = source.stream::<Text>("b").unwrap();
    let _listener = source.on("a", |_: Event<u8>| {}).unwrap();
    server.send_text("a", "no number");
    assert_eq!(server.clock().reports().len(), 1);
}

#[test]
fn a_decode_error_keeps_its_event_and_its_cause() {
    let (server, caught) = (FakeServer::new(), Rc::new(RefCell::new(None)));
    let source = source(&server, Policy::browser());
    let keep = Rc::clone(&caught);
    let _errors = source.on_error(move |error| drop(keep.replace(Some(error.clone()))));
    let _listener = source.on("a", |_: Event<u8>| {}).unwrap();
    server.send_with_id("a", "256", "7");
    let Some(Error::Decode(error)) = caught.take() else {
        panic!("a decode error");
    };
    assert_eq!(
        (error.event().name(), error.event().last_event_id()),
        ("a", "7")
    );
    assert_eq!(error.event().data, "256");
    let cause = error
        .source()
        .and_then(|cause| cause.downcast_ref::<serde_json::Error>());
    assert!(cause.is_some_and(serde_json::Error::is_data));
}

#[test]
fn a_frame_counts_once_however_many_listeners_fail_to_decode_it() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let source = source(&server, Policy::browser().close_after_decode_errors(2));
    let _errors = errors(&source, &journal);
    let _listeners = [(); 3].map(|()| source.on("a", |_: Event<u8>| {}).unwrap());
    server.send_text("a", "x");
    assert_eq!(journal.take().len(), 3);
    assert!(!source.state().is_closed());
    server.send_text("a", "x");
    assert!(source.state().is_closed());
}

#[test]
fn the_error_that_closes_a_source_is_reported_once_and_last() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let source = source(&server, Policy::close_on_error());
    let _errors = errors(&source, &journal);
    let mut stream = source.stream::<u8>("a").unwrap();
    let mut other = source.stream::<u8>("b").unwrap();
    server.send_text("a", "1");
    server.send_text("a", "x");
    for (stream, events) in [(&mut stream, 1), (&mut other, 0)] {
        let items: Vec<_> = stream.by_ref().collect::<Vec<_>>().now_or_never().unwrap();
        assert_eq!(items.len(), events + 1);
        assert!(matches!(items.last(), Some(Err(Error::Decode(_)))));
    }
    assert_eq!(journal.take().len(), 1);
    let mut late = source.stream::<u8>("a").unwrap();
    assert!(matches!(
        late.next().now_or_never(),
        Some(Some(Err(Error::Decode(_))))
    ));
    assert!(matches!(late.next().now_or_never(), Some(None)));
    assert!(matches!(
        source.closed().now_or_never(),
        Some(CloseReason::Policy(Error::Decode(_)))
    ));
}

#[test]
fn forgotten_listeners_are_told_about_the_end_and_then_dropped() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let source = source_over_fetch(&server, Policy::browser());
    errors(&source, &journal).forget();
    let pen = journal.clone();
    let states = source.on_state(move |state| pen.write(format!("now {state}")));
    states.forget();
    server.fail(503);
    let told = journal.take();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].contains("503"), "{told:?}");
    assert!(told[1].starts_with("now closed: "), "{told:?}");
    assert!(server.clock().reports().is_empty());
    assert_eq!(Rc::strong_count(&journal.0), 1);
    let connection = Rc::downgrade(&source.connection);
    drop(source);
    assert!(connection.upgrade().is_none());
}

#[test]
fn a_listener_that_is_forgotten_after_the_close_is_told_about_it() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let source = source(&server, Policy::browser());
    let states = Rc::new(RefCell::new(None));
    let (handle, place) = (source.clone(), Rc::clone(&states));
    let _closes = source
        .on("a", move |_: Event<Text>| {
            handle.close();
            let listener: Option<crate::Listener> = place.take();
            listener.unwrap().forget();
        })
        .unwrap();
    let pen = journal.clone();
    states.replace(Some(source.on_state(move |state| pen.write(state))));
    server.open();
    server.send_text("a", "1");
    assert_eq!(journal.take(), ["open", "closed by the application"]);
    assert_eq!(Rc::strong_count(&journal.0), 1);
}

#[test]
fn a_source_that_has_nothing_to_connect_with_says_so() {
    let server = FakeServer::new();
    let source = source_over_fetch(&server, Policy::resilient());
    let connector = source.connection.take_connector();
    assert!(connector.is_some());
    server.fail(503);
    server.clock().advance(seconds(1));
    assert!(matches!(
        source.state(),
        State::Closed(CloseReason::Policy(Error::Internal { .. }))
    ));
}

#[test]
fn an_event_that_nobody_decodes_does_not_end_a_row_of_decode_errors() {
    let server = FakeServer::new();
    let source = open(&server, |builder| {
        builder
            .policy(Policy::browser().close_after_decode_errors(2))
            .terminal_data("[DONE]")
    });
    let _errors = source.on_error(|_| {});
    let _listener = source.on("a", |_: Event<u8>| {}).unwrap();
    server.send_text("a", "x");
    server.send_text("message", "nobody decodes this");
    server.send_text("a", "x");
    assert!(source.state().is_closed());
}

#[test]
fn the_text_of_an_error_leaves_out_the_text_of_its_source() {
    fn with_causes(error: &dyn std::error::Error) -> Vec<String> {
        let (mut all, mut next) = (Vec::new(), Some(error));
        while let Some(error) = next {
            all.push(error.to_string());
            next = error.source();
        }
        all
    }

    let (server, journal) = (FakeServer::new(), Journal::default());
    let policy = Policy::browser().close_after_decode_errors(2);
    let source = source(&server, policy);
    let pen = journal.clone();
    let _errors = source.on_error(move |error| pen.write(with_causes(&error).join(" <- ")));
    let _listener = source.on("a", |_: Event<u8>| {}).unwrap();
    server.send_text("a", "x");
    server.send_text("a", "x");
    let decode =
        "the data of event \"a\" does not decode as u8 <- expected value at line 1 column 1";
    let limit = format!("gave up after 2 consecutive failures <- {decode}");
    assert_eq!(journal.take(), [decode, decode, &limit]);
}

#[test]
fn the_console_has_an_error_with_its_causes() {
    let server = FakeServer::new();
    let source = source(&server, Policy::browser().close_after_losses(2));
    server.lose();
    server.clock().advance(seconds(60));
    server.lose();
    let lost = "the connection to /stream was lost";
    let limit = format!("gave up after 2 consecutive failures: {lost}");
    assert_eq!(server.clock().reports(), [lost, lost, &limit]);
    assert!(source.state().is_closed());
}

#[test]
fn the_console_has_one_line_of_each_kind_in_a_minute_and_the_number_of_the_others() {
    let server = FakeServer::new();
    let open = || source(&server, Policy::browser());
    let (first, second) = (open(), open());
    let listeners = [&first, &second].map(|source| source.on("a", |_: Event<u8>| {}).unwrap());
    for _ in 0..63 {
        server.send_text("a", "no number");
    }
    server.lose();
    // A line of each kind from each source.
    assert_eq!(server.clock().reports().len(), 4);
    server.clock().advance(seconds(59));
    server.send_text("a", "no number");
    assert_eq!(server.clock().reports().len(), 4);
    server.clock().advance(seconds(1));
    server.send_text("a", "no number");
    server.send_text("a", "no number");
    let reports = server.clock().reports();
    assert_eq!(reports.len(), 6);
    let is_counted = |report: &String| report.ends_with("(and 63 more of this kind)");
    assert!(reports[4..].iter().all(is_counted), "{reports:?}");
    drop(listeners);
}

#[test]
fn the_errors_that_are_left_without_a_line_have_one_of_each_kind_when_the_source_closes() {
    for is_dropped in [false, true] {
        let server = FakeServer::new();
        let source = source(&server, Policy::browser());
        let listener = source.on("a", |_: Event<u8>| {}).unwrap();
        for _ in 0..62 {
            server.send_text("a", "no number");
        }
        server.send_text("a", "[]");
        server.lose();
        server.open();
        server.lose();
        assert_eq!(server.clock().reports().len(), 2);
        if !is_dropped {
            source.close();
        }
        drop((source, listener));
        let reports = server.clock().reports();
        assert_eq!(reports.len(), 4, "{reports:?}");
        assert!(reports[2].contains("sequence"), "the last: {reports:?}");
        assert!(reports[2].ends_with("(and 61 more of this kind)"));
        assert_eq!(reports[3], reports[1], "one of its kind, and no other");
    }
}

#[test]
fn the_error_that_closes_a_source_is_always_on_the_console() {
    let server = FakeServer::new();
    let policy = Policy::browser().retry_statuses([503]);
    let source = source_over_fetch(&server, policy.on_given_up(crate::LimitAction::Reopen));
    for status in [503, 503, 401] {
        server.clock().advance(seconds(3));
        server.fail(status);
    }
    assert!(source.state().is_closed());
    let reports = server.clock().reports();
    assert_eq!(reports.len(), 2, "{reports:?}");
    assert!(reports[1].contains("401") && reports[1].ends_with("(and 1 more of this kind)"));
}

#[test]
fn errors_can_move_to_other_threads_and_be_compared_and_share_large_parts() {
    fn is_shared<T: Send + Sync + PartialEq>() {}
    is_shared::<Error>();
    let error = Error::status("/stream", 503);
    assert_eq!(error, error.clone());
    assert_ne!(error, Error::status("/stream", 500));
    assert_eq!(
        CloseReason::Policy(error.clone()),
        CloseReason::Policy(error.clone())
    );
    let (Error::Status { url, .. }, Error::Status { url: same, .. }) = (&error, &error.clone())
    else {
        panic!("they are what they were made as");
    };
    assert!(std::sync::Arc::ptr_eq(url, same));
}

#[test]
fn a_decode_error_is_reported_even_if_a_callback_closed_the_source_at_its_event() {
    let server = FakeServer::new();
    let source = source(&server, Policy::browser());
    let handle = source.clone();
    let _closes = source
        .on("a", move |_: Event<Text>| handle.close())
        .unwrap();
    let _fails = source.on("a", |_: Event<u8>| {}).unwrap();
    server.send_text("a", "x");
    assert!(source.state().is_closed());
    assert!(
        server.clock().reports().is_empty(),
        "it was not called any more"
    );
    let again = open(&server, |builder| builder);
    let handle = again.clone();
    let _fails = again.on("a", |_: Event<u8>| {}).unwrap();
    let _closes = again.on("a", move |_: Event<Text>| handle.close()).unwrap();
    server.send_text("a", "x");
    assert_eq!(server.clock().reports().len(), 1);
}
