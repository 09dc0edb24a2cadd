//! Sources whose attempts are postponed, since a page opens too many sources of one URL.

use super::*;

fn pass(source: &mut TestSession, time: Span) -> Vec<Output> {
    source.advance(time);
    source.handle(Input::Timeout { late: Span::ZERO })
}

#[test]
fn a_source_whose_attempt_is_postponed_stays_connecting_and_connects_after_the_wait() {
    let mut source = TestSession::with_options(Options::new(Transport::Fetch));
    assert_eq!(source.handle(Input::Postponed(seconds(1))), []);
    assert_eq!(source.session.state(), State::Connecting);
    assert_eq!(pass(&mut source, seconds(1)), [Output::Connect]);
    assert_eq!(source.handle(Input::Postponed(seconds(1))), []);
    assert_eq!(pass(&mut source, seconds(1)), [Output::Connect]);
    assert_eq!(source.handle(Input::Opened), [Output::State(State::Open)]);
}

#[test]
fn the_limit_on_opening_starts_with_the_attempt() {
    let mut source = TestSession::with_options(Options {
        policy: Box::new(Policy {
            on_slow_open: Some(TimeLimit {
                after: seconds(2),
                then: LimitAction::Close,
            }),
            ..Policy::browser()
        }),
        ..Options::new(Transport::Fetch)
    });
    source.handle(Input::Postponed(seconds(10)));
    assert_eq!(pass(&mut source, seconds(10)), [Output::Connect]);
    assert_eq!(pass(&mut source, seconds(1)), []);
    let closed = closed_by(Failure::OpenTimeout, None);
    assert_eq!(pass(&mut source, seconds(1)), [closed]);
}

#[test]
fn a_source_that_closes_while_its_attempt_is_postponed_never_connects() {
    let mut source = TestSession::with_options(Options::new(Transport::Fetch));
    source.handle(Input::Postponed(seconds(1)));
    source.handle(Input::Close(CloseReason::Requested));
    assert_eq!(source.session.next_timeout(), None);
}
