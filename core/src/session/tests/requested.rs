//! Sources whose user is asked for the request of each attempt.

use super::*;

/// A source whose user is asked, over `fetch`.
fn asking(policy: Policy) -> TestSession {
    asking_with(policy, Options::new(Transport::Fetch))
}

fn asking_with(policy: Policy, options: Options) -> TestSession {
    TestSession::with_options(Options {
        policy: policy.into(),
        asks_request: true,
        ..options
    })
}

impl TestSession {
    /// The user's function answers with a safe request.
    fn gets(&mut self) -> &mut Self {
        assert_eq!(self.handle(Input::Requested { is_safe: true }), []);
        self
    }

    /// The user's function answers with a request that is not safe, and that may be sent.
    fn posts(&mut self) -> &mut Self {
        assert_eq!(self.posts_again(), Outcome::Nothing);
        self
    }

    fn posts_again(&mut self) -> Outcome {
        self.outcome_of(Input::Requested { is_safe: false })
    }

    /// The next attempt begins.
    #[track_caller]
    fn asks_again(&mut self) {
        assert_eq!(self.next_deadline(), Outcome::Connect);
    }
}

/// The source is closed by the failure that was reported before.
const CLOSED_BY_EARLIER: Outcome = Outcome::Close {
    failure: Failure::Earlier,
    limit: None,
};

#[test]
fn a_request_that_is_not_safe_is_followed_by_one_that_is() {
    let mut source = asking(Policy::browser());
    source.posts().open().event();
    expect_wait(source.hang_up());
    source.asks_again();
    source.gets().open().event();
    expect_wait(source.hang_up());
    source.asks_again();
    source.gets().open();
}

#[test]
fn a_request_that_is_not_safe_is_not_sent_again_and_the_source_closes_with_the_earlier_error() {
    let mut source = asking(Policy::resilient());
    source.posts().open().event();
    expect_wait(source.hang_up());
    source.asks_again();
    assert_eq!(source.posts_again(), CLOSED_BY_EARLIER);
}

#[test]
fn a_request_that_is_not_safe_is_not_sent_again_after_others_that_were() {
    let mut source = asking(Policy::browser());
    source.posts().open();
    expect_wait(source.hang_up());
    source.asks_again();
    source.gets().open();
    expect_wait(source.hang_up());
    source.asks_again();
    assert_eq!(source.posts_again(), CLOSED_BY_EARLIER);
}

#[test]
fn a_function_that_fails_is_asked_again_and_nothing_was_sent() {
    let mut source = asking(Policy::browser());
    expect_wait(source.hang_up());
    source.asks_again();
    source.posts().open();
}

#[test]
fn a_function_that_fails_does_not_allow_a_request_to_be_sent_again() {
    let mut source = asking(Policy::browser());
    source.posts().open();
    expect_wait(source.hang_up());
    source.asks_again();
    expect_wait(source.hang_up());
    source.asks_again();
    assert_eq!(source.posts_again(), CLOSED_BY_EARLIER);
}

#[test]
fn a_request_is_sent_again_if_the_policy_resends() {
    let mut source = asking(Policy {
        resend: true,
        ..Policy::resilient()
    });
    for _ in 0..3 {
        source.posts().open();
        expect_wait(source.hang_up());
        source.asks_again();
    }
}

#[test]
fn a_request_that_was_refused_is_sent_again_if_the_policy_resends_refused_ones() {
    let mut source = asking(Policy {
        resend_refused: true,
        ..Policy::resilient()
    });
    source.posts();
    expect_wait(source.refuse(503, None));
    source.asks_again();
    source.posts().open();
    expect_wait(source.hang_up());
    source.asks_again();
    // The refusal of a request that is safe says nothing about the one that is not.
    source.gets();
    expect_wait(source.refuse(503, None));
    source.asks_again();
    assert_eq!(source.posts_again(), CLOSED_BY_EARLIER);
}

#[test]
fn a_request_is_sent_again_if_the_rule_reopens() {
    let mut source = asking_with(
        Policy::browser(),
        Options {
            has_rule: true,
            ..Options::new(Transport::Fetch)
        },
    );
    source.rule = Some(Box::new(|_| Decision::Reopen {
        after: core::time::Duration::ZERO,
    }));
    source.posts().open();
    expect_wait(source.hang_up());
    source.asks_again();
    source.posts().open();
}

#[test]
fn a_request_is_sent_again_at_the_end_of_a_response_if_the_user_says_so() {
    let mut source = asking_with(
        Policy::browser(),
        Options {
            end_of_body: Some(EndOfBody::Reconnect),
            ..Options::new(Transport::Fetch)
        },
    );
    source.posts().open();
    expect_wait(source.outcome_of(BODY_ENDED));
    source.asks_again();
    source.posts().open();
    expect_wait(source.hang_up());
    source.asks_again();
    assert_eq!(source.posts_again(), CLOSED_BY_EARLIER);
}

#[test]
fn a_whole_response_means_what_it_means_for_the_request_that_was_sent() {
    let mut finishing = asking(Policy::browser());
    assert_eq!(finishing.posts().open().handle(BODY_ENDED), [FINISHED]);

    let mut told_how_to_go_on = asking(Policy::browser());
    told_how_to_go_on.posts().open();
    told_how_to_go_on.retry(seconds(1));
    assert_eq!(
        expect_wait(told_how_to_go_on.outcome_of(BODY_ENDED)),
        seconds(1)
    );
    told_how_to_go_on.asks_again();
    told_how_to_go_on.gets().open();

    let mut getting = asking_with(
        Policy::browser(),
        Options {
            is_repeatable: false,
            ..Options::new(Transport::Fetch)
        },
    );
    getting.gets().open();
    expect_wait(getting.outcome_of(BODY_ENDED));
}

#[test]
fn what_had_arrived_of_an_event_is_told_of_a_request_that_is_not_safe() {
    let ended_within_event = || Input::BodyEnded {
        is_whole: false,
        unfinished: Unfinished::Event,
    };
    let mut source = asking(Policy::browser());
    let outcome = source.posts().open().outcome_of(ended_within_event());
    let failure = Failure::UnfinishedEvent;
    let after = seconds(3);
    assert_eq!(outcome, Outcome::Reopen { failure, after });
    source.asks_again();
    // The next request brings the event again.
    let outcome = source.gets().open().outcome_of(ended_within_event());
    let failure = Failure::Told;
    assert_eq!(outcome, Outcome::Reopen { failure, after });
}

#[test]
fn the_limits_of_a_request_that_is_not_safe_are_not_reset_by_its_events() {
    let policy = || Policy {
        close_after_losses: Some(2),
        resend: true,
        ..Policy::browser()
    };
    let mut posting = asking(policy());
    posting.posts().open().event();
    expect_wait(posting.hang_up());
    posting.asks_again();
    posting.posts().open().event();
    assert_eq!(posting.hang_up(), too_many(2));

    let mut getting = asking(policy());
    getting.posts().open().event();
    expect_wait(getting.hang_up());
    getting.asks_again();
    getting.gets().open().event();
    expect_wait(getting.hang_up());
}

#[test]
fn a_function_that_does_not_answer_is_a_slow_opening() {
    let mut source = asking(Policy {
        on_slow_open: Some(TimeLimit {
            after: seconds(10),
            then: LimitAction::Reopen,
        }),
        ..Policy::browser()
    });
    let failure = Failure::OpenTimeout;
    assert_eq!(source.next_timeout(), Some(seconds(10)));
    assert!(
        matches!(source.next_deadline(), Outcome::Reopen { failure: told, .. } if told == failure)
    );
    source.asks_again();
    // Once it has answered, a slow answer of the server is better than none.
    source.posts();
    assert_eq!(source.next_timeout(), None);
}

#[test]
fn a_request_that_is_not_safe_is_not_given_up_when_the_page_wakes() {
    let mut source = asking(Policy {
        reopen_on_wake: true,
        ..Policy::browser()
    });
    source.posts().open();
    assert_eq!(source.online(), Outcome::Nothing);
    expect_wait(source.hang_up());
    source.asks_again();
    source.gets().open();
    expect_wait(source.online());
}

#[test]
fn a_request_that_is_not_safe_is_sent_again_if_the_user_reconnects() {
    let mut source = asking(Policy::browser());
    source.posts().open();
    assert_eq!(source.outcome_of(Input::Reconnect), Outcome::Connect);
    source.posts().open();
    source.handle(Input::Pause);
    source.advance(seconds(1));
    assert_eq!(source.outcome_of(Input::Resume), Outcome::Connect);
    source.posts().open();
    expect_wait(source.hang_up());
    source.asks_again();
    assert_eq!(source.posts_again(), CLOSED_BY_EARLIER);
}

#[test]
fn the_users_word_to_send_a_request_again_is_about_the_next_request_alone() {
    let mut source = asking(Policy::browser());
    source.posts().open();
    source.advance(seconds(1)).handle(Input::Reconnect);
    source.gets().open();
    expect_wait(source.hang_up());
    source.asks_again();
    assert_eq!(source.posts_again(), CLOSED_BY_EARLIER);
}

#[test]
fn a_request_that_is_not_safe_may_be_the_first_of_its_kind_after_any_others() {
    let mut source = asking(Policy::browser());
    source.gets().open();
    source.advance(seconds(1)).handle(Input::Reconnect);
    source.gets().open();
    expect_wait(source.hang_up());
    source.asks_again();
    source.posts().open();
}

#[test]
fn a_hidden_page_pauses_nothing_that_would_be_lost_and_its_return_allows_no_request_to_be_sent_again()
 {
    let mut source = asking(Policy {
        pause_when_hidden: Some(seconds(30)),
        ..Policy::resilient()
    });
    source.posts().open();
    source.handle(Input::Hidden);
    source.advance(seconds(60));
    assert_eq!(source.session.state(), State::Open);
    expect_wait(source.hang_up());
    source.handle(Input::Timeout { late: Span::ZERO });
    assert_eq!(source.session.state(), State::Paused);
    assert_eq!(source.outcome_of(Input::Visible), Outcome::Connect);
    assert_eq!(source.posts_again(), CLOSED_BY_EARLIER);
}

#[test]
fn a_browsers_own_reconnection_is_replaced_by_another_attempt() {
    let mut source = asking_with(Policy::browser(), Options::new(Transport::Browser));
    source.gets().open();
    let outcome = source.lose_with_id();
    let failure = Failure::Told;
    let after = seconds(3);
    assert_eq!(outcome, Outcome::Reopen { failure, after });
    source.asks_again();
    source.gets().open();
}

#[test]
fn an_answer_that_nobody_has_asked_for_changes_nothing() {
    let mut unasked = TestSession::new(Policy::browser());
    unasked.posts().open();
    expect_wait(unasked.hang_up());
    unasked.asks_again();
    unasked.posts().open();

    let mut answering_twice = asking(Policy::browser());
    answering_twice.posts().posts().open();
}
