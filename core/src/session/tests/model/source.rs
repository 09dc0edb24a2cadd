//! The model of a source that shares no connection: its session, and the state that the session should have.

use core::mem;
use std::vec::Vec;

use crate::{
    At, CloseReason, Decision, EventOutcome, Failure, IdField, Input, LimitReached, Loss, Output,
    ReceivedEvent, Session, Span, State, Timestamp, Unfinished,
};

use super::{
    lifecycle::HURRY_INTERVAL,
    network::Network,
    promises::{FailureKind, GRACE, LATE_TIMER_THRESHOLD, MIN_DELAY, SLEEP_THRESHOLD},
    space::{Happening, Refusal, Ruling, Settings, Then, Time},
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

    fn ask_for_refresh(&mut self) {
        let class = Refusal::Unauthorized.class();
        let outputs = self.tell(Input::Lost(Loss::Fail {
            class,
            retry_after: None,
        }));
        let is_told = match self.phase {
            Phase::Connecting | Phase::Postponed(_) | Phase::Refreshing { .. } => true,
            Phase::Closed => return,
            _ => false,
        };
        let told = Output::State(State::Connecting);
        let expected = [Output::Disconnect, told, Output::Refresh];
        let count = outputs.len();
        assert_eq!(outputs.first(), expected.first());
        assert_eq!(outputs.last(), expected.last());
        assert_eq!(count, if is_told { 2 } else { 3 });
        assert!(is_told || outputs == expected);
        self.enter(Phase::Refreshing { is_refused: true });
    }

    fn refreshed(&mut self) {
        let outputs = self.tell(Input::Refreshed);
        let Phase::Refreshing { is_refused } = self.phase else {
            assert_eq!(outputs, []);
            return;
        };
        assert_eq!(outputs, [Output::Connect]);
        self.has_refreshed |= is_refused;
        self.may_send_unsafe |= is_refused;
        self.is_asking = self.settings.asks_request;
        self.enter(Phase::Connecting);
    }

    fn expire_in(&mut self, time: Span) {
        assert_eq!(self.tell(Input::ExpiresIn(time)), []);
        let half = |span: Span| Span::from_nanos(span.as_nanos() / 2);
        let left = self.expires_at.map(|at| at - self.now);
        let is_new = left.is_none_or(|left| time > left + half(left));
        let is_open = self.phase == Phase::Open && self.is_repeatable();
        let wait = time - half(time).min(Span::from_secs(30));
        self.renewal_at =
            (is_new && is_open && time > Span::ZERO).then(|| later(self.now, wait.max(MIN_DELAY)));
        self.expires_at = Some(later(self.now, time));
        self.failed_renewals = 0;
    }

    fn renewed(&mut self) {
        let outputs = self.tell(Input::Renewed);
        if !self.is_renewal_under_way || self.phase == Phase::Closed {
            assert_eq!(outputs, []);
            return;
        }
        self.is_renewal_under_way = false;
        if self.phase == Phase::Open {
            assert_eq!(outputs, [Output::HandOver]);
            self.has_refreshed = false;
            self.note_activity();
        } else {
            let told = Output::State(State::Open);
            assert_eq!(outputs, [Output::HandOver, told]);
            self.follow_opening();
        }
    }

    fn fail_to_renew(&mut self) {
        let outputs = self.tell(Input::RenewalFailed);
        if !self.is_renewal_under_way || self.phase == Phase::Closed {
            assert_eq!(outputs, []);
            return;
        }
        assert!(matches!(
            outputs[..],
            [Output::Report(report)] if report.attempt.is_none()
        ));
        self.is_renewal_under_way = false;
        self.failed_renewals += 1;
        let left = self.expires_at.map_or(Span::ZERO, |at| at - self.now);
        if self.failed_renewals < 3 && left > Span::ZERO {
            let wait = Span::from_nanos(left.as_nanos() / 2).max(MIN_DELAY);
            self.renewal_at = Some(later(self.now, wait));
        }
    }

    fn open(&mut self) {
        let outputs = self.tell(Input::Opened);
        if self.phase == Phase::Closed {
            return;
        }
        assert_eq!(outputs, [Output::State(State::Open)]);
        self.follow_opening();
    }

    fn follow_opening(&mut self) {
        self.network.note_connection();
        self.has_refreshed = false;
        self.expires_at = None;
        self.renewal_at = None;
        self.enter(Phase::Open);
        self.note_activity();
        if self.down_since.is_none() {
            self.unhealthy_since = None;
        }
    }

    /// The function answers. A request that is not safe is sent once, unless it may be sent again.
    fn request(&mut self, is_safe: bool) {
        let outputs = self.tell(Input::Requested { is_safe });
        if self.phase == Phase::Closed || !mem::take(&mut self.is_asking) {
            assert_eq!(outputs, []);
            return;
        }
        self.is_safe = is_safe;
        if is_safe || self.may_send_unsafe {
            assert_eq!(outputs, []);
            self.has_sent_unsafe |= !is_safe;
            self.may_send_unsafe = self.settings.resend || !self.has_sent_unsafe;
        } else {
            let Action::Close(Some((Failure::Earlier, None))) = self.action(&outputs) else {
                panic!("{outputs:?}");
            };
            self.phase = Phase::Closed;
        }
    }

    fn receive(&mut self) {
        let event = ReceivedEvent {
            last_event_id: None,
            id_field: IdField::Unknown,
            digest: 0,
            terminal: None,
        };
        let now = Timestamp::from_origin(self.now);
        let outcome = self.session.event(event, || now);
        let outputs = self.poll();
        match outcome {
            EventOutcome::Skip => assert_eq!(self.phase, Phase::Closed),
            EventOutcome::Deliver => assert_ne!(self.phase, Phase::Closed),
            // After a time limit that was only reported, the body is told the next deadline.
            EventOutcome::Poll => {
                let kinds = [FailureKind::Idle, FailureKind::SlowOpen];
                assert!(kinds.into_iter().any(|kind| self.only_reports(kind)));
            }
        }
        let expected: &[_] = match outcome {
            EventOutcome::Poll => &[Output::Deliver],
            _ => &[],
        };
        assert_eq!(outputs, expected);
        self.forget_failures();
        self.note_activity();
    }

    fn close(&mut self, input: Input<'_>, reason: CloseReason) {
        let outputs = self.tell(input);
        if self.phase != Phase::Closed {
            assert_eq!(outputs, [Output::Closed(reason)]);
            self.phase = Phase::Closed;
        }
    }

    fn lose(&mut self, input: Input<'_>, kind: FailureKind) {
        if matches!(
            kind,
            FailureKind::Lost | FailureKind::HungUp | FailureKind::BodyEnded
        ) {
            self.losses += 1;
        }
        self.fail();
        let outputs = self.tell(input);
        self.decide(&outputs, kind);
    }

    /// The network comes back. A wait ends, unless the server or a rule asked for it.
    fn come_online(&mut self) {
        let tried_in_vain = self.tries_in_vain();
        let outputs = self.tell(Input::Online);
        self.network.report_back(self.now);
        if self.shorten_wait() {
            self.follow_clock(&outputs, Span::ZERO, false);
        } else if self.reopens_on_wake() {
            self.follow_clock(&outputs, Span::ZERO, true);
        } else if tried_in_vain {
            assert!(matches!(
                outputs[..],
                [Output::State(State::Waiting { retry_in: None, .. })]
            ));
            self.phase_since = self.now;
        } else {
            assert_eq!(outputs, []);
        }
    }

    pub(super) fn is_offline(&self) -> bool {
        self.network.is_gone()
    }

    /// Ends a wait as far as the server or a rule did not ask for it. Returns whether there is one.
    pub(super) fn shorten_wait(&mut self) -> bool {
        let Phase::Waiting { until, not_before } = &mut self.phase else {
            return false;
        };
        *until = (*until).min(*not_before);
        true
    }

    /// Whether the browser reconnects although there is no network.
    fn tries_in_vain(&self) -> bool {
        self.phase == Phase::Reconnecting && self.network.is_gone()
    }

    /// Time passes, and then the session gets a timeout.
    fn pass(&mut self, time: Span, late: Span) {
        let deadline = self.deadline();
        self.now = later(self.now, time).min(NEVER - Span::from_nanos(1));
        let outputs = self.tell(Input::Timeout { late });
        if late == Span::ZERO && deadline.is_none_or(|at| at > self.now) {
            assert_eq!(outputs, [], "before its time");
        }
        let is_woken = late >= SLEEP_THRESHOLD && self.may_have_died_asleep();
        self.follow_clock(&outputs, late, is_woken);
    }

    /// Checks the outputs of a timeout, or of the return of the network, and follows them.
    pub(super) fn follow_clock(&mut self, outputs: &[Output], late: Span, is_woken: bool) {
        let is_healthy = self.phase == Phase::Open
            && later(self.phase_since, self.settings.healthy_after.0) <= self.now;
        let pauses = outputs.last() == Some(&Output::State(State::Paused));
        if is_healthy && !is_woken && !pauses {
            self.forget_failures();
        }
        match (failure(outputs), outputs.last()) {
            (None, Some(Output::State(State::Paused))) => {
                assert!(self.hidden_at().is_some_and(|at| at <= self.now));
                let until_visible = true;
                self.enter(Phase::Paused { until_visible });
            }
            (Some(failure), _) => {
                let kind = match failure {
                    Failure::Suspended => FailureKind::Woken,
                    Failure::Idle => FailureKind::Idle,
                    Failure::OpenTimeout => FailureKind::SlowOpen,
                    Failure::RefreshTimeout => FailureKind::RefreshTimeout,
                    other => panic!("{other:?} is no failure of a time limit or a sleep"),
                };
                match kind {
                    FailureKind::Woken => assert!(is_woken),
                    FailureKind::Idle => assert!(self.idle_at().is_some_and(|at| at <= self.now)),
                    FailureKind::RefreshTimeout => {
                        assert!(late < SLEEP_THRESHOLD);
                        assert!(self.refresh_at().is_some_and(|at| at <= self.now));
                    }
                    _ => assert!(self.slow_at().is_some_and(|at| at <= self.now)),
                }
                if !self.only_reports(kind) {
                    self.fail();
                }
                self.decide(outputs, kind);
            }
            (None, Some(Output::Connect)) => {
                assert!(self.waiting_until().is_some_and(|until| until <= self.now));
                if matches!(self.phase, Phase::Postponed(_)) {
                    self.may_hurry_at = later(self.now, HURRY_INTERVAL);
                }
                self.enter(Phase::Connecting);
                self.is_asking = self.settings.asks_request;
            }
            (None, Some(Output::Renew)) => {
                assert_eq!(outputs, [Output::Renew]);
                assert!(self.renewal_due_at().is_some_and(|at| at <= self.now));
                self.renewal_at = None;
                self.is_renewal_under_way = true;
            }
            (None, Some(Output::Closed(reason))) => {
                let CloseReason::Failed { limit, .. } = reason else {
                    panic!("{reason:?}");
                };
                assert!(matches!(limit, Some(LimitReached::DownTooLong { .. })));
                assert!(self.down_at().is_some_and(|at| at <= self.now));
                self.phase = Phase::Closed;
            }
            _ => self.check_nothing_was_due(late),
        }
    }

    /// Checks that nothing was due at a timeout without an effect.
    fn check_nothing_was_due(&mut self, late: Span) {
        let hidden_at = self.hidden_at();
        for due in [
            self.waiting_until(),
            self.slow_at(),
            self.down_at(),
            hidden_at,
        ] {
            assert!(due.is_none_or(|at| at > self.now), "{:?}", self.phase);
        }
        if self.refresh_at().is_some_and(|at| at <= self.now) {
            assert!(late >= SLEEP_THRESHOLD, "the refresh has taken too long");
            self.phase_since = self.now;
        }
        if self.idle_at().is_some_and(|at| at <= self.now) {
            let is_excused = late >= LATE_TIMER_THRESHOLD && self.grace.is_none();
            assert!(is_excused, "silent for too long");
            self.grace = Some(later(self.now, GRACE));
        }
    }

    /// Checks what the session does about a failure, and follows it.
    fn decide(&mut self, outputs: &[Output], kind: FailureKind) {
        if self.phase == Phase::Closed {
            return;
        }
        let action = self.action(outputs);
        let proposed = match outputs.first() {
            Some(Output::Decide(context)) => {
                assert_eq!(context.decode_errors, self.decode_errors);
                assert_eq!(context.failures, self.failures);
                assert_eq!(context.down_for, self.down_for());
                match context.proposed {
                    Decision::KeepWaiting => Action::KeepWaiting,
                    Decision::Reopen { after } => Action::Reopen {
                        after: Some(after.into()),
                    },
                    _ => Action::Close(None),
                }
            }
            _ => action,
        };
        self.check_promises(proposed, kind);
        self.check_rule(action, proposed, kind);
        match action {
            Action::Close(_) => self.phase = Phase::Closed,
            Action::KeepWaiting if self.only_reports(kind) => self.has_reported_limit = true,
            Action::KeepWaiting => match kind {
                FailureKind::Lost => self.enter(Phase::Reconnecting),
                FailureKind::SlowOpen => self.phase_since = self.now,
                FailureKind::Idle | FailureKind::Woken => {
                    self.phase_since = self.now;
                    self.last_activity = self.now;
                }
                _ => {}
            },
            Action::Reopen { after } => {
                let is_ruled = matches!(self.settings.rule, Some(Ruling::Reopen(_)));
                let is_refreshed = matches!(
                    kind,
                    FailureKind::RefreshFailed | FailureKind::RefreshTimeout
                );
                self.may_send_unsafe |= is_ruled || (is_refreshed && !self.is_safe);
                self.reopenings += u32::from(self.backs_off_after(kind));
                if kind == FailureKind::DecodeFailed || self.only_reports(kind) {
                    self.fail();
                }
                let requested = self.requested_after(kind);
                let not_before = later(self.now, requested);
                // While the machine is offline the wait has no end. When the network is back, it ends at `not_before`.
                let after = after.unwrap_or(Span::MAX);
                let until = later(self.now, after);
                self.enter(Phase::Waiting { until, not_before });
            }
        }
    }

    /// What these outputs do about a failure.
    fn action(&self, outputs: &[Output]) -> Action {
        for output in outputs {
            match output {
                Output::Closed(CloseReason::Failed { failure, limit }) => {
                    let is_reported = outputs
                        .iter()
                        .any(|output| matches!(output, Output::Report(_)));
                    assert_eq!(is_reported, limit.is_some());
                    return Action::Close(Some((*failure, *limit)));
                }
                Output::Disconnect => {
                    let after = match outputs.last() {
                        Some(Output::State(State::Waiting { retry_in, .. })) => *retry_in,
                        Some(Output::State(State::Offline { .. })) => None,
                        other => panic!("{other:?}"),
                    };
                    assert_eq!(after.is_none(), self.network.is_gone());
                    return Action::Reopen { after };
                }
                _ => {}
            }
        }
        Action::KeepWaiting
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

    fn fail(&mut self) {
        self.failures += 1;
        self.unhealthy_since.get_or_insert(self.now);
        self.down_since.get_or_insert(self.now);
    }

    pub(super) fn forget_failures(&mut self) {
        self.failures = 0;
        if self.is_safe {
            self.losses = 0;
            self.reopenings = 0;
        }
        self.down_since = None;
        self.unhealthy_since = None;
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

/// When each deadline is due.
impl Source {
    pub(super) fn reopens_on_wake(&self) -> bool {
        self.settings.reopen_on_wake
            && (self.is_repeatable() || self.is_asking)
            && matches!(self.phase, Phase::Open | Phase::Connecting)
    }

    fn waiting_until(&self) -> Option<Span> {
        match self.phase {
            Phase::Waiting { until, .. } if !self.network.is_gone() => Some(until),
            Phase::Postponed(until) => Some(until),
            _ => None,
        }
    }

    fn slow_at(&self) -> Option<Span> {
        let (Time(after), then) = self.settings.opening?;
        let counts = matches!(self.phase, Phase::Connecting | Phase::Reconnecting)
            && !self.tries_in_vain()
            && !self.has_reported_limit
            && (then == Then::Close || self.is_repeatable() || self.is_asking);
        counts.then(|| later(self.phase_since, after.max(MIN_DELAY)))
    }

    fn idle_at(&self) -> Option<Span> {
        let (Time(after), _) = self.settings.idle?;
        let at = later(self.last_activity, after.max(MIN_DELAY));
        let at = self.grace.map_or(at, |grace| at.max(grace));
        let counts = self.phase == Phase::Open && !self.has_reported_limit && !self.is_held_back;
        counts.then_some(at)
    }

    fn refresh_at(&self) -> Option<Span> {
        let counts = matches!(self.phase, Phase::Refreshing { .. });
        let timeout = self.settings.refresh_timeout.0.max(MIN_DELAY);
        counts.then(|| later(self.phase_since, timeout))
    }

    fn renewal_due_at(&self) -> Option<Span> {
        self.renewal_at.filter(|_| self.phase == Phase::Open)
    }

    fn down_at(&self) -> Option<Span> {
        let Time(limit) = self.settings.close_when_down_for?;
        let since = self.unhealthy_since?;
        let counts = !matches!(
            self.phase,
            Phase::Open | Phase::Paused { .. } | Phase::Closed
        );
        counts.then(|| later(since, limit))
    }
}

/// The last moment. A deadline at this moment is never reached.
pub(super) const NEVER: Span = Span::MAX;

/// Adds to a moment as the session does.
pub(super) fn later(moment: Span, span: Span) -> Span {
    (Timestamp::from_origin(moment) + span).since_origin()
}

/// The failure that the outputs report.
fn failure(outputs: &[Output]) -> Option<Failure> {
    outputs.iter().find_map(|output| match output {
        Output::Decide(context) => Some(context.failure),
        Output::Report(report) => Some(report.failure),
        Output::Closed(CloseReason::Failed {
            failure,
            limit: None,
        }) => Some(*failure),
        _ => None,
    })
}
