//! One source, from its first attempt to its end.

mod attempts;
mod events;
mod ids;
mod io;
mod lifecycle;
mod limits;
mod refresh;
mod renewal;
#[cfg(test)]
mod tests;
mod timers;

use alloc::{boxed::Box, string::String, vec::Vec};
use core::mem;

use self::{
    attempts::Attempts,
    ids::Ids,
    limits::{FailureKind, Pending},
    renewal::Renewal,
};
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
/// an error is reported before the state that it leads to, and a gap before the event after it. [`Output::Closed`] is the last output, and inputs after it are ignored. If the
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

/// Inputs, and the outputs that they lead to.
impl Session {
    /// Handles an input.
    pub fn handle(&mut self, input: Input<'_>, at: At) {
        if self.is_closed() {
            return self.handle_while_closed(input);
        }
        match input {
            Input::Close(reason) => return self.close(reason),
            Input::Decided(decision) => {
                if let Some(pending) = self.pending.take() {
                    self.settle(pending, decision, at.now);
                }
                return;
            }
            _ => {}
        }
        self.settle_unanswered(at.now);
        if self.is_closed() {
            return self.handle_while_closed(input);
        }
        match input {
            Input::Postponed(wait) => {
                self.phase = Phase::Postponed(at.now + wait);
                self.attempts.postpone();
            }
            Input::Refreshing => self.wait_for_refresh(),
            Input::Refreshed => self.refreshed(at.now),
            Input::RefreshFailed => self.refresh_failed(Failure::Told, at),
            Input::ExpiresIn(time) => self.expires_in(time, at.now),
            Input::Renewed => self.renewed(at.now),
            Input::RenewalFailed => self.renewal_failed(at.now),
            Input::Requested { is_safe } => self.requested(is_safe),
            Input::Opened => self.opened(at.now),
            Input::Comment => self.note_activity(|| at.now),
            Input::Unlistened {
                is_event,
                last_event_id,
            } => self.unlistened(is_event, last_event_id, at.now),
            Input::Retry(time) => self.retry = Some(time),
            Input::Lost(loss) => self.lost(Failure::Told, loss, at),
            Input::BodyEnded {
                is_whole,
                unfinished,
            } => self.body_ended(is_whole, unfinished, at),
            Input::Finished => {
                self.attempt_ended(AttemptOutcome::Finished, None);
                self.close(CloseReason::Finished);
            }
            Input::Decoded => self.decode_errors = 0,
            Input::DecodeFailed => self.decode_failed(at),
            Input::Timeout { late } => self.timeout(late, at),
            Input::Online => self.online(at),
            Input::Offline => self.offline(at.now),
            Input::Reconnect => self.reconnect(at.now),
            Input::Pause => self.pause(false, at.now),
            Input::Resume => self.resume(at.now),
            Input::Hidden => self.hidden(at.now),
            Input::Visible => self.visible(at.now),
            Input::Woken => self.woken(at),
            Input::Overflowed => self.close(CloseReason::Failed {
                failure: Failure::Told,
                limit: None,
            }),
            Input::HeldBack => self.is_held_back = true,
            Input::ReadOn => self.read_on(at.now),
            Input::Relayed(output) => self.relayed(output),
            Input::Close(_) | Input::Decided(_) => {}
        }
    }

    /// Does what was proposed if the rule has not answered.
    fn settle_unanswered(&mut self, now: Timestamp) {
        if let Some(pending) = self.pending.take() {
            self.settle(pending, Decision::AsProposed, now);
        }
    }

    /// The user may close the source while an event is decoded. If decoding fails then, it is still reported.
    fn handle_while_closed(&mut self, input: Input<'_>) {
        if matches!(input, Input::DecodeFailed)
            && let Some(closed) = self.outputs.pop()
        {
            self.report(Failure::Told, None);
            self.push(closed);
        }
    }

    /// The next output. `None` means that there are no more until the next input.
    #[must_use]
    pub fn poll(&mut self) -> Option<Output> {
        let output = self.next_output();
        if output.is_none()
            && let Some(reason) = self.closing.take()
        {
            self.close(reason);
            return self.next_output();
        }
        match output {
            Some(Output::Connect) => {
                self.has_id_of_connection = false;
                self.is_asking = self.asks_request;
            }
            Some(Output::HandOver) => self.has_id_of_connection = false,
            Some(Output::Disconnect) => self.stop_renewal(),
            _ => {}
        }
        output
    }

    /// Not inlined, since it has many callers.
    #[inline(never)]
    fn push(&mut self, output: Output) {
        self.outputs.push(output);
    }

    /// Reports the current state.
    #[inline(never)]
    fn push_state(&mut self) {
        self.push(Output::State(self.state()));
    }

    /// A `Vec` is enough, since there are never more than a few outputs.
    fn next_output(&mut self) -> Option<Output> {
        (!self.outputs.is_empty()).then(|| self.outputs.remove(0))
    }

    /// The request of this attempt is known, and not sent yet.
    fn requested(&mut self, is_safe: bool) {
        if !mem::take(&mut self.is_asking) {
            return;
        }
        self.is_safe = is_safe;
        self.is_repeatable = is_safe || self.policy.resend;
        self.has_sent_unsafe |= !is_safe;
        let may_go_on = self.policy.resend || !self.has_sent_unsafe;
        // That a request may be sent again is said of the next one alone.
        let may_send_unsafe = mem::replace(&mut self.may_send_unsafe, may_go_on);
        if !is_safe && !may_send_unsafe {
            self.close(CloseReason::Failed {
                failure: Failure::Earlier,
                limit: None,
            });
        }
    }

    fn opened(&mut self, now: Timestamp) {
        if !self.renewal.is_under_way {
            self.attempt_ended(AttemptOutcome::Opened, None);
        }
        // If a connection opens while the machine is reported offline, that report is wrong, and ignored until the
        // next.
        self.ignores_offline |= mem::take(&mut self.is_offline);
        self.offline_since = None;
        self.has_refreshed = false;
        self.renewal.forget_expiry();
        self.enter(Phase::Open, now);
        self.note_activity(|| now);
        self.last_timeout = now;
        if self.down_since.is_none() {
            self.unhealthy_since = None;
        }
        self.ids.connected();
        self.push_state();
    }

    fn relayed(&mut self, output: Output) {
        let has_left = matches!(
            self.phase,
            Phase::Waiting { .. } | Phase::Paused { .. } | Phase::Postponed(_)
        );
        match output {
            Output::Closed(CloseReason::Failed { .. }) => self.close(CloseReason::Failed {
                failure: Failure::Told,
                limit: None,
            }),
            Output::Closed(reason) => self.close(reason),
            _ if has_left => {}
            // It was reported when the sharer joined.
            Output::State(State::Connecting) if matches!(self.phase, Phase::Connecting) => {}
            // `Output::Closed` reports it, with the reason.
            Output::State(State::Closed) => {}
            Output::State(state) => {
                self.phase = Phase::Relayed(state);
                self.push_state();
            }
            Output::Report(_) => self.push(Output::Report(Report {
                failure: Failure::Told,
                attempt: None,
            })),
            Output::Gap(_) => self.push(output),
            Output::Connect
            | Output::Disconnect
            | Output::Refresh
            | Output::Renew
            | Output::HandOver
            | Output::Deliver
            | Output::Attempt(_)
            | Output::Decide(_) => {}
        }
    }

    /// Closes at once. Outputs that were still to be carried out are dropped, except for reports of errors and of attempts.
    fn close(&mut self, reason: CloseReason) {
        if let Some(pending) = self.pending.take() {
            self.attempt_given_up(&pending);
            self.report(pending.failure, self.attempt_of(pending.kind));
        }
        self.attempt_ended(AttemptOutcome::Aborted, None);
        self.stop_renewal();
        self.phase = Phase::Closed;
        self.close_reason = Some(reason);
        self.closing = None;
        self.outputs
            .retain(|output| matches!(output, Output::Report(_) | Output::Attempt(_)));
        self.push(Output::Closed(reason));
    }

    fn body_ended(&mut self, is_whole: bool, unfinished: Unfinished, at: At) {
        let is_end = self.is_body_end_finish();
        match unfinished {
            Unfinished::Terminal(terminal) => self.close(reason_after(terminal)),
            Unfinished::Nothing if is_whole && is_end => self.close(CloseReason::Finished),
            Unfinished::Nothing if is_whole => {
                self.connection_failed(Failure::Told, FailureKind::BodyEnded, at);
            }
            // A request that is sent again brings the event again.
            Unfinished::Event if is_end || !self.is_repeatable => {
                self.connection_failed(Failure::UnfinishedEvent, FailureKind::Reestablish, at);
            }
            _ => self.connection_failed(Failure::Told, FailureKind::Reestablish, at),
        }
    }

    /// Whether the source finishes with the response.
    fn is_body_end_finish(&self) -> bool {
        match self.end_of_body {
            Some(end) => end == EndOfBody::Finished,
            None => {
                let says_how_to_go_on = self.retry.is_some() || self.has_id_of_connection;
                !self.is_repeatable && !self.has_terminal && !says_how_to_go_on
            }
        }
    }

    fn enter(&mut self, phase: Phase, now: Timestamp) {
        self.phase = phase;
        self.phase_since = now;
        self.has_told_limit = false;
    }
}

/// Why a source closes after an event that nothing follows.
fn reason_after(terminal: Terminal) -> CloseReason {
    match terminal {
        Terminal::Event | Terminal::Data => CloseReason::Finished,
        Terminal::Failure => CloseReason::Failed {
            failure: Failure::Event,
            limit: None,
        },
    }
}
