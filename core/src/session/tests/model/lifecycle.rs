//! The model of what users and pages do to a source.

use std::vec::Vec;

use crate::{Input, Output, Span, State};

use super::{
    source::{Phase, Source, later},
    space::Time,
};

/// At most one attempt in this time is made because the user or the page asks for one.
pub(super) const HURRY_INTERVAL: Span = Span::from_millis(500);

impl Source {
    pub(super) fn reconnect(&mut self) {
        match self.phase {
            Phase::Connecting if self.is_attempt_new() => {}
            Phase::Postponed(_) | Phase::Refreshing { .. } | Phase::Closed => {}
            Phase::Waiting { .. } | Phase::Reconnecting if self.network.is_gone() => {}
            Phase::Paused { .. } => return self.resume(Input::Reconnect),
            Phase::Waiting { .. } => {
                self.may_send_unsafe = true;
                return self.check_hurry(Input::Reconnect, Vec::new());
            }
            Phase::Connecting | Phase::Open | Phase::Reconnecting => {
                self.may_send_unsafe = true;
                return self.check_hurry(Input::Reconnect, [Output::Disconnect].into());
            }
        }
        assert_eq!(self.tell(Input::Reconnect), []);
    }

    pub(super) fn pause(&mut self) {
        let outputs = self.tell(Input::Pause);
        let until_visible = false;
        match self.phase {
            Phase::Closed => return,
            Phase::Paused { .. } => assert_eq!(outputs, []),
            _ => assert_eq!(outputs, [Output::Disconnect, Output::State(State::Paused)]),
        }
        self.enter(Phase::Paused { until_visible });
    }

    pub(super) fn resume(&mut self, input: Input<'_>) {
        if !self.is_paused() {
            assert_eq!(self.tell(input), []);
            return;
        }
        self.may_send_unsafe |= !matches!(input, Input::Visible);
        self.forget_failures();
        self.hidden_since = self.hidden_since.map(|_| self.now);
        self.check_hurry(input, Vec::new());
    }

    pub(super) fn come_into_view(&mut self) {
        self.hidden_since = None;
        if let Phase::Paused {
            until_visible: true,
        } = self.phase
        {
            return self.resume(Input::Visible);
        }
        assert_eq!(self.tell(Input::Visible), []);
    }

    pub(super) fn wake(&mut self) {
        let outputs = self.tell(Input::Woken);
        if self.network.is_gone() {
            return assert_eq!(outputs, []);
        }
        let is_paused = self.hidden_at().is_some_and(|at| at <= self.now);
        if self.shorten_wait() || is_paused {
            self.follow_clock(&outputs, Span::ZERO, false);
        } else if self.may_have_died_asleep() {
            self.follow_clock(&outputs, Span::ZERO, true);
        } else {
            // Only the browser can send the last event id.
            assert_eq!(outputs, []);
        }
    }

    pub(super) fn is_paused(&self) -> bool {
        matches!(self.phase, Phase::Paused { .. })
    }

    /// When the page has been hidden for too long.
    pub(super) fn hidden_at(&self) -> Option<Span> {
        let Time(after) = self.settings.pause_when_hidden?;
        let counts = !self.is_paused() && self.phase != Phase::Closed;
        let since = self.hidden_since.filter(|_| counts)?;
        let is_idle = self.settings.asks_request && matches!(self.phase, Phase::Waiting { .. });
        let costs_nothing = is_idle || self.is_repeatable() || self.is_asking;
        costs_nothing.then(|| later(since, after))
    }

    pub(super) fn may_have_died_asleep(&self) -> bool {
        let is_newer = self.phase == Phase::Connecting && self.is_attempt_new();
        self.reopens_on_wake() && !is_newer
    }

    fn is_attempt_new(&self) -> bool {
        self.now - self.phase_since < HURRY_INTERVAL
    }

    /// Checks that the source connects at once, unless it did so just now, or there is no network.
    fn check_hurry(&mut self, input: Input<'_>, mut expected: Vec<Output>) {
        let was_connecting = self.phase == Phase::Connecting;
        let outputs = self.tell(input);
        self.unhealthy_since.get_or_insert(self.now);
        if self.network.is_gone() {
            assert!(matches!(
                outputs.last(),
                Some(Output::State(State::Offline { .. }))
            ));
            let (until, not_before) = (self.now, self.now);
            return self.enter(Phase::Waiting { until, not_before });
        }
        if !was_connecting {
            expected.push(Output::State(State::Connecting));
        }
        let due = self.may_hurry_at.max(self.now);
        if due == self.now {
            self.may_hurry_at = later(due, HURRY_INTERVAL);
            expected.push(Output::Connect);
            self.is_asking = self.settings.asks_request;
            self.enter(Phase::Connecting);
        } else {
            self.enter(Phase::Postponed(due));
        }
        assert_eq!(outputs, expected);
    }
}
