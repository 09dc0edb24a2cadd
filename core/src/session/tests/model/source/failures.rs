//! What the session does about a failure, checked and followed.

use crate::{CloseReason, Decision, Output, Span, State};

use super::super::{promises::FailureKind, space::Ruling};
use super::{Action, Phase, Source, later};

impl Source {
    /// Checks what the session does about a failure, and follows it.
    pub(super) fn decide(&mut self, outputs: &[Output], kind: FailureKind) {
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
    pub(super) fn action(&self, outputs: &[Output]) -> Action {
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

    pub(super) fn fail(&mut self) {
        self.failures += 1;
        self.unhealthy_since.get_or_insert(self.now);
        self.down_since.get_or_insert(self.now);
    }

    pub(in super::super) fn forget_failures(&mut self) {
        self.failures = 0;
        if self.is_safe {
            self.losses = 0;
            self.reopenings = 0;
        }
        self.down_since = None;
        self.unhealthy_since = None;
    }
}
