//! When each deadline is due.

use crate::Span;

use super::super::{
    promises::MIN_DELAY,
    space::{Then, Time},
};
use super::{Phase, Source, later};

impl Source {
    pub(in super::super) fn reopens_on_wake(&self) -> bool {
        self.settings.reopen_on_wake
            && (self.is_repeatable() || self.is_asking)
            && matches!(self.phase, Phase::Open | Phase::Connecting)
    }

    pub(super) fn waiting_until(&self) -> Option<Span> {
        match self.phase {
            Phase::Waiting { until, .. } if !self.network.is_gone() => Some(until),
            Phase::Postponed(until) => Some(until),
            _ => None,
        }
    }

    pub(super) fn slow_at(&self) -> Option<Span> {
        let (Time(after), then) = self.settings.opening?;
        let counts = matches!(self.phase, Phase::Connecting | Phase::Reconnecting)
            && !self.tries_in_vain()
            && !self.has_reported_limit
            && (then == Then::Close || self.is_repeatable() || self.is_asking);
        counts.then(|| later(self.phase_since, after.max(MIN_DELAY)))
    }

    pub(super) fn idle_at(&self) -> Option<Span> {
        let (Time(after), _) = self.settings.idle?;
        let at = later(self.last_activity, after.max(MIN_DELAY));
        let at = self.grace.map_or(at, |grace| at.max(grace));
        let counts = self.phase == Phase::Open && !self.has_reported_limit && !self.is_held_back;
        counts.then_some(at)
    }

    pub(super) fn refresh_at(&self) -> Option<Span> {
        let counts = matches!(self.phase, Phase::Refreshing { .. });
        let timeout = self.settings.refresh_timeout.0.max(MIN_DELAY);
        counts.then(|| later(self.phase_since, timeout))
    }

    pub(super) fn renewal_due_at(&self) -> Option<Span> {
        self.renewal_at.filter(|_| self.phase == Phase::Open)
    }

    pub(super) fn down_at(&self) -> Option<Span> {
        let Time(limit) = self.settings.close_when_down_for?;
        let since = self.unhealthy_since?;
        let counts = !matches!(
            self.phase,
            Phase::Open | Phase::Paused { .. } | Phase::Closed
        );
        counts.then(|| later(since, limit))
    }
}
