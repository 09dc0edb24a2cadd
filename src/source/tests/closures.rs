//! A builder that is made once more has new closures, and sets up the same source.

use super::*;
use crate::Decision;

/// A builder whose rule always decides the same.
fn deciding(decision: Decision) -> EventSourceBuilder {
    let policy = Policy::resilient().rule(move |_| decision);
    EventSource::builder(URL).policy(policy)
}

#[test]
fn a_source_calls_the_rule_that_its_builder_has_adopted_last() {
    let server = FakeServer::new();
    let first = deciding(Decision::Close);
    let source = first.clone().open().unwrap();
    let _errors = source.on_error(|_| {});
    assert!(first.adopt_closures(&deciding(Decision::AsProposed)));
    server.fail(503);
    assert!(!source.state().is_closed());
    server.clock().advance(seconds(1));
    assert_eq!(server.attempts().len(), 2);
    assert!(first.adopt_closures(&deciding(Decision::Close)));
    server.fail(503);
    assert!(source.state().is_closed());
}

#[test]
fn builders_that_differ_in_more_than_their_closures_set_up_other_sources() {
    let first = deciding(Decision::Close);
    let others = [
        EventSource::builder(URL).policy(Policy::resilient()),
        EventSource::builder("/other").policy(Policy::resilient().rule(|_| Decision::Close)),
        EventSource::builder(URL).policy(Policy::browser().rule(|_| Decision::Close)),
        deciding(Decision::Close).deduplicate(1),
    ];
    for other in others {
        assert!(!first.adopt_closures(&other), "{other:?}");
        assert!(!other.adopt_closures(&first), "{other:?}");
    }
    assert!(format!("{first:?}").contains("SharedClosure"), "{first:?}");
    let plain = || EventSource::builder(URL).policy(Policy::resilient());
    assert!(plain().adopt_closures(&plain()));
}

#[cfg(feature = "fetch")]
#[test]
fn fresh_headers_and_accept_are_closures_and_the_rest_of_a_request_is_not() {
    use crate::Fetch;
    let fresh = |fetch: Fetch| {
        let fetch = fetch.fresh_headers(|| async { Ok(Vec::new()) });
        EventSource::builder(URL).fetch(fetch.accept(|_| true))
    };
    let first = fresh(Fetch::new());
    assert!(first.adopt_closures(&fresh(Fetch::new())));
    for other in [
        fresh(Fetch::post()),
        fresh(Fetch::new().header("X-A", "1")),
        EventSource::builder(URL).fetch(Fetch::new()),
        EventSource::builder(URL).fetch(Fetch::new().accept(|_| true)),
        EventSource::builder(URL),
    ] {
        assert!(!first.adopt_closures(&other), "{other:?}");
        assert!(!other.adopt_closures(&first), "{other:?}");
    }
}

#[cfg(feature = "fetch")]
#[test]
fn a_source_has_responses_accepted_by_the_closure_that_its_builder_has_adopted_last() {
    use crate::{Fetch, State};
    let accepting = |status| {
        EventSource::builder(URL).fetch(Fetch::new().accept(move |r| r.status() == status))
    };
    let (server, first) = (FakeServer::new(), accepting(201));
    let source = first.clone().open().unwrap();
    assert!(first.adopt_closures(&accepting(202)));
    server.fail(202);
    assert!(matches!(source.state(), State::Open { .. }));
}

#[test]
fn a_closure_that_is_replaced_is_dropped_and_may_open_a_source_then() {
    struct OpensWhenDropped(Journal);
    impl Drop for OpensWhenDropped {
        fn drop(&mut self) {
            let _source = EventSource::open(URL);
            self.0.write("dropped");
        }
    }
    let (_server, journal) = (FakeServer::new(), Journal::default());
    let witness = OpensWhenDropped(journal.clone());
    let first = EventSource::builder(URL).policy(Policy::resilient().rule(move |_| {
        let _witness = &witness;
        Decision::Close
    }));
    assert!(first.adopt_closures(&deciding(Decision::Close)));
    assert_eq!(journal.take(), ["dropped"]);
}
