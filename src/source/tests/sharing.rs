//! Sources that are shared.

use super::*;
use crate::CloseReason;

fn prices() -> crate::EventSourceBuilder {
    EventSource::builder("/prices").policy(Policy::resilient())
}

#[test]
fn equal_builders_share_one_connection_until_the_last_of_all_goes() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let chart = prices().shared(true).open().unwrap();
    let table = prices().shared(true).open().unwrap();
    let _chart = chart.on("price", journal.events("chart")).unwrap();
    let listener = table.on("price", journal.events("table")).unwrap();
    server.send_text("price", "1");
    assert_eq!(journal.take(), ["chart 1", "table 1"]);
    assert_eq!(server.attempts().len(), 1);
    drop((table, listener));
    assert_eq!(server.connections(), 1);
    drop((chart, _chart));
    assert_eq!(server.connections(), 0);
    let _again = prices().shared(true).open().unwrap();
    assert_eq!(server.attempts().len(), 2);
}

#[test]
fn builders_that_differ_share_nothing() {
    let server = FakeServer::new();
    let rule = |situation: &crate::Situation<'_>| situation.proposed;
    let ruled = prices().policy(Policy::resilient().rule(rule));
    let different = [
        prices(),
        EventSource::builder("/scores").policy(Policy::resilient()),
        EventSource::builder("/prices"),
        prices().with_credentials(true),
        prices().queue(Queue::keep_latest(1)),
        prices().deduplicate(1),
        prices().resume_parameter("id"),
        prices().terminal_event("bye"),
        prices().terminal_data("[DONE]"),
        prices().policy(Policy::resilient().rule(rule)),
        ruled.clone(),
    ];
    let sources = different.map(|builder| builder.shared(true).open().unwrap());
    assert_eq!(server.connections(), sources.len());
    let _same_rule = ruled.shared(true).open().unwrap();
    assert_eq!(server.connections(), sources.len());
}

#[test]
fn one_that_was_opened_by_itself_is_not_shared() {
    let server = FakeServer::new();
    let _alone = prices().open().unwrap();
    let _shared = prices().shared(true).open().unwrap();
    assert_eq!(server.connections(), 2);
}

#[test]
fn what_a_rule_has_captured_goes_with_the_source() {
    let _server = FakeServer::new();
    let captured = Rc::new(());
    let kept = Rc::clone(&captured);
    let rule = move |situation: &crate::Situation<'_>| {
        let _ = &kept;
        situation.proposed
    };
    let source = prices()
        .policy(Policy::resilient().rule(rule))
        .shared(true)
        .open();
    drop(source);
    assert_eq!(Rc::strong_count(&captured), 1);
}

#[test]
fn closing_closes_for_all_and_the_next_one_opens_anew() {
    let server = FakeServer::new();
    let (first, second) = (
        prices().shared(true).open().unwrap(),
        prices().shared(true).open().unwrap(),
    );
    first.close();
    assert!(matches!(
        second.state(),
        crate::State::Closed(CloseReason::Requested)
    ));
    let third = prices().shared(true).open().unwrap();
    assert!(!third.state().is_closed());
    assert_eq!(server.attempts().len(), 2);
}
