//! The end of a response, and of the source.

use super::{
    AttemptOutcome, CloseReason, EndOfBody, Failure, Output, Phase, Session, Terminal, Unfinished,
    limits::FailureKind,
};
use crate::At;

impl Session {
    /// Closes at once. Outputs that were still to be carried out are dropped, except for reports of errors and of attempts.
    pub(super) fn close(&mut self, reason: CloseReason) {
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

    pub(super) fn body_ended(&mut self, is_whole: bool, unfinished: Unfinished, at: At) {
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
}

/// Why a source closes after an event that nothing follows.
pub(super) fn reason_after(terminal: Terminal) -> CloseReason {
    match terminal {
        Terminal::Event | Terminal::Data => CloseReason::Finished,
        Terminal::Failure => CloseReason::Failed {
            failure: Failure::Event,
            limit: None,
        },
    }
}
