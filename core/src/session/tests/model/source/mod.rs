//! The model of a source that shares no connection: its session, and the state that the session should have.

mod clock;
mod connection;
mod deadlines;
mod failures;
mod renewal;

use std::vec::Vec;

use crate::{
    At, CloseReason, Failure, Input, LimitReached, Loss, Output, Session, Span, State, Timestamp,
    Unfinished,
};

use super::{
    network::Network,
    promises::FailureKind,
    space::{Happening, Refusal, Settings, Time},
};

/// The response has ended completely, between two events.
const BODY_ENDED: Input<'static> = Input::BodyEnded {
    is_whole: true,
    unfinished: Unfinished::Nothing,
};

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Phase {
    Connecting,
    /// A refresh is under way: of what this source was refused with, or another.
    Refreshing {
        is_refused: bool,
    },
    Open,
    Reconnecting,
    Waiting {
        until: Span,
        /// The return of the network may end the wait from this moment on.
        not_before: Span,
    },
    /// An attempt that the user or the page asked for is made then.
    Postponed(Span),
    Paused {
        until_visible: bool,
    },
    Closed,
}

/// What a source does about a failure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Action {
    KeepWaiting,
    Reopen {
        /// Unknown while the machine is offline.
        after: Option<Span>,
    },
    /// A proposal to close has no reason.
    Close(Option<(Failure, Option<LimitReached>)>),
}

/// A source, with what its policy has to know.
pub(super) struct Source {
    pub(super) settings: Settings,
    session: Session,
    pub(super) now: Span,
    pub(super) phase: Phase,
    pub(super) phase_since: Span,
    last_activity: Span,
    is_held_back: bool,
    /// Until when silence is excused after a late timer.
    grace: Option<Span>,
    has_reported_limit: bool,
    pub(super) network: Network,
    pub(super) hidden_since: Option<Span>,
    /// When an attempt may be made at once again, since the user or the page asks for it.
    pub(super) may_hurry_at: Span,
    /// Whether the function has yet to answer.
    pub(super) is_asking: bool,
    /// Whether the request in hand is safe.
    is_safe: bool,
    /// Whether a request that is not safe may be sent next.
    pub(super) may_send_unsafe: bool,
    has_sent_unsafe: bool,
    pub(super) unhealthy_since: Option<Span>,
    pub(super) down_since: Option<Span>,
    failures: u32,
    pub(super) losses: u32,
    pub(super) reopenings: u32,
    pub(super) decode_errors: u32,
    pub(super) retry: Option<Span>,
    /// Whether a refusal has led to a refresh since the last connection.
    has_refreshed: bool,
    /// When the connection is to be renewed.
    renewal_at: Option<Span>,
    expires_at: Option<Span>,
    is_renewal_under_way: bool,
    failed_renewals: u32,
}

impl Source {
    pub(super) fn new(settings: Settings) -> Self {
        let now = Span::ZERO;
        let at = At {
            now: Timestamp::default(),
            random: settings.random,
        };
        let mut session = Session::new(settings.options(), at);
        assert_eq!(session.poll(), Some(Output::Connect));
        Self {
            session,
            network: Network::new(settings.is_offline),
            is_asking: settings.asks_request,
            is_safe: settings.is_safe,
            may_send_unsafe: true,
            has_sent_unsafe: false,
            settings,
            now,
            phase: Phase::Connecting,
            phase_since: now,
            last_activity: now,
            is_held_back: false,
            grace: None,
            has_reported_limit: false,
            hidden_since: None,
            may_hurry_at: now,
            unhealthy_since: Some(now),
            down_since: None,
            failures: 0,
            losses: 0,
            reopenings: 0,
            decode_errors: 0,
            retry: None,
            has_refreshed: false,
            renewal_at: None,
            expires_at: None,
            is_renewal_under_way: false,
            failed_renewals: 0,
        }
    }

    /// Passes an input to the session, and answers for the rule.
    pub(super) fn tell(&mut self, input: Input<'_>) -> Vec<Output> {
        self.session.handle(input, self.at());
        self.poll()
    }

    fn poll(&mut self) -> Vec<Output> {
        let mut outputs = Vec::new();
        while let Some(output) = self.session.poll() {
            assert!(
                !matches!(outputs.last(), Some(Output::Closed(_))),
                "an output follows the close"
            );
            if matches!(output, Output::Decide(_)) {
                let ruling = self.settings.rule.expect("there is a rule to ask");
                self.session
                    .handle(Input::Decided(ruling.decision()), self.at());
            }
            if output == Output::Disconnect {
                self.is_renewal_under_way = false;
            }
            outputs.push(output);
        }
        if self.phase == Phase::Closed {
            assert_eq!(outputs, [], "after the close");
        }
        outputs
    }

    fn at(&self) -> At {
        At {
            now: Timestamp::from_origin(self.now),
            random: self.settings.random,
        }
    }

    pub(super) fn play(&mut self, happening: Happening) {
        match happening {
            // There is no connection.
            Happening::Opened
            | Happening::Lost
            | Happening::HungUp
            | Happening::BodyEnded
            | Happening::Failed(..)
                if matches!(self.phase, Phase::Paused { .. } | Phase::Postponed(_)) => {}
            Happening::Reconnect => self.reconnect(),
            Happening::Pause => self.pause(),
            Happening::Resume => self.resume(Input::Resume),
            Happening::Hidden => {
                assert_eq!(self.tell(Input::Hidden), []);
                self.hidden_since.get_or_insert(self.now);
            }
            Happening::Visible => self.come_into_view(),
            Happening::Woken => self.wake(),
            Happening::Opened => self.open(),
            Happening::Requested(is_safe) => self.request(is_safe),
            Happening::Event => self.receive(),
            Happening::Unlistened(is_event) => {
                let last_event_id = None;
                let outputs = self.tell(Input::Unlistened {
                    is_event,
                    last_event_id,
                });
                assert_eq!(outputs, []);
                if is_event {
                    self.forget_failures();
                }
                self.note_activity();
            }
            Happening::Comment => {
                assert_eq!(self.tell(Input::Comment), []);
                self.note_activity();
            }
            Happening::HeldBack => {
                assert_eq!(self.tell(Input::HeldBack), []);
                self.is_held_back = true;
            }
            Happening::ReadOn => {
                assert_eq!(self.tell(Input::ReadOn), []);
                self.is_held_back = false;
                if self.phase == Phase::Open {
                    self.note_activity();
                }
            }
            Happening::Decoded => {
                assert_eq!(self.tell(Input::Decoded), []);
                self.decode_errors = 0;
            }
            Happening::DecodeFailed => {
                self.decode_errors += 1;
                let outputs = self.tell(Input::DecodeFailed);
                self.decide(&outputs, FailureKind::DecodeFailed);
            }
            Happening::Retry(Time(time)) => {
                assert_eq!(self.tell(Input::Retry(time)), []);
                self.retry = Some(time);
            }
            Happening::Lost if self.tries_in_vain() => {
                assert_eq!(self.tell(Input::Lost(Loss::BrowserReconnects)), []);
            }
            Happening::Lost => {
                let kind = match self.settings.asks_request {
                    true => FailureKind::HungUp,
                    false => FailureKind::Lost,
                };
                self.lose(Input::Lost(Loss::BrowserReconnects), kind);
            }
            Happening::HungUp => self.lose(Input::Lost(Loss::Reestablish), FailureKind::HungUp),
            Happening::BodyEnded if self.is_repeatable() || self.retry.is_some() => {
                self.lose(BODY_ENDED, FailureKind::BodyEnded);
            }
            Happening::BodyEnded => self.close(BODY_ENDED, CloseReason::Finished),
            Happening::Failed(Refusal::Unauthorized, _)
                if self.settings.has_refresh && !self.has_refreshed =>
            {
                self.ask_for_refresh();
            }
            Happening::Refreshing => {
                assert_eq!(self.tell(Input::Refreshing), []);
                if self.phase == Phase::Connecting {
                    self.phase = Phase::Refreshing { is_refused: false };
                }
            }
            Happening::Refreshed => self.refreshed(),
            Happening::RefreshFailed => {
                let is_awaited = matches!(self.phase, Phase::Refreshing { .. });
                if is_awaited {
                    self.fail();
                }
                let outputs = self.tell(Input::RefreshFailed);
                match is_awaited {
                    true => self.decide(&outputs, FailureKind::RefreshFailed),
                    false => assert_eq!(outputs, []),
                }
            }
            Happening::ExpiresIn(Time(time)) => self.expire_in(time),
            Happening::Renewed => self.renewed(),
            Happening::RenewalFailed => self.fail_to_renew(),
            Happening::Failed(refusal, retry_after) => {
                let retry_after = retry_after.map(|Time(time)| time);
                let class = refusal.class();
                let loss = Loss::Fail { class, retry_after };
                self.lose(Input::Lost(loss), FailureKind::Failed(refusal, retry_after));
            }
            Happening::Online => self.come_online(),
            Happening::Offline => {
                let outputs = self.tell(Input::Offline);
                let is_told = matches!(outputs[..], [Output::State(State::Offline { .. })]);
                let is_waiting = matches!(self.phase, Phase::Waiting { .. } | Phase::Reconnecting);
                assert_eq!(is_told, self.network.report_gone(self.now) && is_waiting);
            }
            Happening::Passes(Time(time)) => self.pass(time, Span::ZERO),
            Happening::Sleeps(Time(time)) => self.pass(time, time),
            Happening::Deadline => {
                if let Some(at) = self.deadline() {
                    self.pass(at - self.now, Span::ZERO);
                }
            }
            Happening::Closes => {
                let reason = CloseReason::Requested;
                self.close(Input::Close(reason), reason);
            }
        }
        self.check_state();
    }

    /// Checks the session's state and its deadline.
    fn check_state(&self) {
        let deadline = self.deadline();
        let state = self.session.state();
        assert!(self.matches(state), "{state:?} is not {:?}", self.phase);
        if self.phase == Phase::Closed {
            assert_eq!(deadline, None, "after the close");
            return;
        }
        let due = [
            self.waiting_until(),
            self.hidden_at(),
            self.slow_at(),
            self.down_at(),
            self.idle_at(),
            self.refresh_at(),
            self.renewal_due_at(),
        ];
        for at in due.into_iter().flatten().filter(|at| *at < NEVER) {
            assert!(deadline.is_some_and(|deadline| deadline <= at), "{due:?}");
        }
    }

    fn matches(&self, state: State) -> bool {
        match (self.phase, state) {
            (
                Phase::Connecting | Phase::Postponed(_) | Phase::Refreshing { .. },
                State::Connecting,
            )
            | (Phase::Paused { .. }, State::Paused)
            | (Phase::Open, State::Open)
            | (Phase::Closed, State::Closed) => true,
            (Phase::Reconnecting, State::Waiting { retry_in: None, .. }) => !self.network.is_gone(),
            (Phase::Reconnecting | Phase::Waiting { .. }, State::Offline { .. }) => {
                self.network.is_gone()
            }
            (Phase::Waiting { .. }, State::Waiting { retry_in, .. }) => {
                retry_in.is_some() && !self.network.is_gone()
            }
            _ => false,
        }
    }

    fn deadline(&self) -> Option<Span> {
        self.session.next_timeout().map(Timestamp::since_origin)
    }

    pub(super) fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        self.phase_since = self.now;
        self.has_reported_limit = false;
    }

    fn note_activity(&mut self) {
        self.last_activity = self.now;
        self.grace = None;
        self.has_reported_limit &= self.settings.idle.is_none();
    }
}

/// Whether requests may be made again.
impl Source {
    pub(super) fn is_repeatable(&self) -> bool {
        self.is_safe || self.settings.resend
    }

    /// Whether a failure may lead to another attempt.
    pub(super) fn may_ask_again(&self) -> bool {
        self.settings.asks_request || self.is_repeatable()
    }
}

/// How long the source has been down.
impl Source {
    fn down_for(&self) -> Span {
        self.down_since.map_or(Span::ZERO, |since| self.now - since)
    }

    /// The time with a network since the first failure.
    pub(super) fn elapsed(&self) -> Span {
        self.down_since.map_or(Span::ZERO, |since| {
            self.network.time_with_network(since, self.now)
        })
    }
}

/// The last moment. A deadline at this moment is never reached.
pub(super) const NEVER: Span = Span::MAX;

/// Adds to a moment as the session does.
pub(super) fn later(moment: Span, span: Span) -> Span {
    (Timestamp::from_origin(moment) + span).since_origin()
}
