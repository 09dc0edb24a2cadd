//! The seconds until the next attempt.

use super::*;
use crate::{Backoff, Listener};

/// A policy whose first wait is this long.
fn waiting(first: Duration) -> Policy {
    Policy::resilient().backoff(Backoff::new().initial(first))
}

fn count(source: &EventSource, journal: &Journal) -> Listener {
    let pen = journal.clone();
    source.on_countdown(move |seconds| {
        pen.write(seconds.map_or_else(|| "over".into(), |seconds| seconds.to_string()));
    })
}

fn millis(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

#[test]
fn each_second_of_a_wait_is_counted_and_then_its_end() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let source = source(&server, waiting(millis(2500)));
    let _errors = source.on_error(|_| {});
    let _countdown = count(&source, &journal);
    server.fail(503);
    assert_eq!(journal.take(), ["3"]);
    server.clock().advance(millis(499));
    assert_eq!(journal.take(), [""; 0]);
    server.clock().advance(millis(1));
    assert_eq!(journal.take(), ["2"]);
    server.clock().advance(millis(2000));
    assert_eq!(journal.take(), ["1", "over"]);
}

#[test]
fn a_wait_that_is_cut_short_ends_the_count() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let source = source(&server, waiting(millis(9000)));
    let _errors = source.on_error(|_| {});
    let _countdown = count(&source, &journal);
    server.fail(503);
    server.clock().go_online();
    assert_eq!(journal.take(), ["9", "over"]);
    server.fail(503);
    source.close();
    assert_eq!(journal.take(), ["18", "over"]);
    server.clock().advance(Duration::from_secs(60));
    assert_eq!(journal.take(), [""; 0]);
}

#[test]
fn a_count_may_end_itself_and_then_has_no_timer() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let source = source(&server, waiting(millis(9000)));
    let _errors = source.on_error(|_| {});
    let own = Rc::new(RefCell::new(None::<Listener>));
    let countdown = {
        let (own, pen) = (Rc::clone(&own), journal.clone());
        source.on_countdown(move |_| {
            pen.write("once");
            drop(own.take());
        })
    };
    own.replace(Some(countdown));
    server.fail(503);
    let timers = server.clock().timers();
    server.clock().advance(millis(8000));
    assert_eq!(journal.take(), ["once"]);
    assert_eq!(
        (timers, server.clock().timers()),
        (1, 1),
        "that of the wait"
    );
}

#[test]
fn a_callback_that_is_added_in_the_middle_of_a_wait_hears_what_is_left_of_it() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let shared = || {
        let builder = EventSource::builder(URL).policy(waiting(millis(9000)));
        builder.shared(true).open().unwrap()
    };
    let first = shared();
    let _errors = first.on_error(|_| {});
    server.fail(503);
    server.clock().advance(millis(4000));
    let joined = shared();
    let _countdown = count(&joined, &journal);
    assert_eq!(journal.take(), [""; 0]);
    server.clock().advance(millis(1000));
    assert_eq!(journal.take(), ["5", "4"]);
}

#[test]
fn nothing_is_counted_if_the_browser_reconnects() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let source = source(&server, Policy::browser());
    let _errors = source.on_error(|_| {});
    let _countdown = count(&source, &journal);
    server.open();
    server.lose();
    server.clock().advance(Duration::from_secs(10));
    server.open();
    assert_eq!(journal.take(), [""; 0]);
}

#[test]
fn a_countdown_keeps_its_source_open_and_a_closed_source_counts_nothing() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let countdown = count(&source(&server, Policy::resilient()), &journal);
    assert_eq!(server.connections(), 1);
    drop(countdown);
    assert_eq!(server.connections(), 0);
    let closed = source(&server, Policy::resilient());
    closed.close();
    let _countdown = count(&closed, &journal);
    server.clock().advance(Duration::from_secs(10));
    assert_eq!(journal.take(), [""; 0]);
}

#[test]
fn the_end_of_a_count_is_told_after_the_number_at_which_the_callback_closes_the_source() {
    // The first number comes with the state, the others come from a timer.
    for closes_at in [3, 2] {
        let (server, journal) = (FakeServer::new(), Journal::default());
        let source = source(&server, waiting(millis(3000)));
        let _errors = source.on_error(|_| {});
        let _states = source.on_state({
            let pen = journal.clone();
            move |state| pen.write(state)
        });
        let _countdown = source.on_countdown({
            let (handle, pen) = (source.clone(), journal.clone());
            move |seconds| {
                pen.write(format!("{seconds:?}"));
                if seconds == Some(closes_at) {
                    handle.close();
                    pen.write("after the close");
                }
            }
        });
        server.fail(503);
        server.clock().advance(millis(1000));
        let heard = journal.take();
        let expected = ["after the close", "closed by the application", "None"].map(str::to_owned);
        assert!(heard.ends_with(&expected), "{heard:?}");
    }
}

#[test]
fn a_callback_that_ends_its_count_after_it_has_closed_the_source_is_not_called_again() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let source = source(&server, waiting(millis(3000)));
    let _errors = source.on_error(|_| {});
    let own = Rc::new(RefCell::new(None::<Listener>));
    own.replace(Some(source.on_countdown({
        let (own, handle, pen) = (Rc::clone(&own), source.clone(), journal.clone());
        move |seconds| {
            pen.write(format!("{seconds:?}"));
            if seconds == Some(2) {
                handle.close();
                drop(own.take());
            }
        }
    })));
    server.fail(503);
    server.clock().advance(millis(9000));
    assert_eq!(journal.take(), ["Some(3)", "Some(2)"]);
}

#[test]
fn a_source_that_has_closed_drops_the_callback_of_a_countdown_that_is_still_held() {
    let (server, captured) = (FakeServer::new(), Rc::new(()));
    let source = source(&server, waiting(millis(3000)));
    let _errors = source.on_error(|_| {});
    let owned = Rc::clone(&captured);
    let _countdown = source.on_countdown(move |_| assert!(Rc::strong_count(&owned) > 1));
    server.fail(503);
    source.close();
    assert_eq!(Rc::strong_count(&captured), 1);
    assert_eq!(server.clock().timers(), 0);
}

#[test]
fn a_countdown_that_panics_is_not_called_again_and_the_source_goes_on() {
    // The first number comes with the state, the others come from a timer.
    for panics_at in [3, 2] {
        let (server, journal) = (FakeServer::new(), Journal::default());
        let source = source(&server, waiting(millis(3000)));
        let _errors = source.on_error(|_| {});
        let _countdown = source.on_countdown({
            let pen = journal.clone();
            move |seconds| {
                pen.write(format!("{seconds:?}"));
                assert!(seconds != Some(panics_at), "on purpose");
            }
        });
        let other = count(&source, &journal);
        let wait = std::panic::AssertUnwindSafe(|| {
            server.fail(503);
            server.clock().advance(millis(1000));
        });
        assert!(std::panic::catch_unwind(wait).is_err());
        let last = format!("Some({panics_at})");
        assert!(journal.take().contains(&last));
        server.clock().advance(millis(3000));
        server.fail(503);
        let heard = journal.take();
        let others = heard.iter().filter(|line| !line.contains("Some"));
        assert_eq!(others.count(), heard.len(), "{heard:?}");
        assert!(heard.contains(&"over".to_owned()), "{heard:?}");
        drop(other);
        assert_eq!(server.clock().timers(), 1, "that of the wait");
    }
}
