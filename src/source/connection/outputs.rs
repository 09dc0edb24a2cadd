//! Carries out the outputs of the session, and reports to the listeners.

use std::{sync::Arc, time::Duration};

use typed_eventsource_core::{
    self as core, Decision, Failure, Input, LimitReached, Output, Report, Span,
};

use super::{Connection, Notice, NoticeCallback};
use crate::{
    CloseReason, Error, FailureContext, State, source::callbacks::CallbackList, transport::Frame,
};

/// An error that the session was told about.
#[derive(Clone, Debug)]
pub(super) struct ToldError {
    pub(super) error: Arc<Error>,
    /// Whether it was already reported.
    pub(super) is_reported: bool,
}

impl ToldError {
    pub(super) fn new(error: Error) -> Self {
        Self {
            error: Arc::new(error),
            is_reported: false,
        }
    }
}

impl Connection {
    /// Carries out the session's outputs. `frame` is the current event, if there is one.
    pub(super) fn carry_out(&self, frame: Option<&Frame<'_>>) {
        while let Some(output) = self.poll() {
            match output {
                Output::Connect => self.connect_again(),
                Output::Disconnect => self.disconnect(),
                #[cfg(feature = "fetch")]
                Output::Refresh => self.refresh(),
                Output::Renew => {
                    if let Some(renewal) = self.held.renewal.get() {
                        (renewal.renew)(self);
                    }
                }
                Output::HandOver => {
                    if let Some(renewal) = self.held.renewal.get() {
                        (renewal.hand_over)(self);
                    }
                }
                Output::Deliver => {
                    if let Some(frame) = frame {
                        self.deliver(frame);
                    }
                }
                Output::Gap(gap) => {
                    self.notify(&self.gaps, Notice::Gap(&gap));
                    self.relay(&Output::Gap(gap), None);
                }
                Output::Decide(context) => self.decide(&context),
                Output::Attempt(attempt) => {
                    if let Some(tell) = self.tell_attempt.get() {
                        tell(self, Some(attempt));
                    }
                }
                Output::Report(report) => self.report_failure(report),
                Output::State(state) => self.announce(state),
                Output::Closed(reason) => self.finish(reason),
                _ => {}
            }
        }
    }

    pub(super) fn poll(&self) -> Option<Output> {
        let output = self.session().poll();
        self.release_if_closed();
        output
    }

    fn decide(&self, context: &core::FailureContext) {
        let rule = self.held.rule.get();
        let ToldError { error, .. } = self.error_of(context.failure);
        let mut decision = Decision::AsProposed;
        if let Some(rule) = rule {
            let context = FailureContext {
                error: &error,
                failures: context.failures,
                decode_errors: context.decode_errors,
                down_for: context.down_for.into(),
                proposed: context.proposed,
            };
            self.panics.catch(|| decision = rule.current()(&context));
        }
        self.tell(Input::Decided(decision));
    }

    fn report_failure(&self, report: Report) {
        let ToldError { error, is_reported } = self.error_of(report.failure);
        if report.attempt.is_some() {
            let error = Arc::clone(&error);
            self.attempt_error.put(Arc::clone(&error));
            let is_reported = false;
            self.earlier.put(ToldError { error, is_reported });
        }
        let is_reported = is_reported || self.has_sharers_told_errors();
        self.report(&error, is_reported);
        self.relay(&Output::Report(report), Some(&error));
    }

    /// Reports an error. A failure to decode concerns only the listener or stream that decodes, any other error all streams.
    pub(super) fn report(&self, error: &Error, is_reported: bool) {
        let concerns_streams = !matches!(error, Error::Decode(_) | Error::QueueOverflow { .. });
        let is_reported = is_reported
            || !self.errors.is_empty()
            || (concerns_streams && !self.streams.is_empty());
        let notice = Notice::Error(error);
        self.notify(&self.errors, notice);
        if concerns_streams {
            self.notify(&self.streams, notice);
        }
        if !is_reported {
            self.write_to_console(error, false);
        }
    }

    /// Not inlined, since it has many callers.
    #[inline(never)]
    pub(super) fn notify(&self, listeners: &CallbackList<NoticeCallback>, notice: Notice<'_>) {
        listeners.each(&self.panics, |callback| callback(notice));
    }

    fn announce(&self, output: core::State) {
        let state = self.state_of(output);
        self.notify(&self.states, Notice::State(&state));
        self.relay(&Output::State(output), None);
    }

    /// Reports the end to everybody, and then drops the forgotten listeners.
    fn finish(&self, output: core::CloseReason) {
        let Some(reason) = self.close_reason.get() else {
            return;
        };
        let error = reason.error();
        if let Some(error) = error {
            let is_reported = self.is_close_reported(output)
                || self.is_told_errors()
                || self.has_sharers_told_errors();
            self.notify(&self.errors, Notice::Error(error));
            self.errors.clear();
            if !is_reported {
                self.write_to_console(error, true);
            }
        }
        let stream_error = reason.stream_error();
        self.notify(&self.streams, Notice::End(stream_error.as_ref()));
        self.streams.clear();
        let state = State::Closed(reason.clone());
        self.notify(&self.states, Notice::State(&state));
        self.states.clear();
        self.attempt_listeners.clear();
        self.relay(&Output::Closed(output), error);
        self.write_rest_to_console();
        self.end.set(reason.clone());
        drop(self.forgotten.take());
    }

    /// Whether the error behind the close was already reported: a shared connection reports its own.
    fn is_close_reported(&self, reason: core::CloseReason) -> bool {
        match reason {
            core::CloseReason::Failed {
                failure,
                limit: None,
            } => self.error_of(failure).is_reported,
            _ => false,
        }
    }

    /// Tells the sources that share the connection.
    fn relay(&self, output: &Output, error: Option<&Error>) {
        if let Some(sharers) = self.sharers.get() {
            sharers.relay(&self.panics, output, error);
        }
    }

    fn has_sharers_told_errors(&self) -> bool {
        let sharers = self.sharers.get();
        sharers.is_some_and(|sharers| sharers.is_told_errors())
    }

    /// Whether an error of the connection would reach any listener.
    pub(in crate::source) fn is_told_errors(&self) -> bool {
        !self.errors.is_empty() || !self.streams.is_empty()
    }

    /// The error behind a failure.
    pub(super) fn error_of(&self, failure: Failure) -> ToldError {
        let known = match failure {
            Failure::Told => self.told.get(),
            Failure::UnfinishedEvent => self.unfinished.get(),
            Failure::Earlier => self.earlier.get(),
            Failure::OpenTimeout => {
                let after = self.session().time_limit().into();
                Some(ToldError::new(Error::OpenTimeout { after }))
            }
            Failure::Idle => {
                let after = self.session().time_limit().into();
                Some(ToldError::new(Error::Idle { after }))
            }
            #[cfg(feature = "fetch")]
            Failure::RefreshTimeout => Some(ToldError::new(self.refresh_timeout())),
            Failure::Suspended => Some(ToldError::new(Error::Suspended)),
            Failure::Event => self.server_failure.get(),
            _ => None,
        };
        known.unwrap_or_else(|| {
            ToldError::new(Error::Internal {
                message: "an error that is not known".into(),
            })
        })
    }

    pub(super) fn close_reason_of(&self, reason: core::CloseReason) -> CloseReason {
        match reason {
            core::CloseReason::Finished => CloseReason::Finished,
            core::CloseReason::Requested => match self.abort_reason.get() {
                Some(reason) => CloseReason::Aborted { reason },
                None => CloseReason::Requested,
            },
            core::CloseReason::Failed { failure, limit } => {
                let last = self.error_of(failure).error;
                CloseReason::Policy(match limit {
                    Some(LimitReached::TooMany { count }) => Error::TooMany { count, last },
                    Some(LimitReached::DownTooLong { limit }) => Error::DownTooLong {
                        limit: limit.into(),
                        last,
                    },
                    _ => Error::clone(&last),
                })
            }
            _ => CloseReason::Dropped,
        }
    }

    /// A state as users know it. The state of a closed source needs a reason, too.
    pub(super) fn state_of(&self, state: core::State) -> State {
        match state {
            core::State::Open => State::Open {
                #[cfg(feature = "fetch")]
                response: self.response.get(),
            },
            core::State::Waiting { attempt, retry_in } => State::Waiting {
                attempt,
                retry_in: retry_in.map(in_whole_milliseconds),
            },
            core::State::Offline { attempt } => State::Offline { attempt },
            core::State::Paused => State::Paused,
            _ => State::Connecting,
        }
    }
}

/// A wait as users are told of it: browsers' timers know nothing shorter.
fn in_whole_milliseconds(wait: Span) -> Duration {
    Duration::from_millis(wait.as_nanos().div_ceil(1_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_told_in_whole_milliseconds_and_is_never_shorter() {
        let told = |nanoseconds| in_whole_milliseconds(Span::from_nanos(nanoseconds)).as_millis();
        assert_eq!(told(472_070_124), 473);
        assert_eq!(told(1_000_000_000), 1000);
        assert_eq!(told(u64::MAX), u128::from(u64::MAX / 1_000_000 + 1));
    }
}
