//! The connection of the model: it opens, brings events, and is lost.

use core::mem;

use crate::{
    CloseReason, EventOutcome, Failure, IdField, Input, Output, ReceivedEvent, State, Timestamp,
};

use super::super::promises::FailureKind;
use super::{Action, Phase, Source};

impl Source {
    pub(super) fn open(&mut self) {
        let outputs = self.tell(Input::Opened);
        if self.phase == Phase::Closed {
            return;
        }
        assert_eq!(outputs, [Output::State(State::Open)]);
        self.follow_opening();
    }

    pub(super) fn follow_opening(&mut self) {
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
    pub(super) fn request(&mut self, is_safe: bool) {
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

    pub(super) fn receive(&mut self) {
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

    pub(super) fn lose(&mut self, input: Input<'_>, kind: FailureKind) {
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

    pub(super) fn close(&mut self, input: Input<'_>, reason: CloseReason) {
        let outputs = self.tell(input);
        if self.phase != Phase::Closed {
            assert_eq!(outputs, [Output::Closed(reason)]);
            self.phase = Phase::Closed;
        }
    }
}
