//! A source whose page opens too many.

use super::*;

fn pass(bench: &mut Bench, time: Span) -> Vec<Output> {
    bench.advance(time);
    bench.handle(Input::Timeout { late: Span::ZERO })
}

#[test]
fn a_source_that_has_to_wait_connects_afterwards_and_is_connecting_meanwhile() {
    let mut bench = Bench::with(Options::new(Transport::Fetch));
    assert_eq!(bench.handle(Input::Postponed(seconds(1))), []);
    assert_eq!(bench.session.state(), State::Connecting);
    assert_eq!(pass(&mut bench, seconds(1)), [Output::Connect]);
    assert_eq!(bench.handle(Input::Postponed(seconds(1))), []);
    assert_eq!(pass(&mut bench, seconds(1)), [Output::Connect]);
    assert_eq!(bench.handle(Input::Opened), [Output::State(State::Open)]);
}

#[test]
fn the_time_limit_of_opening_begins_with_the_attempt() {
    let mut bench = Bench::with(Options {
        policy: Box::new(Policy {
            on_slow_open: Some(TimeLimit {
                after: seconds(2),
                then: LimitAction::Close,
            }),
            ..Policy::browser()
        }),
        ..Options::new(Transport::Fetch)
    });
    bench.handle(Input::Postponed(seconds(10)));
    assert_eq!(pass(&mut bench, seconds(10)), [Output::Connect]);
    assert_eq!(pass(&mut bench, seconds(1)), []);
    let closed = closed_by(Failure::OpenTimeout, None);
    assert_eq!(pass(&mut bench, seconds(1)), [closed]);
}

#[test]
fn a_source_that_closes_while_it_has_to_wait_never_connects() {
    let mut bench = Bench::with(Options::new(Transport::Fetch));
    bench.handle(Input::Postponed(seconds(1)));
    bench.handle(Input::Close(CloseReason::Requested));
    assert_eq!(bench.session.next_timeout(), None);
}
