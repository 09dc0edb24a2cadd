//! What the shared connection of a sharer tells it.

use super::{CloseReason, Failure, Output, Phase, Report, Session, State};

impl Session {
    pub(super) fn relayed(&mut self, output: Output) {
        let has_left = matches!(
            self.phase,
            Phase::Waiting { .. } | Phase::Paused { .. } | Phase::Postponed(_)
        );
        match output {
            Output::Closed(CloseReason::Failed { .. }) => self.close(CloseReason::Failed {
                failure: Failure::Told,
                limit: None,
            }),
            Output::Closed(reason) => self.close(reason),
            _ if has_left => {}
            // It was reported when the sharer joined.
            Output::State(State::Connecting) if matches!(self.phase, Phase::Connecting) => {}
            // `Output::Closed` reports it, with the reason.
            Output::State(State::Closed) => {}
            Output::State(state) => {
                self.phase = Phase::Relayed(state);
                self.push_state();
            }
            Output::Report(_) => self.push(Output::Report(Report {
                failure: Failure::Told,
                attempt: None,
            })),
            Output::Gap(_) => self.push(output),
            Output::Connect
            | Output::Disconnect
            | Output::Refresh
            | Output::Renew
            | Output::HandOver
            | Output::Deliver
            | Output::Attempt(_)
            | Output::Decide(_) => {}
        }
    }
}
