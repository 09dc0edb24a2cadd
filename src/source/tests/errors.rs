//! Where an error goes.

use std::error::Error as _;

use futures::{FutureExt, StreamExt};

use super::*;
use crate::{CloseReason, Error};

fn errors(source: &EventSource, journal: &Journal) -> crate::Listener {
    let pen = journal.clone();
    source.on_error(move |error| pen.write(error))
}

#[test]
fn a_name_that_no_message_has_is_refused() {
    let source = source(&FakeServer::new(), Policy::browser());
    for name in ["", "open", "error", "a\nb", "a\rb"] {
        let refused = source.on(name, |_: Event<Text>| {});
        assert!(
            matches!(refused, Err(Error::InvalidEventName { name: refused }) if refused == name)
        );
        assert!(matches!(
            source.stream::<Text>(name),
            Err(Error::InvalidEventName { .. })
        ));
    }
    for name in ["message", "Open", "errors", " a", "a b", "é"] {
        assert!(source.on(name, |_: Event<Text>| {}).is_ok(), "{name}");
    }
}

#[test]
fn what_nobody_hears_goes_to_the_console() {
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
fn what_somebody_hears_does_not() {
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
fn a_frame_counts_once_however_many_fail_to_decode_it() {
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
fn the_error_that_closes_is_told_once_and_last() {
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
fn a_limit_is_told_after_what_reached_it() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let source = source(&server, Policy::browser().close_after_losses(2));
    let _errors = errors(&source, &journal);
    server.lose();
    server.lose();
    let told = journal.take();
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(
        told[2].starts_with("2 times in a row is too often"),
        "{}",
        told[2]
    );
}

#[test]
fn what_nobody_decodes_does_not_end_a_row_of_decode_errors() {
    let server = FakeServer::new();
    let source = open(&server, |settings| {
        settings.policy = Policy::browser().close_after_decode_errors(2);
        settings.terminal_data = Some("[DONE]".into());
    });
    let _errors = source.on_error(|_| {});
    let _listener = source.on("a", |_: Event<u8>| {}).unwrap();
    server.send_text("a", "x");
    server.send_text("message", "nobody decodes this");
    server.send_text("a", "x");
    assert!(source.state().is_closed());
}
