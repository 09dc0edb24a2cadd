//! Sources that share a connection.

use futures::FutureExt;

use super::*;
use crate::{CloseReason, Decision, Error, Event, FailureContext, Listener, State};

fn prices() -> EventSourceBuilder {
    EventSource::builder("/prices").policy(Policy::resilient())
}

fn shared() -> EventSource {
    shared_with(Policy::resilient())
}

fn shared_with(policy: Policy) -> EventSource {
    prices().policy(policy).shared(true).open().unwrap()
}

fn note_states(source: &EventSource, journal: &Journal, label: &'static str) -> Listener {
    let pen = journal.clone();
    source.on_state(move |state| pen.write(format!("{label} {state}")))
}

#[test]
fn equal_builders_share_one_connection_until_the_last_source_is_dropped() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let (chart, table) = (shared(), shared());
    let on_chart = chart.on("price", journal.events("chart")).unwrap();
    let on_table = table.on("price", journal.events("table")).unwrap();
    server.send_text("price", "1");
    assert_eq!(journal.take(), ["chart 1", "table 1"]);
    assert_eq!(server.attempts().len(), 1);
    drop((table, on_table));
    assert_eq!(server.connections(), 1);
    drop((chart, on_chart));
    assert_eq!(server.connections(), 0);
    let _again = shared();
    assert_eq!(server.attempts().len(), 2);
}

#[test]
fn a_builder_shares_by_default_unless_it_was_told_whether_to() {
    let server = FakeServer::new();
    let by_default = || prices().shared_by_default().open().unwrap();
    let _shared = (by_default(), by_default(), shared());
    assert_eq!(server.attempts().len(), 1);
    let alone = prices().shared(false).shared_by_default();
    let _alone = alone.clone().open().unwrap();
    assert_eq!(server.attempts().len(), 2);
    let _joined = alone.shared(true).open().unwrap();
    assert_eq!(server.attempts().len(), 2);
}

#[test]
fn builders_that_differ_share_nothing() {
    let server = FakeServer::new();
    let rule = |context: &FailureContext<'_>| context.proposed;
    let ruled = prices().policy(Policy::resilient().rule(rule));
    let different = [
        prices(),
        EventSource::builder("/scores").policy(Policy::resilient()),
        EventSource::builder("/prices"),
        prices().with_credentials(true),
        prices().deduplicate(1),
        prices().resume_parameter("id"),
        prices().terminal_event("bye"),
        prices().terminal_data("[DONE]"),
        prices().failure_event("error"),
        prices().policy(Policy::resilient().rule(rule)),
        ruled.clone(),
    ];
    let sources = different.map(|builder| builder.shared(true).open().unwrap());
    assert_eq!(server.connections(), sources.len());
    let _same_rule = ruled.shared(true).open().unwrap();
    assert_eq!(server.connections(), sources.len());
}

#[test]
fn each_source_has_its_own_queue() {
    let server = FakeServer::new();
    let all = shared();
    let latest = prices().queue(Queue::keep_latest(1)).shared(true).open();
    let latest = latest.unwrap();
    let mut all_prices = all.stream::<Text>("price").unwrap();
    let mut latest_price = latest.stream::<Text>("price").unwrap();
    for price in ["1", "2", "3"] {
        server.send_text("price", price);
    }
    assert_eq!(server.connections(), 1);
    let next = |stream: &mut crate::EventStream<Text>| {
        let item = futures::StreamExt::next(stream).now_or_never();
        item.flatten().map(|item| item.map(|event| event.data.0))
    };
    assert_eq!(next(&mut all_prices), Some(Ok("1".to_owned())));
    let dropped = next(&mut latest_price);
    assert!(matches!(
        dropped,
        Some(Err(Error::QueueOverflow { dropped: 2 }))
    ));
    assert_eq!(next(&mut latest_price), Some(Ok("3".to_owned())));
}

#[test]
fn a_source_that_was_opened_without_sharing_is_not_shared() {
    let server = FakeServer::new();
    let _alone = prices().open().unwrap();
    let _shared = shared();
    assert_eq!(server.connections(), 2);
}

#[test]
fn values_that_a_rule_has_captured_are_dropped_with_the_sources() {
    let _server = FakeServer::new();
    let captured = Rc::new(());
    let kept = Rc::clone(&captured);
    let rule = move |context: &FailureContext<'_>| {
        let _ = &kept;
        context.proposed
    };
    let builder = prices().policy(Policy::resilient().rule(rule)).shared(true);
    let sources = [builder.clone().open(), builder.open()];
    drop(sources);
    assert_eq!(Rc::strong_count(&captured), 1);
}

#[test]
fn closing_a_source_closes_only_it_and_the_last_one_closes_the_connection() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let (first, second) = (shared(), shared());
    let _first = first.on("price", journal.events("first")).unwrap();
    let _second = second.on("price", journal.events("second")).unwrap();
    server.open();
    first.close();
    assert_eq!(first.state(), State::Closed(CloseReason::Requested));
    assert!(matches!(second.state(), State::Open { .. }));
    server.send_text("price", "1");
    assert_eq!(journal.take(), ["second 1"]);
    second.close();
    assert_eq!(server.connections(), 0);
    assert_eq!(server.clock().timers(), 0);
    let third = shared();
    assert!(!third.state().is_closed());
    assert_eq!(server.attempts().len(), 2);
}

#[test]
fn the_last_source_that_closes_in_a_callback_closes_the_connection_at_once() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let source = shared();
    let (handle, pen, same_server) = (source.clone(), journal.clone(), server.clone());
    let _closes = source.on("price", move |_: Event<Text>| {
        handle.close();
        pen.write(same_server.listened_names().len());
    });
    server.send_text("price", "1");
    assert_eq!(journal.take(), ["0"]);
    assert_eq!(server.connections(), 0);
    assert_eq!(source.closed().now_or_never(), Some(CloseReason::Requested));
}

#[test]
fn the_policy_closes_all_sources_of_a_connection() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let open = || shared_with(Policy::browser().close_after_losses(2));
    let (first, second) = (open(), open());
    let _states = [
        note_states(&first, &journal, "first"),
        note_states(&second, &journal, "second"),
    ];
    let _errors = [&first, &second].map(|source| {
        let pen = journal.clone();
        source.on_error(move |error| pen.write(error))
    });
    server.open();
    server.lose();
    server.lose();
    let lost = "the connection to /prices was lost";
    let limit = "gave up after 2 consecutive failures";
    assert_eq!(
        journal.take(),
        [
            "first open",
            "second open",
            lost,
            lost,
            "first waiting for attempt 1",
            "second waiting for attempt 1",
            lost,
            lost,
            limit,
            "first closed: gave up after 2 consecutive failures",
            limit,
            "second closed: gave up after 2 consecutive failures",
        ]
    );
    assert_eq!(first.state(), second.state());
    assert!(server.clock().reports().is_empty());
    assert_eq!(server.connections(), 0);
}

#[test]
fn a_source_that_joins_an_open_connection_reports_it_in_a_separate_task() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let _first = shared();
    server.open();
    let second = shared();
    assert!(matches!(second.state(), State::Open { .. }));
    let _states = note_states(&second, &journal, "second");
    assert!(journal.take().is_empty());
    server.clock().advance(Duration::ZERO);
    server.clock().advance(seconds(1));
    assert_eq!(journal.take(), ["second open"]);
    // It is reported before the first event, if that comes sooner.
    let third = shared();
    let _states = note_states(&third, &journal, "third");
    let _events = third.on("price", journal.events("third")).unwrap();
    server.send_text("price", "1");
    server.clock().advance(seconds(1));
    assert_eq!(journal.take(), ["third open", "third 1"]);
}

#[test]
fn a_source_that_joins_while_the_connection_waits_is_in_that_state() {
    let server = FakeServer::new();
    let first = shared();
    let _errors = first.on_error(|_| {});
    server.fail(503);
    let second = shared();
    assert_eq!(second.state(), first.state());
    assert!(matches!(second.state(), State::Waiting { attempt: 1, .. }));
    server.clock().advance(seconds(1));
    assert_eq!(second.state(), State::Connecting);
}

#[test]
fn decode_errors_reach_only_the_source_that_decodes_and_count_only_for_it() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let open = || shared_with(Policy::resilient().close_after_decode_errors(2));
    let (numbers, texts) = (open(), open());
    let _numbers = numbers.on("price", |_: Event<u8>| {}).unwrap();
    let _texts = texts.on("price", journal.events("text")).unwrap();
    let _errors = [(&numbers, "number"), (&texts, "text")].map(|(source, label)| {
        let pen = journal.clone();
        source.on_error(move |error| {
            pen.write(format!("{label}: {}", matches!(error, Error::Decode(_))))
        })
    });
    server.send_text("price", "x");
    server.send_text("price", "y");
    assert_eq!(
        journal.take(),
        [
            "number: true",
            "text x",
            "number: true",
            "number: false",
            "text y"
        ]
    );
    assert!(numbers.state().is_closed());
    assert!(matches!(texts.state(), State::Open { .. }));
    server.send_text("price", "z");
    assert_eq!(journal.take(), ["text z"]);
}

#[test]
fn an_error_of_the_connection_goes_to_the_console_if_no_source_listens_to_errors() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let (first, second) = (shared(), shared());
    server.fail(503);
    assert_eq!(server.clock().reports().len(), 1);
    server.clock().advance(seconds(1));
    let pen = journal.clone();
    let _errors = second.on_error(move |error| pen.write(error));
    server.fail(503);
    assert_eq!(server.clock().reports().len(), 1);
    assert_eq!(journal.take().len(), 1);
    drop(first);
}

#[test]
fn the_error_that_ends_a_connection_goes_to_the_console_once_if_no_source_listens() {
    let server = FakeServer::new();
    let open = || EventSource::builder("/prices").shared(true).open().unwrap();
    let sources = [(); 3].map(|()| open());
    server.fail(503);
    assert!(sources.iter().all(|source| source.state().is_closed()));
    assert_eq!(server.clock().reports().len(), 1);
    let (silent, listening) = (open(), open());
    let journal = Journal::default();
    let pen = journal.clone();
    let _errors = listening.on_error(move |error| pen.write(error));
    server.fail(503);
    assert!(silent.state().is_closed() && listening.state().is_closed());
    assert_eq!(journal.take().len(), 1);
    assert_eq!(server.clock().reports().len(), 1);
}

#[test]
fn the_error_that_closes_only_one_source_goes_to_the_console() {
    let server = FakeServer::new();
    let policy = Policy::resilient().close_after_decode_errors(1);
    let open = || prices().policy(policy.clone()).shared(true).open().unwrap();
    let (numbers, other) = (open(), open());
    let _errors = other.on_error(|_| {});
    let _numbers = numbers.on("price", |_: Event<u8>| {}).unwrap();
    server.send_text("price", "x");
    assert!(numbers.state().is_closed());
    assert!(matches!(other.state(), State::Open { .. }));
    assert_eq!(server.clock().reports().len(), 1);
}

#[test]
fn sources_of_different_fake_servers_share_nothing() {
    let former = FakeServer::new();
    let _first = shared();
    let latter = FakeServer::new();
    let _second = shared();
    assert_eq!((former.connections(), latter.connections()), (1, 1));
    drop(latter);
    let _third = shared();
    assert_eq!(former.attempts().len(), 1, "it joins the first one");
}

#[test]
fn a_rule_is_asked_by_the_connection_once_and_by_each_source_about_its_decode_errors() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let pen = journal.clone();
    let policy = Policy::resilient().rule(move |context| {
        pen.write(format!("{} {}", context.failures, context.decode_errors));
        crate::Decision::AsProposed
    });
    let builder = prices().policy(policy).shared(true);
    let sources = [builder.clone(), builder].map(|builder| builder.open().unwrap());
    let _errors = sources.each_ref().map(|source| source.on_error(|_| {}));
    server.fail(503);
    assert_eq!(journal.take(), ["1 0"]);
    server.clock().advance(seconds(1));
    let _numbers = sources[0].on("price", |_: Event<u8>| {}).unwrap();
    server.send_text("price", "x");
    assert_eq!(journal.take(), ["0 1"]);
}

#[test]
fn all_sources_report_a_gap_and_know_the_last_event_id() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let (first, second) = (shared(), shared());
    let _gaps = [(&first, "first"), (&second, "second")].map(|(source, label)| {
        let pen = journal.clone();
        source.on_gap(move |gap| pen.write(format!("{label} gap {}", gap.missed)))
    });
    let _errors = first.on_error(|_| {});
    let _events = first.on("price", journal.events("first")).unwrap();
    server.send_with_id("price", "a", "1");
    assert_eq!(second.last_event_id(), "1");
    server.lose();
    server.open();
    server.send_with_id("price", "b", "4");
    assert_eq!(
        journal.take(),
        ["first a", "first gap 2", "second gap 2", "first b"]
    );
    second.close();
    assert_eq!(second.last_event_id(), "4");
}

#[test]
fn a_callback_that_panics_silences_no_other_source() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let (first, second) = (shared(), shared());
    let _panics = first
        .on("price", |_: Event<Text>| panic!("on purpose"))
        .unwrap();
    let _first = first.on("price", journal.events("first")).unwrap();
    let _second = second.on("price", journal.events("second")).unwrap();
    let send = std::panic::AssertUnwindSafe(|| server.send_text("price", "1"));
    assert!(std::panic::catch_unwind(send).is_err());
    server.send_text("price", "2");
    let all = ["first 1", "second 1", "first 2", "second 2"];
    assert_eq!(journal.take(), all);
}

fn reopen_after_bad_data(context: &FailureContext<'_>) -> Decision {
    match context.error {
        Error::Decode(_) => Decision::Reopen { after: seconds(1) },
        _ => Decision::AsProposed,
    }
}

#[test]
fn a_source_whose_rule_reopens_leaves_the_connection_and_joins_again() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let builder = prices()
        .policy(Policy::resilient().rule(reopen_after_bad_data))
        .shared(true);
    let (numbers, texts) = (builder.clone().open().unwrap(), builder.open().unwrap());
    let _states = [
        note_states(&numbers, &journal, "numbers"),
        note_states(&texts, &journal, "texts"),
    ];
    let pen = journal.clone();
    let _numbers = numbers
        .on("price", move |price: Event<u32>| pen.write(price.data))
        .unwrap();
    let _texts = texts.on("price", journal.events("text")).unwrap();
    let _errors = numbers.on_error(|_| {});
    server.open();
    server.send_text("price", "x");
    server.send_text("price", "1");
    server.clock().advance(seconds(1));
    server.send_text("price", "2");
    assert_eq!(
        journal.take(),
        [
            "numbers open",
            "texts open",
            "numbers waiting 1s for attempt 1",
            "text x",
            "text 1",
            "numbers connecting",
            "numbers open",
            "text 2",
            "2",
        ]
    );
    assert_eq!(server.attempts().len(), 1);
    drop((numbers, _numbers, _states, texts, _texts, _errors));
    assert_eq!(server.connections(), 0);
}

#[test]
fn a_source_that_joins_again_alone_continues_after_its_last_event_and_reports_gaps() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let builder = prices().policy(Policy::resilient().rule(reopen_after_bad_data));
    let source = builder
        .resume_parameter("from")
        .shared(true)
        .open()
        .unwrap();
    let pen = journal.clone();
    let _gaps = source.on_gap(move |gap| pen.write(format!("{} to {}", gap.after, gap.before)));
    let _numbers = source.on("price", |_: Event<u32>| {}).unwrap();
    let _errors = source.on_error(|_| {});
    let _states = note_states(&source, &journal, "it is");
    server.open();
    server.send_with_id("price", "x", "3");
    assert_eq!(server.connections(), 0, "it has left");
    server.clock().advance(seconds(1));
    assert_eq!(resumed_from(&server), ["", "3"]);
    assert_eq!(source.last_event_id(), "3");
    server.open();
    server.send_with_id("price", "9", "9");
    let expected = [
        "it is open",
        "it is waiting 1s for attempt 1",
        "it is connecting",
        "it is open",
        "3 to 9",
    ];
    assert_eq!(journal.take(), expected);
}

#[test]
fn a_failure_event_closes_all_sources_and_each_is_told_once() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let open = || prices().failure_event("error").open().unwrap();
    let sources = [open(), open()];
    let listeners = sources.each_ref().map(|source| {
        let journal = journal.clone();
        source.on_error(move |error| journal.write(error))
    });
    server.send_text("error", "overloaded");
    let told = journal.take();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told.iter().all(|line| line.contains("overloaded")));
    let is_failure = |source: &EventSource| {
        matches!(
            source.state(),
            State::Closed(CloseReason::Policy(Error::FailureEvent { .. }))
        )
    };
    assert!(sources.iter().all(is_failure));
    assert_eq!(server.connections(), 0);
    drop(listeners);
}
