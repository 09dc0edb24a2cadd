//! The state of a source, and why it closed.

use std::{fmt, sync::Arc, time::Duration};

use typed_eventsource_core::Span;

use crate::Error;
#[cfg(feature = "fetch")]
use crate::ResponseHead;

/// The state of a source.
///
/// A finer `readyState`: the standard's `CONNECTING` is split into an attempt under way and a wait for the next one.
///
/// ```
/// use typed_eventsource::State;
///
/// fn badge(state: &State) -> String {
///     match state {
///         State::Connecting => "connecting…".into(),
///         State::Open { .. } => "live".into(),
///         State::Waiting { attempt, .. } => format!("lost, attempt {attempt} follows"),
///         State::Offline { .. } => "no network".into(),
///         State::Paused => "paused".into(),
///         State::Closed(reason) => format!("ended: {reason}"),
///         _ => "…".into(),
///     }
/// }
/// # assert_eq!(badge(&State::Connecting), "connecting…");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum State {
    /// A connection is being made.
    Connecting,
    /// The server has answered with an event stream.
    #[non_exhaustive]
    Open {
        /// What it has answered with. `None` over the browser's own source, which does not show it.
        #[cfg(feature = "fetch")]
        response: Option<ResponseHead>,
    },
    /// The connection is lost, and another attempt will follow.
    #[non_exhaustive]
    Waiting {
        /// The number of the next attempt in a row, from 1. It starts again after an event, or once a connection has
        /// stayed open for a while.
        attempt: u32,
        /// How long until then. `None` if the browser reconnects, since it does not say.
        retry_in: Option<Duration>,
    },
    /// The machine is offline: the next attempt is made when the network is back, and none before. A source on the same
    /// machine (`localhost`) is never in this state.
    #[non_exhaustive]
    Offline {
        /// The number of the next attempt in a row, as in [`Waiting`](Self::Waiting).
        attempt: u32,
    },
    /// [`pause`](crate::EventSource::pause) was called, or the page is hidden
    /// ([`pause_when_hidden`](crate::Policy::pause_when_hidden)). There is no connection until the source is resumed.
    Paused,
    /// The source has closed for good.
    Closed(CloseReason),
}

impl State {
    /// [`Open`](Self::Open), for tests and previews of code that shows a state: with a [`ResponseHead`], or with `None`.
    #[cfg(feature = "fetch")]
    pub fn open(response: impl Into<Option<ResponseHead>>) -> Self {
        let response = response.into();
        Self::Open { response }
    }

    /// [`Waiting`](Self::Waiting), for tests and previews of code that shows a state.
    pub fn waiting(attempt: u32, retry_in: Option<Duration>) -> Self {
        Self::Waiting { attempt, retry_in }
    }

    /// [`Offline`](Self::Offline), for tests and previews of code that shows a state.
    pub fn offline(attempt: u32) -> Self {
        Self::Offline { attempt }
    }

    /// Whether the source has closed.
    pub fn is_closed(&self) -> bool {
        matches!(self, Self::Closed(_))
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connecting => f.write_str("connecting"),
            Self::Open { .. } => f.write_str("open"),
            Self::Waiting {
                attempt,
                retry_in: None,
            } => write!(f, "waiting for attempt {attempt}"),
            Self::Waiting {
                attempt,
                retry_in: Some(delay),
            } => write!(f, "waiting {} for attempt {attempt}", Span::from(*delay)),
            Self::Offline { attempt } => write!(f, "offline before attempt {attempt}"),
            Self::Paused => f.write_str("paused"),
            Self::Closed(CloseReason::Requested) => CloseReason::Requested.fmt(f),
            Self::Closed(reason) => write!(f, "closed: {reason}"),
        }
    }
}

/// Why a source closed.
///
/// ```
/// use typed_eventsource::{CloseReason, Error};
///
/// fn is_worth_a_message(reason: &CloseReason) -> bool {
///     match reason {
///         CloseReason::Finished | CloseReason::Requested | CloseReason::Dropped => false,
///         CloseReason::Aborted { reason, .. } => reason.starts_with("TimeoutError"),
///         CloseReason::Policy(Error::Status { status, .. }) => *status != 401,
///         _ => true,
///     }
/// }
/// # assert!(!is_worth_a_message(&CloseReason::Finished));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CloseReason {
    /// The server has finished: it sent the terminal event or the terminal data that the builder names; or, on the
    /// fetch transport, status 204, or the whole response to a request that is sent once.
    Finished,
    /// [`close`](crate::EventSource::close) was called.
    Requested,
    /// The [signal](crate::EventSourceBuilder::signal) was aborted.
    #[non_exhaustive]
    Aborted {
        /// The signal's reason as text, such as `AbortError: signal is aborted without reason`. The signal itself has the value.
        reason: Arc<str>,
    },
    /// The last handle, listener and stream was dropped.
    Dropped,
    /// This error closed the source, because the policy says so, or because the server said what went wrong with its
    /// [failure event](crate::EventSourceBuilder::failure_event).
    Policy(Error),
}

impl CloseReason {
    /// The error that closed the source, if one did.
    pub fn error(&self) -> Option<&Error> {
        match self {
            Self::Policy(error) => Some(error),
            Self::Finished | Self::Requested | Self::Aborted { .. } | Self::Dropped => None,
        }
    }

    /// The error that ends streams.
    pub(crate) fn stream_error(&self) -> Option<Error> {
        match self {
            Self::Aborted { reason } => Some(Error::Aborted {
                reason: Arc::clone(reason),
            }),
            _ => self.error().cloned(),
        }
    }
}

impl fmt::Display for CloseReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Finished => f.write_str("the server has finished"),
            Self::Requested => f.write_str("closed by the application"),
            Self::Aborted { reason } => write!(f, "aborted: {reason}"),
            Self::Dropped => f.write_str("nothing held the source any more"),
            Self::Policy(error) => error.fmt(f),
        }
    }
}
