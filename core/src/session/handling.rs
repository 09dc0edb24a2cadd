//! Takes the inputs, each to where it is decided on, and hands out the outputs.

use super::{AttemptOutcome, CloseReason, Decision, Failure, Input, Output, Phase, Session};
use crate::{At, Timestamp};

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
    pub(super) fn settle_unanswered(&mut self, now: Timestamp) {
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

    /// A `Vec` is enough, since there are never more than a few outputs.
    fn next_output(&mut self) -> Option<Output> {
        (!self.outputs.is_empty()).then(|| self.outputs.remove(0))
    }

    /// Not inlined, since it has many callers.
    #[inline(never)]
    pub(super) fn push(&mut self, output: Output) {
        self.outputs.push(output);
    }

    /// Reports the current state.
    #[inline(never)]
    pub(super) fn push_state(&mut self) {
        self.push(Output::State(self.state()));
    }
}
