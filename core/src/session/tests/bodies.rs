//! What the end of a response means, and which requests are made again.

use core::slice;

use super::*;

const CUT: Input<'static> = Input::BodyEnded {
    is_whole: true,
    unfinished: Unfinished::Event,
};

/// With a request that may be made once, and that the user says this of.
fn once_with(end_of_body: Option<EndOfBody>, has_terminal: bool) -> Bench {
    Bench::with(Options {
        is_repeatable: false,
        end_of_body,
        has_terminal,
        ..Options::new(Transport::Fetch)
    })
}

/// With a request that may be made again, and that the user says this of.
fn repeatable_with(end_of_body: EndOfBody) -> Bench {
    Bench::with(Options {
        end_of_body: Some(end_of_body),
        ..Options::new(Transport::Fetch)
    })
}

fn reconnects_after(failure: Failure) -> [Output; 3] {
    [
        Output::Disconnect,
        report(failure, Some(1)),
        waiting(1, seconds(3)),
    ]
}

fn resent(refused: bool) -> Policy {
    Policy {
        resend: !refused,
        resend_refused: refused,
        ..Policy::resilient()
    }
}

#[test]
fn the_end_of_a_response_to_a_request_that_is_made_once_is_the_end() {
    let mut bench = Bench::once(Policy::resilient());
    assert_eq!(bench.open().handle(BODY_ENDED), [FINISHED]);
}

#[test]
fn the_end_of_any_other_response_is_a_loss() {
    let closed = closed_by(Failure::Told, None);
    let mut with_terminal = once_with(None, true);
    assert_eq!(with_terminal.open().handle(BODY_ENDED), [closed]);
    let mut resending = Bench::once(Policy {
        resend: true,
        ..Policy::browser()
    });
    for bench in [&mut resending, &mut Bench::new(Policy::browser())] {
        let expected = reconnects_after(Failure::Told);
        assert_eq!(bench.open().handle(BODY_ENDED), expected);
    }
}

#[test]
fn the_end_of_a_response_is_no_finish_where_the_server_said_how_to_go_on() {
    let closed = closed_by(Failure::Told, None);
    let mut with_retry = once_with(None, false);
    with_retry.open().handle(Input::Retry(seconds(1)));
    assert_eq!(with_retry.handle(BODY_ENDED), slice::from_ref(&closed));
    let mut with_id = once_with(None, false);
    with_id.open().handle(Input::Unlistened {
        is_event: false,
        last_event_id: Some("7"),
    });
    assert_eq!(with_id.handle(BODY_ENDED), [closed]);
    let mut told_to_finish = once_with(Some(EndOfBody::Finished), false);
    told_to_finish.open().handle(Input::Retry(seconds(1)));
    assert_eq!(told_to_finish.handle(BODY_ENDED), [FINISHED]);
}

#[test]
fn the_user_says_what_the_end_of_a_response_means() {
    let mut finishing = repeatable_with(EndOfBody::Finished);
    assert_eq!(finishing.open().handle(BODY_ENDED), [FINISHED]);
    let mut with_terminal = once_with(Some(EndOfBody::Finished), true);
    assert_eq!(with_terminal.open().handle(BODY_ENDED), [FINISHED]);
    for mut bench in [
        repeatable_with(EndOfBody::Reconnect),
        once_with(Some(EndOfBody::Reconnect), false),
    ] {
        let expected = reconnects_after(Failure::Told);
        assert_eq!(bench.open().handle(BODY_ENDED), expected);
    }
}

#[test]
fn a_request_that_is_made_again_at_the_end_of_a_response_is_not_made_again_after_a_cut() {
    let is_whole = false;
    for (cut, failure) in [
        (CUT, Failure::UnfinishedEvent),
        (Input::Lost(Loss::Reestablish), Failure::Told),
        (
            Input::BodyEnded {
                is_whole,
                unfinished: Unfinished::Nothing,
            },
            Failure::Told,
        ),
    ] {
        let mut bench = once_with(Some(EndOfBody::Reconnect), false);
        assert_eq!(bench.open().handle(cut), [closed_by(failure, None)]);
    }
}

#[test]
fn a_response_that_ends_within_an_event_has_not_finished() {
    let closed = closed_by(Failure::UnfinishedEvent, None);
    for is_whole in [true, false] {
        let cut = || Input::BodyEnded {
            is_whole,
            unfinished: Unfinished::Event,
        };
        for end_of_body in [None, Some(EndOfBody::Finished)] {
            let mut bench = once_with(end_of_body, false);
            assert_eq!(bench.open().handle(cut()), slice::from_ref(&closed));
        }
        let mut finishing = repeatable_with(EndOfBody::Finished);
        let expected = reconnects_after(Failure::UnfinishedEvent);
        assert_eq!(finishing.open().handle(cut()), expected);
        // It comes again.
        let mut bench = Bench::new(Policy::browser());
        let expected = reconnects_after(Failure::Told);
        assert_eq!(bench.open().handle(cut()), expected);
    }
}

#[test]
fn a_terminal_event_that_the_end_cuts_counts() {
    let failed = closed_by(Failure::Event, None);
    for (terminal, closed) in [
        (Terminal::Event, FINISHED),
        (Terminal::Data, FINISHED),
        (Terminal::Failure, failed),
    ] {
        for is_whole in [true, false] {
            for mut bench in [once_with(None, true), Bench::new(Policy::resilient())] {
                let input = Input::BodyEnded {
                    is_whole,
                    unfinished: Unfinished::Terminal(terminal),
                };
                assert_eq!(bench.open().handle(input), slice::from_ref(&closed));
            }
        }
    }
}

#[test]
fn a_request_that_was_refused_may_be_made_again_where_the_user_says_so() {
    let mut bench = Bench::once(resent(true));
    wait(bench.refuse(503, None));
    assert_eq!(bench.next(), Outcome::Connect);
    wait(bench.refuse(503, None));
    // What was answered is not.
    assert_eq!(bench.next(), Outcome::Connect);
    assert_eq!(bench.open().hang_up(), CLOSED_BY_IT);
    let mut not_listed = Bench::once(resent(true));
    assert_eq!(not_listed.refuse(404, None), CLOSED_BY_IT);
    let mut unreachable = Bench::once(resent(true));
    assert_eq!(unreachable.hang_up(), CLOSED_BY_IT);
    let mut of_another_type = Bench::once(resent(true));
    let loss = Loss::Fail {
        class: FailureClass::ContentType,
        retry_after: None,
    };
    let outcome = of_another_type.outcome_of(Input::Lost(loss));
    assert_eq!(outcome, CLOSED_BY_IT);
}

#[test]
fn an_event_does_not_reset_the_limits_of_a_request_that_costs() {
    let limited = || Policy {
        backoff: Backoff {
            max_attempts: Some(2),
            ..Backoff::new()
        },
        ..resent(false)
    };
    let mut bench = Bench::once(limited());
    for _ in 0..2 {
        let _ = bench.open().send("1");
        wait(bench.hang_up());
        assert_eq!(bench.next(), Outcome::Connect);
    }
    let _ = bench.open().send("1");
    let Outcome::Close { limit, .. } = bench.hang_up() else {
        panic!("the third answer that breaks off is the last");
    };
    assert_eq!(limit, Some(LimitReached::TooMany { count: 2 }));

    let mut by_losses = Bench::once(Policy {
        close_after_losses: Some(2),
        ..resent(false)
    });
    let _ = by_losses.open().send("1");
    wait(by_losses.hang_up());
    assert_eq!(by_losses.next(), Outcome::Connect);
    let _ = by_losses.open().send("1");
    let Outcome::Close { limit, .. } = by_losses.hang_up() else {
        panic!("the second loss is the last");
    };
    assert_eq!(limit, Some(LimitReached::TooMany { count: 2 }));
}
