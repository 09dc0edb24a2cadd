//! The refresh of what a server has refused, and the renewal of a connection.

use crate::{Input, Loss, Output, Span, State};

use super::super::{promises::MIN_DELAY, space::Refusal};
use super::{Phase, Source, later};

impl Source {
    pub(super) fn ask_for_refresh(&mut self) {
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

    pub(super) fn refreshed(&mut self) {
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

    pub(super) fn expire_in(&mut self, time: Span) {
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

    pub(super) fn renewed(&mut self) {
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

    pub(super) fn fail_to_renew(&mut self) {
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
}
