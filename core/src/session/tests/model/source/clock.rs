//! Time that passes, and the network that comes back.

use crate::{CloseReason, Failure, Input, LimitReached, Output, Span, State};

use super::super::{
    lifecycle::HURRY_INTERVAL,
    promises::{FailureKind, GRACE, LATE_TIMER_THRESHOLD, SLEEP_THRESHOLD},
};
use super::{NEVER, Phase, Source, later};

impl Source {
    /// The network comes back. A wait ends, unless the server or a rule asked for it.
    pub(super) fn come_online(&mut self) {
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

    pub(in super::super) fn is_offline(&self) -> bool {
        self.network.is_gone()
    }

    /// Ends a wait as far as the server or a rule did not ask for it. Returns whether there is one.
    pub(in super::super) fn shorten_wait(&mut self) -> bool {
        let Phase::Waiting { until, not_before } = &mut self.phase else {
            return false;
        };
        *until = (*until).min(*not_before);
        true
    }

    /// Whether the browser reconnects although there is no network.
    pub(super) fn tries_in_vain(&self) -> bool {
        self.phase == Phase::Reconnecting && self.network.is_gone()
    }

    /// Time passes, and then the session gets a timeout.
    pub(super) fn pass(&mut self, time: Span, late: Span) {
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
    pub(in super::super) fn follow_clock(
        &mut self,
        outputs: &[Output],
        late: Span,
        is_woken: bool,
    ) {
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
    pub(super) fn check_nothing_was_due(&mut self, late: Span) {
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
