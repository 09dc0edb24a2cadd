//! What the end of a response means, and which requests are made again.

use core::slice;

use super::*;

/// The response has ended completely, but within an event.
const ENDED_WITHIN_EVENT: Input<'static> = Input::BodyEnded {
    is_whole: true,
    unfinished: Unfinished::Event,
};

/// A source whose request may be made only once, with what the user says of the end of its response.
fn not_repeatable_with(end_of_body: Option<EndOfBody>, has_terminal: bool) -> TestSession {
    TestSession::with_options(Options {
        is_repeatable: false,
        end_of_body,
        has_terminal,
        ..Options::new(Transport::Fetch)
    })
}

/// A source whose request may be made again, with what the user says of the end of its response.
fn repeatable_with(end_of_body: EndOfBody) -> TestSession {
    TestSession::with_options(Options {
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

fn resending(only_refused: bool) -> Policy {
    Policy {
        resend: !only_refused,
        resend_refused: only_refused,
        ..Policy::resilient()
    }
}

#[test]
fn the_response_to_a_request_that_may_be_made_only_once_finishes_the_source() {
    let mut source = TestSession::not_repeatable(Policy::resilient());
    assert_eq!(source.open().handle(BODY_ENDED), [FINISHED]);
}

#[test]
fn the_id_that_a_request_starts_from_is_no_id_of_the_server() {
    let mut source = TestSession::with_options(Options {
        is_repeatable: false,
        last_event_id: "5".into(),
        ..Options::new(Transport::Fetch)
    });
    source.open();
    source.session.note_last_event_id("5");
    assert_eq!(source.handle(BODY_ENDED), [FINISHED]);
}

#[test]
fn the_end_of_any_other_response_is_a_loss() {
    let closed = closed_by(Failure::Told, None);
    let mut with_terminal = not_repeatable_with(None, true);
    assert_eq!(with_terminal.open().handle(BODY_ENDED), [closed]);
    let mut resending = TestSession::not_repeatable(Policy {
        resend: true,
        ..Policy::browser()
    });
    for source in [&mut resending, &mut TestSession::new(Policy::browser())] {
        let expected = reconnects_after(Failure::Told);
        assert_eq!(source.open().handle(BODY_ENDED), expected);
    }
}

#[test]
fn the_end_of_a_response_is_a_loss_if_the_server_has_sent_an_id_or_a_retry() {
    let closed = closed_by(Failure::Told, None);
    let mut with_retry = not_repeatable_with(None, false);
    with_retry.open().handle(Input::Retry(seconds(1)));
    assert_eq!(with_retry.handle(BODY_ENDED), slice::from_ref(&closed));
    let mut with_id = not_repeatable_with(None, false);
    with_id.open().handle(Input::Unlistened {
        is_event: false,
        last_event_id: Some("7"),
    });
    assert_eq!(with_id.handle(BODY_ENDED), [closed]);
    let mut told_to_finish = not_repeatable_with(Some(EndOfBody::Finished), false);
    told_to_finish.open().handle(Input::Retry(seconds(1)));
    assert_eq!(told_to_finish.handle(BODY_ENDED), [FINISHED]);
}

#[test]
fn the_user_says_what_the_end_of_a_response_means() {
    let mut finishing = repeatable_with(EndOfBody::Finished);
    assert_eq!(finishing.open().handle(BODY_ENDED), [FINISHED]);
    let mut with_terminal = not_repeatable_with(Some(EndOfBody::Finished), true);
    assert_eq!(with_terminal.open().handle(BODY_ENDED), [FINISHED]);
    for mut source in [
        repeatable_with(EndOfBody::Reconnect),
        not_repeatable_with(Some(EndOfBody::Reconnect), false),
    ] {
        let expected = reconnects_after(Failure::Told);
        assert_eq!(source.open().handle(BODY_ENDED), expected);
    }
}

#[test]
fn a_request_that_is_made_again_at_the_end_of_a_response_is_not_made_again_after_a_cut() {
    let is_whole = false;
    for (cut, failure) in [
        (ENDED_WITHIN_EVENT, Failure::UnfinishedEvent),
        (Input::Lost(Loss::Reestablish), Failure::Told),
        (
            Input::BodyEnded {
                is_whole,
                unfinished: Unfinished::Nothing,
            },
            Failure::Told,
        ),
    ] {
        let mut source = not_repeatable_with(Some(EndOfBody::Reconnect), false);
        assert_eq!(source.open().handle(cut), [closed_by(failure, None)]);
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
            let mut source = not_repeatable_with(end_of_body, false);
            assert_eq!(source.open().handle(cut()), slice::from_ref(&closed));
        }
        let mut finishing = repeatable_with(EndOfBody::Finished);
        let expected = reconnects_after(Failure::UnfinishedEvent);
        assert_eq!(finishing.open().handle(cut()), expected);
        // The event comes again with the next response.
        let mut source = TestSession::new(Policy::browser());
        let expected = reconnects_after(Failure::Told);
        assert_eq!(source.open().handle(cut()), expected);
    }
}

#[test]
fn a_terminal_event_without_its_blank_line_counts() {
    let failed = closed_by(Failure::Event, None);
    for (terminal, closed) in [
        (Terminal::Event, FINISHED),
        (Terminal::Data, FINISHED),
        (Terminal::Failure, failed),
    ] {
        for is_whole in [true, false] {
            for mut source in [
                not_repeatable_with(None, true),
                TestSession::new(Policy::resilient()),
            ] {
                let input = Input::BodyEnded {
                    is_whole,
                    unfinished: Unfinished::Terminal(terminal),
                };
                assert_eq!(source.open().handle(input), slice::from_ref(&closed));
            }
        }
    }
}

#[test]
fn a_request_that_was_refused_is_made_again_if_the_policy_says_so() {
    let mut source = TestSession::not_repeatable(resending(true));
    expect_wait(source.refuse(503, None));
    assert_eq!(source.next_deadline(), Outcome::Connect);
    expect_wait(source.refuse(503, None));
    // A request that was answered is not made again.
    assert_eq!(source.next_deadline(), Outcome::Connect);
    assert_eq!(source.open().hang_up(), CLOSED_BY_FAILURE);
    let mut not_listed = TestSession::not_repeatable(resending(true));
    assert_eq!(not_listed.refuse(404, None), CLOSED_BY_FAILURE);
    let mut unreachable = TestSession::not_repeatable(resending(true));
    assert_eq!(unreachable.hang_up(), CLOSED_BY_FAILURE);
    let mut of_another_type = TestSession::not_repeatable(resending(true));
    let loss = Loss::Fail {
        class: FailureClass::ContentType,
        retry_after: None,
    };
    let outcome = of_another_type.outcome_of(Input::Lost(loss));
    assert_eq!(outcome, CLOSED_BY_FAILURE);
}

#[test]
fn an_event_does_not_reset_the_limits_of_a_request_that_is_resent() {
    let limited = || Policy {
        backoff: Backoff {
            max_attempts: Some(2),
            ..Backoff::new()
        },
        ..resending(false)
    };
    let mut source = TestSession::not_repeatable(limited());
    for _ in 0..2 {
        let _ = source.open().send("1");
        expect_wait(source.hang_up());
        assert_eq!(source.next_deadline(), Outcome::Connect);
    }
    let _ = source.open().send("1");
    let Outcome::Close { limit, .. } = source.hang_up() else {
        panic!("the third answer that breaks off is the last");
    };
    assert_eq!(limit, Some(LimitReached::TooMany { count: 2 }));

    let mut by_losses = TestSession::not_repeatable(Policy {
        close_after_losses: Some(2),
        ..resending(false)
    });
    let _ = by_losses.open().send("1");
    expect_wait(by_losses.hang_up());
    assert_eq!(by_losses.next_deadline(), Outcome::Connect);
    let _ = by_losses.open().send("1");
    let Outcome::Close { limit, .. } = by_losses.hang_up() else {
        panic!("the second loss is the last");
    };
    assert_eq!(limit, Some(LimitReached::TooMany { count: 2 }));
}
