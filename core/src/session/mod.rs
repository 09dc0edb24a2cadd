//! One source, from its first attempt to its end.

mod attempts;
mod ending;
mod events;
mod handling;
mod ids;
mod io;
mod lifecycle;
mod limits;
mod opening;
mod refresh;
mod relayed;
mod renewal;
#[cfg(test)]
mod tests;
mod timers;

use alloc::{boxed::Box, string::String, vec::Vec};

use self::{attempts::Attempts, ids::Ids, limits::Pending, renewal::Renewal};
pub use self::{
    attempts::{AttemptOutcome, AttemptReason, Counts, EndedAttempt},
    ids::{Gap, digest},
    io::{
        CloseReason, Decision, EndOfBody, EventOutcome, Failure, FailureClass, FailureContext,
        IdField, Input, LimitReached, Loss, Options, Output, ReceivedEvent, Report, State,
        Terminal, Transport, Unfinished,
    },
};
use crate::{At, Policy, Span, Timestamp};

/// Makes all decisions about one source, and carries out none of them.
///
/// There are four kinds of calls:
///
/// - [`handle`](Self::handle) and [`event`](Self::event) tell it what happened, and when.
/// - [`poll`](Self::poll) says what to do, one step after the other.
/// - [`next_timeout`](Self::next_timeout) says when to call back with [`Input::Timeout`].
/// - The others only read: [`state`](Self::state), [`last_event_id`](Self::last_event_id), the `wants_…` methods.
///
/// # What a body has to do
///
/// - After [`new`](Self::new) and after each input it polls until there is no output, and carries out each output
///   before it polls for the next. Then it sets one timer to [`next_timeout`](Self::next_timeout). A timer that fires
///   too early does no harm.
/// - It passes one input at a time. Inputs that arise while an output is carried out (a callback may do anything) wait
///   until all outputs are carried out. Exceptions are [`Input::Close`] and the answers to an output, which are passed
///   at once: [`Input::Decided`] to [`Output::Decide`], [`Input::Decoded`] or [`Input::DecodeFailed`] to
///   [`Output::Deliver`], [`Input::Postponed`] or [`Input::Refreshing`] to [`Output::Connect`], and [`Input::Refreshed`] to
///   [`Output::Refresh`] if there is nothing to wait for.
/// - Its clock never goes back, and is the same for all calls.
/// - It expects the session to be ahead of what the user was told: [`state`](Self::state) is the current state.
/// - It keeps three errors, since the session keeps none: the last one that it told the session about
///   ([`Failure::Told`]), the last one whose [`Report`] has an `attempt` ([`Failure::Earlier`]), and the one for an
///   event by which the server says what went wrong ([`Failure::Event`]).
/// - It passes no inputs of a connection after [`Output::Disconnect`] or [`Output::Closed`].
///
/// # Order
///
/// A change of state is in effect before anything is reported. An attempt that has ended is told before the error that ended it,
/// an error is reported before the state that it leads to, and a gap before the event after it. [`Output::Closed`] is the last
/// output, and inputs after it are ignored. If the
/// user closes the source while a rule is asked about an error, that error is reported first.
///
/// ```
/// use typed_eventsource_core::{At, Input, Loss, Options, Output, Session, Span, State, Timestamp, Transport};
///
/// let at = |seconds| At { now: Timestamp::from_origin(Span::from_secs(seconds)), random: 0.5 };
/// let mut session = Session::new(Options::new(Transport::Fetch), at(0));
/// assert_eq!(session.poll(), Some(Output::Connect));
/// session.handle(Input::Opened, at(1));
/// assert_eq!(session.poll(), Some(Output::State(State::Open)));
/// session.handle(Input::Lost(Loss::Reestablish), at(60));
/// assert_eq!(session.poll(), Some(Output::Disconnect));
/// assert!(matches!(session.poll(), Some(Output::Report(_))));
/// let waiting = State::Waiting { attempt: 1, retry_in: Some(Span::from_secs(3)) };
/// assert_eq!(session.poll(), Some(Output::State(waiting)));
/// assert_eq!(session.next_timeout(), Some(at(63).now));
/// ```
#[derive(Debug)]
pub struct Session {
    policy: Box<Policy>,
    has_rule: bool,
    transport: Transport,
    has_resume_parameter: bool,
    has_terminal: bool,
    end_of_body: Option<EndOfBody>,
    asks_request: bool,
    /// Whether the function is still to answer with the request of this attempt.
    is_asking: bool,
    /// Whether a request that is not safe may be sent next: none was sent, or it may be sent again.
    may_send_unsafe: bool,
    has_sent_unsafe: bool,
    /// Whether the request in hand may be made more than once at no cost.
    is_safe: bool,
    /// Whether it may be made more than once whatever happens.
    is_repeatable: bool,
    is_offline: bool,
    offline_since: Option<Timestamp>,
    /// How long the machine was offline after `down_since`, up to the last time that it was back.
    offline_for: Span,
    /// Whether the report that the machine is offline was wrong.
    ignores_offline: bool,
    phase: Phase,
    phase_since: Timestamp,
    outputs: Vec<Output>,
    attempts: Attempts,
    /// The failure that a rule is to decide on.
    pending: Option<Pending>,
    /// Why to close once the current event, which is the last one, is delivered.
    closing: Option<CloseReason>,
    close_reason: Option<CloseReason>,
    ids: Ids,
    tracks_ids: bool,
    /// Whether each id matters now: because ids are tracked, or because of a renewal.
    needs_ids: bool,
    renewal: Renewal,
    has_refresh: bool,
    /// Whether a refusal has led to a refresh since the last connection.
    has_refreshed: bool,
    last_event_id: String,
    /// Whether an event of this connection had an id.
    has_id_of_connection: bool,
    last_activity: Timestamp,
    /// Whether the response is read no further, since a queue is full.
    is_held_back: bool,
    /// Silence is excused until then, since nothing could be read; once after each activity.
    idle_grace_until: Option<Timestamp>,
    last_timeout: Timestamp,
    /// Since when the page has been hidden, if that can pause the source.
    hidden_since: Option<Timestamp>,
    /// When the user or the page may have it connect at once again.
    may_hurry_at: Timestamp,
    /// Whether it was reported that the connection is slow to open, or silent, and is kept: until it opens or ends, or
    /// something arrives.
    has_told_limit: bool,
    time_limit: Span,
    /// When the connection first failed, if it has not been healthy since.
    down_since: Option<Timestamp>,
    /// Since when there has been no healthy connection: at first since the source was created, later the same as
    /// `down_since`.
    unhealthy_since: Option<Timestamp>,
    /// The reconnection time that the server has set by a `retry` field.
    retry: Option<Span>,
    /// How long the server asked to wait with the last refusal; zero if it did not.
    retry_after: Span,
    failures: u32,
    losses: u32,
    last_loss: Option<Timestamp>,
    reopenings: u32,
    decode_errors: u32,
}

#[derive(Clone, Copy, Debug)]
enum Phase {
    /// Our own attempt is under way.
    Connecting,
    /// The first attempt may not begin before this moment.
    Postponed(Timestamp),
    /// A refresh is under way, and the next attempt follows it.
    Refreshing {
        /// Whether this source was refused. Otherwise another one was, and this one has only waited.
        is_refused: bool,
    },
    Open,
    /// The browser reconnects, after so many failures in a row.
    Reconnecting {
        attempt: u32,
    },
    /// Waiting until `until`, after so many failures in a row. An `online` event may shorten the wait, but not below
    /// `not_before`: what the server or a rule asked for.
    Waiting {
        attempt: u32,
        until: Timestamp,
        not_before: Timestamp,
    },
    Paused {
        /// Whether the page resumes it when it is seen again; otherwise the user does.
        until_visible: bool,
    },
    /// The state of the shared connection.
    Relayed(State),
    Closed,
}

impl Session {
    /// A source that begins now, with an attempt to connect. One that is to be [paused](Policy::pause_when_hidden) at once begins
    /// paused.
    #[must_use]
    pub fn new(options: Options, at: At) -> Self {
        let Options {
            policy,
            has_rule,
            transport,
            is_repeatable,
            asks_request,
            has_resume_parameter,
            last_event_id,
            deduplicate,
            has_terminal,
            end_of_body,
            has_refresh,
            is_offline,
            is_hidden,
        } = options;
        let can_pause = policy.pause_when_hidden.is_some();
        let mut session = Self {
            asks_request,
            is_asking: asks_request,
            may_send_unsafe: true,
            has_sent_unsafe: false,
            is_safe: is_repeatable,
            is_repeatable: is_repeatable || policy.resend,
            policy,
            has_rule,
            transport,
            has_resume_parameter,
            has_terminal,
            end_of_body,
            is_offline,
            offline_since: is_offline.then_some(at.now),
            offline_for: Span::ZERO,
            ignores_offline: false,
            phase: Phase::Connecting,
            phase_since: at.now,
            outputs: Vec::new(),
            attempts: Attempts::new(),
            pending: None,
            closing: None,
            close_reason: None,
            ids: Ids::new(deduplicate, &last_event_id),
            tracks_ids: deduplicate > 0,
            needs_ids: deduplicate > 0,
            renewal: Renewal::default(),
            has_refresh,
            has_refreshed: false,
            last_event_id,
            has_id_of_connection: false,
            last_activity: at.now,
            is_held_back: false,
            idle_grace_until: None,
            last_timeout: at.now,
            hidden_since: (is_hidden && can_pause).then_some(at.now),
            may_hurry_at: at.now,
            has_told_limit: false,
            time_limit: Span::ZERO,
            down_since: None,
            unhealthy_since: Some(at.now),
            retry: None,
            retry_after: Span::ZERO,
            failures: 0,
            losses: 0,
            last_loss: None,
            reopenings: 0,
            decode_errors: 0,
        };
        if !session.pause_if_hidden_too_long(at.now) {
            session.attempts.start(at.now);
            session.push(Output::Connect);
        }
        session
    }

    /// The state of the source.
    #[must_use]
    pub fn state(&self) -> State {
        match self.phase {
            Phase::Connecting | Phase::Postponed(_) | Phase::Refreshing { .. } => State::Connecting,
            Phase::Open => State::Open,
            Phase::Reconnecting { attempt } | Phase::Waiting { attempt, .. } if self.is_offline => {
                State::Offline { attempt }
            }
            Phase::Reconnecting { attempt } => State::Waiting {
                attempt,
                retry_in: None,
            },
            Phase::Waiting { attempt, until, .. } => State::Waiting {
                attempt,
                retry_in: Some(until.since(self.phase_since)),
            },
            Phase::Paused { .. } => State::Paused,
            Phase::Relayed(state) => state,
            Phase::Closed => State::Closed,
        }
    }

    /// When the next attempt is due, while the source waits for it and knows.
    #[must_use]
    pub fn waits_until(&self) -> Option<Timestamp> {
        match self.phase {
            Phase::Waiting { until, .. } if !self.is_offline => Some(until),
            _ => None,
        }
    }

    /// Whether the source has closed.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        matches!(self.phase, Phase::Closed)
    }

    /// Why the source has closed, as [`Output::Closed`] reports it. `None` if it has not closed.
    #[must_use]
    pub fn close_reason(&self) -> Option<CloseReason> {
        self.close_reason
    }

    /// How many times in a row the connection has failed. A healthy connection resets it to zero.
    #[must_use]
    pub fn failures(&self) -> u32 {
        self.failures
    }

    /// The time limit of the current [`Failure::OpenTimeout`] or [`Failure::Idle`].
    #[must_use]
    pub fn time_limit(&self) -> Span {
        self.time_limit
    }

    /// Whether a change of state is still to be reported: the one that the current [report](Output::Report) led to.
    #[must_use]
    pub fn has_state_to_tell(&self) -> bool {
        self.outputs
            .iter()
            .any(|output| matches!(output, Output::State(_)))
    }

    /// The last event id of the source, which is the id of the event to continue after. Empty if there is none, or if
    /// the server has reset it with an empty `id` field.
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        &self.last_event_id
    }
}
