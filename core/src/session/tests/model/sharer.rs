//! The model of a sharer: one of the sources that share a connection.

use std::{slice, vec::Vec};

use arbitrary::Arbitrary;

use crate::{
    At, CloseReason, Decision, EventOutcome, Failure, Gap, IdField, Input, LimitReached, Output,
    ReceivedEvent, Report, Session, Span, State, Timestamp,
};

use super::{
    promises::MIN_DELAY,
    source::NEVER,
    space::{Ruling, Settings, Time},
};

/// What may happen to a sharer.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub(super) enum SharerHappening {
    State(StateKind, Time),
    Report,
    Gap,
    /// An output that only the body of the shared connection carries out.
    Ignored(IgnoredOutput),
    Event,
    Unlistened(bool),
    Decoded,
    DecodeFailed,
    Passes(Time),
    Sleeps(Time),
    Ends(End),
}

#[derive(Arbitrary, Clone, Copy, Debug)]
pub(super) enum StateKind {
    Connecting,
    Open,
    Waiting,
    Reconnecting,
    Offline,
    Paused,
}

/// The outputs that a sharer ignores.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub(super) enum IgnoredOutput {
    Connect,
    Disconnect,
    Deliver,
    /// The state `Closed`. `Output::Closed` reports the close, with its reason.
    Closed,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
pub(super) enum End {
    Finished,
    Failed,
    Overflowed,
    Requested,
}

pub(super) struct Sharer {
    settings: Settings,
    session: Session,
    now: Span,
    state: State,
    decode_errors: u32,
    /// How many times in a row the sharer has left.
    failures: u32,
    /// When the sharer left first.
    down_since: Option<Span>,
    /// Whether the sharer has not been told the state of the connection yet.
    is_joining: bool,
}

impl Sharer {
    pub(super) fn new(settings: Settings) -> Self {
        let at = At {
            now: Timestamp::default(),
            random: settings.random,
        };
        let mut session = Session::new(settings.options(), at);
        assert_eq!(session.poll(), Some(Output::Connect));
        Self {
            settings,
            session,
            now: Span::ZERO,
            state: State::Connecting,
            decode_errors: 0,
            failures: 0,
            down_since: None,
            is_joining: true,
        }
    }

    pub(super) fn play(&mut self, happening: SharerHappening) {
        match happening {
            SharerHappening::State(kind, Time(time)) => {
                let state = state(kind, time);
                let told = Output::State(state);
                // The state was reported when the sharer joined.
                let is_known = self.is_joining && state == State::Connecting;
                let expected: &[Output] = if is_known {
                    &[]
                } else {
                    slice::from_ref(&told)
                };
                self.handle(Input::Relayed(told.clone()), expected);
                if self.state != State::Closed {
                    self.state = state;
                    self.is_joining = is_known;
                }
            }
            SharerHappening::Report => {
                let report = Report {
                    failure: Failure::Told,
                    attempt: Some(1),
                };
                self.handle(Input::Relayed(Output::Report(report)), &[told_report()]);
            }
            SharerHappening::Gap => {
                let gap = Output::Gap(Gap::new("1", "4", 2));
                self.handle(Input::Relayed(gap.clone()), &[gap]);
            }
            SharerHappening::Ignored(ignored) => self.handle(Input::Relayed(output(ignored)), &[]),
            SharerHappening::Event => self.receive(),
            SharerHappening::Unlistened(is_event) => {
                if is_event {
                    self.forget_failures();
                }
                let last_event_id = None;
                let input = Input::Unlistened {
                    is_event,
                    last_event_id,
                };
                self.handle(input, &[]);
            }
            SharerHappening::Decoded => {
                self.handle(Input::Decoded, &[]);
                self.decode_errors = 0;
            }
            SharerHappening::DecodeFailed => self.fail_to_decode(),
            SharerHappening::Passes(Time(time)) => self.pass(time, Span::ZERO),
            SharerHappening::Sleeps(Time(time)) => self.pass(time, time),
            SharerHappening::Ends(end) => self.end(end),
        }
        assert_eq!(self.session.state(), self.state);
        assert_eq!(
            self.session.next_timeout(),
            None,
            "a sharer has no time limit"
        );
    }

    /// Checks all outputs of an input, unless the source has closed.
    fn handle(&mut self, input: Input<'_>, expected: &[Output]) {
        let outputs = self.outputs_of(input);
        match self.state {
            State::Closed => assert_eq!(outputs, [], "after the close"),
            _ => assert_eq!(outputs, expected),
        }
    }

    fn outputs_of(&mut self, input: Input<'_>) -> Vec<Output> {
        self.session.handle(input, self.at());
        std::iter::from_fn(|| self.session.poll()).collect()
    }

    fn at(&self) -> At {
        At {
            now: Timestamp::from_origin(self.now),
            random: self.settings.random,
        }
    }

    fn pass(&mut self, time: Span, late: Span) {
        self.now = self.now + time;
        self.handle(Input::Timeout { late }, &[]);
    }

    /// Receives an event in any state: events of the shared connection may arrive after the sharer has closed.
    fn receive(&mut self) {
        let event = ReceivedEvent {
            last_event_id: None,
            id_field: IdField::Unknown,
            digest: 0,
            terminal: None,
        };
        let expected = match self.state {
            State::Closed => EventOutcome::Skip,
            _ => EventOutcome::Deliver,
        };
        let now = self.at().now;
        assert_eq!(self.session.event(event, || now), expected);
        assert_eq!(self.session.poll(), None);
        self.forget_failures();
    }

    fn forget_failures(&mut self) {
        self.failures = 0;
        self.down_since = None;
    }

    /// A sharer has a limit and a rule for itself, but no connection: to reopen means to leave the shared connection and to
    /// join it again.
    fn fail_to_decode(&mut self) {
        if self.state == State::Closed {
            return self.handle(Input::DecodeFailed, &[]);
        }
        self.decode_errors += 1;
        let count = self.decode_errors;
        let limit = self.settings.close_after_decode_errors;
        let limit = limit.map(|limit| u32::from(limit.max(1)));
        let reached = limit.filter(|limit| count >= *limit);
        let by_limit = Output::Closed(CloseReason::Failed {
            failure: Failure::Told,
            limit: reached
                .filter(|count| *count > 1)
                .map(|count| LimitReached::TooMany { count }),
        });
        let mut outputs = self.outputs_of(Input::DecodeFailed);
        if let Some(ruling) = self.settings.rule {
            self.assert_asked(&outputs, reached.is_some());
            outputs = self.outputs_of(Input::Decided(ruling.decision()));
        }
        let closes = match self.settings.rule {
            None => reached.is_some(),
            Some(Ruling::Close) => true,
            Some(Ruling::KeepWaiting) => false,
            Some(Ruling::Reopen(Time(after))) => return self.leave_and_join(&outputs, after),
        };
        match closes {
            true if reached.is_some_and(|count| count > 1) => {
                assert_eq!(outputs, [told_report(), by_limit]);
            }
            true => assert_eq!(outputs, [by_limit]),
            false => assert_eq!(outputs, [told_report()]),
        }
        if closes {
            self.state = State::Closed;
        }
    }

    fn leave_and_join(&mut self, outputs: &[Output], after: Span) {
        self.failures += 1;
        self.down_since.get_or_insert(self.now);
        let attempt = self.failures;
        let report = Output::Report(Report {
            failure: Failure::Told,
            attempt: Some(attempt),
        });
        let deadline = self.at().now + after.max(MIN_DELAY);
        let retry_in = Some(deadline.since(self.at().now));
        let waiting = Output::State(State::Waiting { attempt, retry_in });
        assert_eq!(outputs, [Output::Disconnect, report, waiting]);
        if deadline.since_origin() == NEVER {
            assert_eq!(self.session.next_timeout(), None);
            return self.end(End::Requested);
        }
        assert_eq!(self.session.next_timeout(), Some(deadline));
        self.state = State::Connecting;
        self.is_joining = true;
        self.now = deadline.since_origin();
        let outputs = self.outputs_of(Input::Timeout { late: Span::ZERO });
        assert_eq!(outputs, [Output::State(self.state), Output::Connect]);
    }

    fn assert_asked(&self, outputs: &[Output], is_limit_reached: bool) {
        let [Output::Decide(context)] = outputs else {
            panic!("{outputs:?}");
        };
        assert_eq!(context.failure, Failure::Told);
        assert_eq!(context.decode_errors, self.decode_errors);
        assert_eq!(context.failures, self.failures);
        let down_for = self.down_since.map(|since| self.now - since);
        assert_eq!(context.down_for, down_for.unwrap_or_default());
        let proposed = match is_limit_reached {
            true => Decision::Close,
            false => Decision::KeepWaiting,
        };
        assert_eq!(context.proposed, proposed);
    }

    fn end(&mut self, end: End) {
        let failed = |failure, limit| CloseReason::Failed { failure, limit };
        let (input, reason) = match end {
            End::Finished => {
                let reason = CloseReason::Finished;
                (Input::Relayed(Output::Closed(reason)), reason)
            }
            End::Failed => {
                let limit = Some(LimitReached::TooMany { count: 5 });
                let closed = Output::Closed(failed(Failure::Earlier, limit));
                (Input::Relayed(closed), failed(Failure::Told, None))
            }
            End::Overflowed => (Input::Overflowed, failed(Failure::Told, None)),
            End::Requested => {
                let reason = CloseReason::Requested;
                (Input::Close(reason), reason)
            }
        };
        self.handle(input, &[Output::Closed(reason)]);
        self.state = State::Closed;
    }
}

/// The report of an error that the sharer's body has.
fn told_report() -> Output {
    Output::Report(Report {
        failure: Failure::Told,
        attempt: None,
    })
}

fn state(kind: StateKind, time: Span) -> State {
    let attempt = 1;
    let waiting = |retry_in| State::Waiting { attempt, retry_in };
    match kind {
        StateKind::Connecting => State::Connecting,
        StateKind::Open => State::Open,
        StateKind::Waiting => waiting(Some(time)),
        StateKind::Reconnecting => waiting(None),
        StateKind::Offline => State::Offline { attempt },
        StateKind::Paused => State::Paused,
    }
}

fn output(ignored: IgnoredOutput) -> Output {
    match ignored {
        IgnoredOutput::Connect => Output::Connect,
        IgnoredOutput::Disconnect => Output::Disconnect,
        IgnoredOutput::Deliver => Output::Deliver,
        IgnoredOutput::Closed => Output::State(State::Closed),
    }
}
