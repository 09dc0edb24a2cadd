//! Tests of the session: examples of each rule, and properties of all inputs.

mod attempts;
mod closing;
mod end_of_body;
mod ids;
mod lifecycle;
mod limits;
mod model;
mod offline;
mod order;
mod pace;
mod position;
mod postponed;
mod properties;
mod reconnecting;
mod refresh;
mod relayed;
mod renewal;
mod requested;
mod slow_opening;
mod space;
mod terminal;
mod timeouts;
mod waking;
mod wants;

use std::{boxed::Box, vec, vec::Vec};

use super::*;
use crate::{Backoff, LimitAction, TimeLimit};

/// The response has ended completely, between two events.
const BODY_ENDED: Input<'static> = Input::BodyEnded {
    is_whole: true,
    unfinished: Unfinished::Nothing,
};

const FINISHED: Output = Output::Closed(CloseReason::Finished);

type Rule = dyn Fn(&FailureContext) -> Decision;

/// A session whose clock and random numbers the test controls. The test takes the place of the body.
struct TestSession {
    session: Session,
    now: Timestamp,
    random: f64,
    rule: Option<Box<Rule>>,
}

/// The result of a failure, or of a timeout.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Outcome {
    Nothing,
    Connect,
    KeepWaiting(Failure),
    Reopen {
        failure: Failure,
        after: Span,
    },
    Close {
        failure: Failure,
        limit: Option<LimitReached>,
    },
}

impl TestSession {
    /// A source over fetch, whose request may be made again.
    fn new(policy: Policy) -> Self {
        Self::with_options(Options {
            policy: policy.into(),
            ..Options::new(Transport::Fetch)
        })
    }

    fn with_rule(policy: Policy, rule: impl Fn(&FailureContext) -> Decision + 'static) -> Self {
        let options = Options {
            policy: policy.into(),
            has_rule: true,
            ..Options::new(Transport::Fetch)
        };
        let mut source = Self::with_options(options);
        source.rule = Some(Box::new(rule));
        source
    }

    /// A source over fetch, whose request may be made only once.
    fn not_repeatable(policy: Policy) -> Self {
        Self::with_options(Options {
            policy: policy.into(),
            is_repeatable: false,
            ..Options::new(Transport::Fetch)
        })
    }

    fn with_options(options: Options) -> Self {
        let now = Timestamp::default();
        let random = 0.5;
        let mut session = Session::new(options, At { now, random });
        assert_eq!(session.poll(), Some(Output::Connect));
        Self {
            session,
            now,
            random,
            rule: None,
        }
    }

    fn at(&self) -> At {
        At {
            now: self.now,
            random: self.random,
        }
    }

    fn advance(&mut self, by: Span) -> &mut Self {
        self.now = (self.now + by).min(LAST_MOMENT);
        self
    }

    fn since_start(&self) -> Span {
        self.now.since_origin()
    }

    fn next_timeout(&self) -> Option<Span> {
        self.session.next_timeout().map(Timestamp::since_origin)
    }

    /// Polls all outputs, and answers for the rule if it is asked.
    fn outputs(&mut self) -> Vec<Output> {
        let mut outputs = Vec::new();
        while let Some(output) = self.session.poll() {
            if let (Output::Decide(context), Some(rule)) = (&output, &self.rule) {
                let decision = rule(context);
                self.session.handle(Input::Decided(decision), self.at());
            }
            outputs.push(output);
        }
        outputs
    }

    fn handle(&mut self, input: Input<'_>) -> Vec<Output> {
        self.session.handle(input, self.at());
        self.outputs()
    }

    fn receive(&mut self, event: ReceivedEvent<'_>) -> (EventOutcome, Vec<Output>) {
        let now = self.now;
        let outcome = self.session.event(event, || now);
        (outcome, self.outputs())
    }

    fn outcome_of(&mut self, input: Input<'_>) -> Outcome {
        let outputs = self.handle(input);
        self.outcome(&outputs)
    }

    fn outcome(&self, outputs: &[Output]) -> Outcome {
        let failure = outputs.iter().find_map(|output| match output {
            Output::Report(report) => Some(report.failure),
            _ => None,
        });
        for output in outputs {
            match *output {
                Output::Closed(CloseReason::Failed { failure, limit }) => {
                    return Outcome::Close { failure, limit };
                }
                Output::Connect => return Outcome::Connect,
                _ => {}
            }
        }
        match (failure, self.session.phase) {
            (None, _) => Outcome::Nothing,
            (Some(failure), Phase::Waiting { until, .. }) => Outcome::Reopen {
                failure,
                after: until.since(self.now),
            },
            (Some(failure), _) => Outcome::KeepWaiting(failure),
        }
    }

    /// The server answers. If the source waits for its next attempt, the wait ends first.
    fn open(&mut self) -> &mut Self {
        if let Phase::Waiting { until, .. } = self.session.phase {
            self.now = until;
            assert_eq!(self.timeout(), Outcome::Connect);
        }
        assert_eq!(
            self.handle(Input::Opened),
            [Output::State(State::Open)],
            "no other output"
        );
        self
    }

    fn event(&mut self) -> &mut Self {
        assert_eq!(self.receive(EVENT), (EventOutcome::Deliver, vec![]));
        self
    }

    fn send(&mut self, id: &str) -> (EventOutcome, Vec<Output>) {
        self.receive(with_id(id))
    }

    /// The connection is lost, and the browser reconnects. Only the browser can send the last event id.
    fn lose_with_id(&mut self) -> Outcome {
        self.session.note_last_event_id("1");
        self.outcome_of(Input::Lost(Loss::BrowserReconnects))
    }

    /// The connection is lost, and the browser reconnects. There is no last event id to send.
    fn lose_without_id(&mut self) -> Outcome {
        self.session.note_last_event_id("");
        self.outcome_of(Input::Lost(Loss::BrowserReconnects))
    }

    /// The connection is lost, and the session has to make the next one.
    fn hang_up(&mut self) -> Outcome {
        self.outcome_of(Input::Lost(Loss::Reestablish))
    }

    /// The transport gives up, for a reason that is neither a status nor a content type.
    fn give_up(&mut self) -> Outcome {
        self.fail(FailureClass::Other, None)
    }

    /// The server answers with a status other than 200.
    fn refuse(&mut self, status: u16, retry_after: Option<Span>) -> Outcome {
        self.fail(FailureClass::Status(status), retry_after)
    }

    fn fail(&mut self, class: FailureClass, retry_after: Option<Span>) -> Outcome {
        self.outcome_of(Input::Lost(Loss::Fail { class, retry_after }))
    }

    fn fail_to_decode(&mut self) -> Outcome {
        self.outcome_of(Input::DecodeFailed)
    }

    fn retry(&mut self, time: Span) {
        assert_eq!(self.handle(Input::Retry(time)), []);
    }

    fn comment(&mut self) {
        assert_eq!(self.handle(Input::Comment), []);
    }

    fn online(&mut self) -> Outcome {
        self.outcome_of(Input::Online)
    }

    fn timeout(&mut self) -> Outcome {
        self.timeout_late_by(Span::ZERO)
    }

    fn timeout_late_by(&mut self, late: Span) -> Outcome {
        self.outcome_of(Input::Timeout { late })
    }

    /// Lets time pass up to the next deadline of the session.
    fn next_deadline(&mut self) -> Outcome {
        self.now = self.session.next_timeout().expect("a deadline");
        self.timeout()
    }

    /// The attempt fails, and time passes until the next one starts.
    fn fail_and_connect(&mut self) {
        assert!(matches!(self.give_up(), Outcome::Reopen { .. }));
        assert_eq!(self.next_deadline(), Outcome::Connect);
    }
}

/// An event that tells the session nothing but its arrival.
const EVENT: ReceivedEvent<'_> = ReceivedEvent {
    last_event_id: None,
    id_field: IdField::Unknown,
    digest: 0,
    terminal: None,
};

fn with_id(id: &str) -> ReceivedEvent<'_> {
    ReceivedEvent {
        last_event_id: Some(id),
        id_field: IdField::Present,
        digest: 0,
        terminal: None,
    }
}

/// The source is closed by a failure that its body has reported.
const CLOSED_BY_FAILURE: Outcome = Outcome::Close {
    failure: Failure::Told,
    limit: None,
};

fn too_many(count: u32) -> Outcome {
    Outcome::Close {
        failure: Failure::Told,
        limit: Some(LimitReached::TooMany { count }),
    }
}

fn down_too_long(failure: Failure, limit: Span) -> Outcome {
    Outcome::Close {
        failure,
        limit: Some(LimitReached::DownTooLong { limit }),
    }
}

/// Panics unless the source waits for its next attempt. Returns how long it waits.
#[track_caller]
fn expect_wait(outcome: Outcome) -> Span {
    match outcome {
        Outcome::Reopen { after, .. } => after,
        other => panic!("{other:?}"),
    }
}

fn waiting(attempt: u32, retry_in: Span) -> Output {
    Output::State(State::Waiting {
        attempt,
        retry_in: Some(retry_in),
    })
}

fn report(failure: Failure, attempt: Option<u32>) -> Output {
    Output::Report(Report { failure, attempt })
}

fn closed_by(failure: Failure, limit: Option<LimitReached>) -> Output {
    Output::Closed(CloseReason::Failed { failure, limit })
}

/// The last moment at which something may happen.
const LAST_MOMENT: Timestamp = Timestamp::from_origin(Span::from_nanos(u64::MAX - 1));

const fn seconds(seconds: u64) -> Span {
    Span::from_secs(seconds)
}

const fn milliseconds(milliseconds: u64) -> Span {
    Span::from_millis(milliseconds)
}

fn limit(after: Span, then: LimitAction) -> Option<TimeLimit> {
    Some(TimeLimit { after, then })
}

/// A policy that closes the source when nothing arrives for this time.
fn closing_when_idle_for(time: Span) -> Policy {
    Policy {
        on_idle: limit(time, LimitAction::Close),
        ..Policy::browser()
    }
}

fn resilient(backoff: Backoff) -> Policy {
    Policy {
        backoff,
        ..Policy::resilient()
    }
}

/// A backoff whose waits are all this long.
fn fixed(wait: Span) -> Backoff {
    Backoff {
        initial: wait,
        max: wait,
        jitter: false,
        ..Backoff::new()
    }
}
