//! The deadlines of a session. Its outputs do not depend on how often it gets a timeout.

use proptest::{collection::vec, prelude::*};

use super::{space::*, *};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn a_timer_that_fires_too_early_or_too_often_does_no_harm(
        setup in any_setup(),
        happenings in vec((any_happening(), 0usize..3), 0..60),
    ) {
        let (mut once, mut often) = (setup.start(), setup.start());
        for (happening, extra) in happenings {
            let expected = once.play(&happening);
            // The session that is called more often may check for a sleep later.
            let happening = match happening {
                Happening::Deadline | Happening::Time(_) => Happening::Time(once.now.since(often.now)),
                other => other,
            };
            prop_assert_eq!(often.play(&happening), expected);
            for _ in 0..extra {
                if often.session.next_timeout().is_none_or(|at| at > often.now) {
                    prop_assert_eq!(often.handle(Input::Timeout { late: Span::ZERO }), []);
                }
            }
            prop_assert_eq!(often.session.state(), once.session.state());
        }
    }
}

#[test]
fn each_kind_of_deadline_is_the_next_timeout_and_acts_when_it_comes() {
    let mut waiting = TestSession::new(Policy::browser());
    waiting.open().hang_up();
    assert_eq!(waiting.next_timeout(), Some(seconds(3)));
    assert_eq!(waiting.next_deadline(), Outcome::Connect);

    let mut opening = TestSession::new(Policy {
        on_slow_open: limit(seconds(30), LimitAction::Reopen),
        ..Policy::browser()
    });
    assert_eq!(opening.next_timeout(), Some(seconds(30)));
    assert!(matches!(opening.next_deadline(), Outcome::Reopen { .. }));

    let mut idle = TestSession::new(closing_when_idle_for(seconds(5)));
    assert_eq!(idle.open().next_timeout(), Some(seconds(5)));
    assert!(matches!(idle.next_deadline(), Outcome::Close { .. }));

    let mut healthy = TestSession::new(Policy::browser());
    healthy.open().hang_up();
    healthy.open();
    assert_eq!(healthy.next_timeout(), Some(seconds(3 + 5)));
    assert_eq!(healthy.next_deadline(), Outcome::Nothing);
    assert_eq!(healthy.session.failures, 0);

    let mut down = TestSession::new(Policy {
        close_when_down_for: Some(seconds(7)),
        ..Policy::browser()
    });
    assert_eq!(down.next_timeout(), Some(seconds(7)));
    assert!(matches!(down.next_deadline(), Outcome::Close { .. }));

    let mut sleeping = TestSession::new(Policy::resilient());
    assert_eq!(sleeping.open().next_timeout(), Some(seconds(30)));
    assert_eq!(sleeping.next_deadline(), Outcome::Nothing);
    assert_eq!(sleeping.next_timeout(), Some(seconds(60)));
}

#[test]
fn a_clock_that_goes_back_does_no_harm() {
    let mut source = TestSession::new(Policy {
        close_when_down_for: Some(seconds(7)),
        ..Policy::resilient()
    });
    source.advance(seconds(5)).open();
    source.now = Timestamp::default();
    assert_eq!(expect_wait(source.hang_up()), milliseconds(500));
    assert_eq!(source.next_deadline(), Outcome::Connect);
}

#[test]
fn a_limit_of_zero_time_leaves_time_between_two_failures() {
    let mut source = TestSession::with_rule(
        Policy {
            on_idle: limit(Span::ZERO, LimitAction::Reopen),
            ..Policy::browser()
        },
        |_| Decision::KeepWaiting,
    );
    source.open();
    for _ in 0..3 {
        let before = source.since_start();
        source.next_deadline();
        assert!(source.since_start() > before);
    }
}

#[test]
fn a_session_knows_the_time_limit_of_a_failure() {
    let limit = |seconds_after| {
        Some(TimeLimit {
            after: seconds(seconds_after),
            then: LimitAction::Close,
        })
    };
    let policy = Policy {
        on_slow_open: limit(30),
        on_idle: limit(45),
        ..Policy::browser()
    };
    let mut slow = TestSession::new(policy.clone());
    let mut silent = TestSession::new(policy.clone());
    silent.open();
    let mut down = TestSession::new(Policy {
        close_when_down_for: Some(seconds(10)),
        ..policy
    });
    for (source, failure, time) in [
        (&mut slow, Failure::OpenTimeout, 30),
        (&mut silent, Failure::Idle, 45),
        (&mut down, Failure::OpenTimeout, 10),
    ] {
        assert!(
            matches!(source.next_deadline(), Outcome::Close { failure: of, .. } if of == failure)
        );
        assert_eq!(source.session.time_limit(), seconds(time));
    }
}
