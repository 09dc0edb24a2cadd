//! Inputs, outputs and options of a session as numbers. `npm/src/numbers.js` has the same ones.

use typed_eventsource_core::{
    CloseReason, Counts, Decision, EndedAttempt, Failure, FailureClass, FailureContext, IdField,
    Input, LimitAction, LimitReached, Loss, NumericValue, Output, Policy, ReceivedEvent, Report,
    Span, State, Terminal, Unfinished,
};

/// What a session tells JavaScript, which reads it from the wasm memory: a call for each value would cost more.
#[derive(Debug, Default)]
#[repr(C)]
pub(crate) struct Numbers {
    /// 0 nothing, 1 connect, 2 disconnect, 3 deliver, 4 tell of a gap, 5 decide, 6 report, 7 tell of the state, 8 tell of the
    /// close, 9 tell of an attempt, 10 refresh, 11 renew, 12 hand over.
    ///
    /// An attempt that has ended has its numbers in other places: its outcome, reason, number and start in those from `follows` on. So have counts: attempts, opened, duplicates, gaps.
    pub(crate) output: f64,
    /// A state, a reason or a decision.
    kind: f64,
    failure: f64,
    /// The time limit that was reached last, in milliseconds.
    pub(crate) after: f64,
    /// How many times in a row the connection has failed. In a report it is 0 if the failure is not one of the connection.
    pub(crate) failures: f64,
    /// The milliseconds until the next attempt, -1 if they are not known; or how many ids a gap has.
    pub(crate) amount: f64,
    /// What follows a report: 0 nothing, 1 a change of state, 2 the close because of it.
    pub(crate) follows: f64,
    /// Which limit was reached: 0 none, 1 too many, 2 down for too long.
    limit: f64,
    limit_value: f64,
    decode_errors: f64,
    down_for: f64,
    /// What the session wants to be told of, as flags.
    pub(crate) wants: f64,
    /// When the timer has to fire, in milliseconds; infinity if there is nothing to wait for.
    pub(crate) deadline: f64,
    /// Where texts lie in memory, and their lengths: the last event id, or the ids around the gap in hand.
    texts: [[f64; 2]; 2],
}

/// Sets options: the number of each, its value, and what to do (0 close, 1 reopen, 2 keep waiting), as little-endian `f64`.
pub(crate) fn set_options(policy: &mut Policy, options: &[u8]) {
    for [option, number, then] in options.as_chunks().0.as_chunks().0 {
        let number_of = |bytes: &[u8; 8]| f64::from_le_bytes(*bytes);
        let then = match number_of(then) as u32 {
            0 => LimitAction::Close,
            1 => LimitAction::Reopen,
            _ => LimitAction::KeepWaiting,
        };
        let number = number_of(number);
        policy.set(number_of(option) as usize, NumericValue { number, then });
    }
}

/// An event with the digest of its data, and with flags: 2 has an `id` field, 4 has none, 8 is terminal by its name, 16 by its data, 32 says what went wrong.
pub(crate) fn event(last_event_id: Option<&str>, flags: u32, digest: u32) -> ReceivedEvent<'_> {
    let has = |flag: u32| flags & flag != 0;
    ReceivedEvent {
        last_event_id,
        id_field: if has(2) {
            IdField::Present
        } else if has(4) {
            IdField::Absent
        } else {
            IdField::Unknown
        },
        digest,
        terminal: terminal(flags),
    }
}

fn terminal(flags: u32) -> Option<Terminal> {
    match flags & (8 + 16 + 32) {
        8 => Some(Terminal::Event),
        16 => Some(Terminal::Data),
        32 => Some(Terminal::Failure),
        _ => None,
    }
}

/// An input by its number, with its details.
pub(crate) fn input(number: u32, detail: u32, time: f64, failures: u32) -> Input<'static> {
    let span = Span::from_millis_f64(time);
    match number {
        0 => Input::Opened,
        1 => Input::Retry(span),
        2 => Input::Lost(loss(detail, time)),
        // The detail has flags: 1 the response is complete by HTTP, 2 it has ended within an event. If that event is
        // terminal, it has those of `event` too.
        3 => Input::BodyEnded {
            is_whole: detail & 1 != 0,
            unfinished: match terminal(detail) {
                Some(terminal) => Unfinished::Terminal(terminal),
                None if detail & 2 != 0 => Unfinished::Event,
                None => Unfinished::Nothing,
            },
        },
        4 => Input::Finished,
        5 => Input::Decoded,
        6 => Input::DecodeFailed,
        7 => Input::Decided(match detail {
            0 => Decision::AsProposed,
            1 => Decision::KeepWaiting,
            2 => Decision::Reopen { after: span.into() },
            _ => Decision::Close,
        }),
        8 => Input::Timeout { late: span },
        9 => Input::Online,
        10 => Input::Offline,
        11 => Input::Overflowed,
        22 => Input::Reconnect,
        23 => Input::Pause,
        24 => Input::Resume,
        25 => Input::Hidden,
        26 => Input::Visible,
        27 => Input::Woken,
        15 if detail == 0 => Input::ReadOn,
        15 => Input::HeldBack,
        14 => Input::Postponed(span),
        21 => Input::Requested {
            is_safe: detail != 0,
        },
        28 => Input::Refreshing,
        29 => Input::Refreshed,
        30 => Input::RefreshFailed,
        31 => Input::ExpiresIn(span),
        32 => Input::Renewed,
        33 => Input::RenewalFailed,
        12 => Input::Close(if detail == 0 {
            CloseReason::Requested
        } else {
            CloseReason::Dropped
        }),
        // Only the states of a shared connection come here: the JavaScript body passes on its errors, gaps and close.
        _ => Input::Relayed(Output::State(match detail {
            0 => State::Connecting,
            1 => State::Open,
            2 => State::Paused,
            3 => State::Waiting {
                attempt: failures,
                retry_in: (time >= 0.0).then_some(span),
            },
            _ => State::Offline { attempt: failures },
        })),
    }
}

/// A number of at least 100 is an HTTP status.
fn loss(number: u32, retry_after: f64) -> Loss {
    let class = match number {
        0 => return Loss::BrowserReconnects,
        1 => return Loss::Reestablish,
        2 => FailureClass::Other,
        3 => FailureClass::ContentType,
        4 => FailureClass::Hopeless,
        status => FailureClass::Status(status as u16),
    };
    let retry_after = (retry_after >= 0.0).then(|| Span::from_millis_f64(retry_after));
    Loss::Fail { class, retry_after }
}

impl Numbers {
    pub(crate) fn place_text(&mut self, index: usize, text: &str) {
        self.texts[index] = [text.as_ptr() as usize as f64, text.len() as f64];
    }

    pub(crate) fn set_state(&mut self, state: State) {
        (self.kind, self.failures, self.amount) = match state {
            State::Connecting => (0.0, 0.0, -1.0),
            State::Open => (1.0, 0.0, -1.0),
            State::Paused => (2.0, 0.0, -1.0),
            State::Waiting { attempt, retry_in } => (
                3.0,
                f64::from(attempt),
                retry_in.map_or(-1.0, Span::as_millis_f64),
            ),
            State::Offline { attempt } => (4.0, f64::from(attempt), -1.0),
            _ => (5.0, 0.0, -1.0),
        };
    }

    pub(crate) fn set_failure(&mut self, failure: Failure) {
        self.failure = match failure {
            Failure::Earlier => 1.0,
            Failure::OpenTimeout => 2.0,
            Failure::Idle => 3.0,
            Failure::Suspended => 4.0,
            Failure::Event => 5.0,
            Failure::UnfinishedEvent => 6.0,
            Failure::RefreshTimeout => 7.0,
            _ => 0.0,
        };
    }

    pub(crate) fn set_context(&mut self, context: FailureContext) {
        self.set_failure(context.failure);
        self.decode_errors = f64::from(context.decode_errors);
        self.down_for = context.down_for.as_millis_f64();
        (self.kind, self.amount) = match context.proposed {
            Decision::KeepWaiting => (1.0, 0.0),
            Decision::Reopen { after } => (2.0, Span::from(after).as_millis_f64()),
            _ => (3.0, 0.0),
        };
    }

    /// The outcome and the reason have the order of the enums. The start is -1 if it is not known.
    pub(crate) fn set_attempt(&mut self, attempt: EndedAttempt) {
        self.follows = f64::from(attempt.outcome as u8);
        self.limit = f64::from(attempt.reason as u8);
        self.limit_value = f64::from(attempt.number);
        let started = attempt.started.map(|at| at.since_origin().as_millis_f64());
        self.decode_errors = started.unwrap_or(-1.0);
        self.set_failure(attempt.failure.unwrap_or(Failure::Told));
    }

    pub(crate) fn set_counts(&mut self, counts: Counts) {
        self.follows = f64::from(counts.attempts);
        self.limit = f64::from(counts.opened);
        self.limit_value = f64::from(counts.duplicates);
        self.decode_errors = f64::from(counts.gaps);
    }

    pub(crate) fn set_report(&mut self, report: Report) {
        self.set_failure(report.failure);
        self.failures = f64::from(report.attempt.unwrap_or(0));
    }

    pub(crate) fn set_close_reason(&mut self, reason: CloseReason) {
        self.kind = match reason {
            CloseReason::Finished => 0.0,
            CloseReason::Requested => 1.0,
            CloseReason::Dropped => 2.0,
            _ => 3.0,
        };
        if let CloseReason::Failed { failure, limit } = reason {
            self.set_failure(failure);
            (self.limit, self.limit_value) = match limit {
                Some(LimitReached::TooMany { count }) => (1.0, f64::from(count)),
                Some(LimitReached::DownTooLong { limit }) => (2.0, limit.as_millis_f64()),
                _ => (0.0, 0.0),
            };
        }
    }
}
