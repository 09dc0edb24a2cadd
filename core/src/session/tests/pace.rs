//! Sources that are held back, since a full queue waits.

use std::vec;

use super::*;

#[test]
fn a_source_that_is_held_back_is_not_silent() {
    let mut source = TestSession::new(closing_when_idle_for(seconds(5)));
    source.open().advance(seconds(4));
    assert_eq!(source.handle(Input::HeldBack), []);
    assert_eq!(source.next_timeout(), None);
    assert_eq!(source.advance(seconds(3600)).timeout(), Outcome::Nothing);
    assert_eq!(source.handle(Input::ReadOn), []);
    assert_eq!(source.next_timeout(), Some(seconds(4 + 3600 + 5)));
    let idle = Outcome::Close {
        failure: Failure::Idle,
        limit: None,
    };
    assert_eq!(source.next_deadline(), idle);
}

#[test]
fn a_source_that_opens_again_while_it_is_held_back_is_not_silent() {
    let mut source = TestSession::new(closing_when_idle_for(seconds(5)));
    source.open().handle(Input::HeldBack);
    source.hang_up();
    source.open();
    // This is the deadline of `healthy_after`. Silence has none.
    assert_eq!(source.next_deadline(), Outcome::Nothing);
    assert_eq!(source.next_timeout(), None);
}

#[test]
fn a_slow_opening_is_reported_once_even_if_the_reading_goes_on_meanwhile() {
    let mut source = TestSession::new(Policy {
        on_slow_open: limit(seconds(30), LimitAction::KeepWaiting),
        ..closing_when_idle_for(seconds(5))
    });
    source.handle(Input::HeldBack);
    let told = Outcome::KeepWaiting(Failure::OpenTimeout);
    assert_eq!(source.next_deadline(), told);
    source.handle(Input::ReadOn);
    assert_eq!(source.next_timeout(), None);
}

#[test]
fn a_source_that_is_held_back_closes_and_reopens_like_any_other() {
    let mut source = TestSession::new(Policy::resilient());
    source.open().handle(Input::HeldBack);
    source.session.note_last_event_id("7");
    assert!(matches!(
        source.online(),
        Outcome::Reopen {
            failure: Failure::Suspended,
            ..
        }
    ));
    assert_eq!(source.session.last_event_id(), "7");
    let closed = source.handle(Input::Close(CloseReason::Requested));
    assert_eq!(closed, vec![Output::Closed(CloseReason::Requested)]);
    assert_eq!(source.handle(Input::ReadOn), []);
}
