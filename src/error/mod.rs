//! What can go wrong with a source.

mod making;
mod text;

use std::{error::Error as StdError, sync::Arc, time::Duration};

pub(crate) use self::text::WithCauses;

#[cfg(feature = "fetch")]
use crate::ResponseHead;
use crate::{DecodeError, UndecodedEvent};

/// Everything that can go wrong with a source.
///
/// An error is returned by the call that it belongs to (a bad URL, a bad event name), or reaches every
/// [`on_error`](crate::EventSource::on_error) listener, every [stream](crate::EventStream) that it concerns and the
/// [policy](crate::Policy), which decides what to do. It is cheap to clone, `Send` and `Sync`.
///
/// The text of an error leaves out the text of its `source()`.
///
/// ```
/// # use typed_eventsource::Error;
/// fn advice(error: &Error) -> &'static str {
///     match error {
///         Error::Decode(error) if error.event().name() == "price" => "the server's prices are not what we know",
///         Error::ConnectionLost { .. } => "hold on, reconnecting",
///         Error::TooMany { .. } | Error::DownTooLong { .. } => "try again later",
///         _ => "something is wrong",
///     }
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The URL cannot be parsed (the standard's `SyntaxError`). Nothing was opened.
    #[non_exhaustive]
    InvalidUrl {
        /// The URL as it was given.
        url: Arc<str>,
        /// What is wrong with it.
        message: Arc<str>,
    },

    /// The source is not over `fetch`, and was asked for what the browser's own `EventSource` cannot do: to deliver events whose
    /// names nobody listens to (`EventSource::on_any`, or an enum with a catch-all variant), to make the server wait (a
    /// [queue](crate::Queue::wait)), or to refresh without asking for the status.
    NeedsFetch,

    /// There is no `EventSource` here, or no `fetch` if that was asked for: this is not a browser.
    Unsupported,

    /// The browser refuses the request, because of a forbidden header, a method that takes no body, or the like.
    #[non_exhaustive]
    InvalidRequest {
        /// The URL of the request, with the resume parameter if there is one.
        url: Arc<str>,
        /// What the browser says about the request.
        message: Arc<str>,
    },

    /// No event has this name.
    ///
    /// An event without a name is called `message`, so no name is empty, and none has a line end in it.
    #[non_exhaustive]
    InvalidEventName {
        /// The name as it was given.
        name: Arc<str>,
    },

    /// [`events`](crate::EventSource::events) was asked for a type that is not an externally tagged enum, whose
    /// variants could be the names to listen to.
    #[non_exhaustive]
    NotAnEnum {
        /// The type that was asked for.
        type_name: &'static str,
    },

    /// The connection was lost, or could not be made. By the standard, the source reconnects: the browser does, or on
    /// the fetch transport this crate.
    #[non_exhaustive]
    ConnectionLost {
        /// The URL of the request, with the resume parameter if there is one.
        url: Arc<str>,
        /// The reason, as far as it is known. The browser's own source tells nothing.
        message: Option<Arc<str>>,
    },

    /// CORS refused the answer of the server, or of a proxy before it: the server can be reached, and the page may not see what it
    /// says. By the standard this is a lost connection, and the source makes another attempt. Told of a source that may
    /// [ask](crate::EventSourceBuilder::diagnose).
    #[non_exhaustive]
    Cors {
        /// The URL of the request, with the resume parameter if there is one.
        url: Arc<str>,
        /// What was found out, and what the server has to send.
        message: Arc<str>,
    },

    /// The page's Content Security Policy forbids the request, which closes the source.
    #[non_exhaustive]
    Blocked {
        /// The URL of the request, with the resume parameter if there is one.
        url: Arc<str>,
        /// The directive that forbids it, such as `connect-src`.
        directive: Arc<str>,
    },

    /// A request could not be made, since a function of the user has failed: the one for the
    /// [request](crate::Fetch::request), its [headers](crate::Fetch::fresh_headers) or its
    /// [URL](crate::EventSourceBuilder::request_url).
    #[non_exhaustive]
    Request {
        /// The URL of the request, with the resume parameter if there is one.
        url: Arc<str>,
        /// What the function says.
        message: Arc<str>,
    },

    /// What the server has refused could not be refreshed: the function of
    /// [`on_unauthorized`](crate::EventSourceBuilder::on_unauthorized) has failed, or had not ended in
    /// [time](crate::Policy::refresh_timeout).
    #[non_exhaustive]
    Refresh {
        /// The URL of the source.
        url: Arc<str>,
        /// What the function says, or how long it took.
        message: Arc<str>,
    },

    /// The server answered with a status other than 200, and [`accept`](crate::Fetch::accept) did not take it for an event
    /// stream. Over the browser's own source, only [`diagnose`](crate::EventSourceBuilder::diagnose) finds this out. The text of
    /// the error has the first 200 characters of the body.
    #[non_exhaustive]
    Status {
        /// The URL of the request, with the resume parameter if there is one.
        url: Arc<str>,
        /// The HTTP status.
        status: u16,
        /// The `Content-Type` header.
        content_type: Option<Arc<str>>,
        /// The beginning of the response's body, at most [`max_error_body_size`](crate::Fetch::max_error_body_size) bytes, as
        /// far as it arrives within a second.
        body: Arc<str>,
        /// How long the server asks to wait before the next request, by its `Retry-After` header. A server of another origin
        /// has to expose that header: `Access-Control-Expose-Headers: Retry-After`.
        retry_after: Option<Duration>,
        /// The response, with its headers and its URL after redirects.
        #[cfg(feature = "fetch")]
        response: ResponseHead,
    },

    /// The server answered with status 200 and something other than an event stream, or [`accept`](crate::Fetch::accept) has
    /// refused the response. Over the browser's own source, only [`diagnose`](crate::EventSourceBuilder::diagnose) finds this out.
    /// The text of the error has the first 200 characters of the body.
    #[non_exhaustive]
    ContentType {
        /// The URL of the request, with the resume parameter if there is one.
        url: Arc<str>,
        /// The HTTP status: 200, since any other is an [`Error::Status`].
        status: u16,
        /// The `Content-Type` header.
        content_type: Option<Arc<str>>,
        /// The beginning of the response's body, as in [`Error::Status`].
        body: Arc<str>,
        /// How long the server asks to wait, as in [`Error::Status`].
        retry_after: Option<Duration>,
        /// The response, with its headers and its URL after redirects.
        #[cfg(feature = "fetch")]
        response: ResponseHead,
    },

    /// An event is larger than [`max_event_size`](crate::Fetch::max_event_size) allows, which closes the source, since
    /// the event would come again. Only the fetch transport has this limit.
    #[non_exhaustive]
    EventTooLarge {
        /// The limit, in bytes.
        limit: usize,
    },

    /// The page has slept, or the network has come back: the connection may have died unnoticed.
    Suspended,

    /// The browser has given up for good (`readyState` `CLOSED`), and by the standard does not say why.
    /// [`diagnose`](crate::EventSourceBuilder::diagnose) asks, and then there is another error in place of this one.
    #[non_exhaustive]
    GivenUp {
        /// The URL of the request, with the resume parameter if there is one.
        url: Arc<str>,
        /// What the answer is, if it was asked for and is as it should be.
        message: Option<Arc<str>>,
    },

    /// The data of an event is not what its listener asked for. The event is skipped, and the source goes on.
    Decode(DecodeError),

    /// The server said with its [failure event](crate::EventSourceBuilder::failure_event) what went wrong. This closes
    /// the source.
    #[non_exhaustive]
    FailureEvent {
        /// The event.
        event: Arc<UndecodedEvent>,
    },

    /// The response has ended within an event, or the connection broke there: the server has not finished. Told of a request
    /// that is not made again, or whose end was to be [the end](crate::EndOfBody::Finished); other responses are asked for
    /// again. Only the fetch transport sees this.
    #[non_exhaustive]
    UnfinishedEvent {
        /// What had arrived of the event.
        event: Arc<UndecodedEvent>,
    },

    /// The connection was not open in time.
    #[non_exhaustive]
    OpenTimeout {
        /// How long the policy waited.
        after: Duration,
    },

    /// Nothing has arrived for too long.
    #[non_exhaustive]
    Idle {
        /// How long the policy waited.
        after: Duration,
    },

    /// A limit of the policy was reached: too many losses, reopenings or decode errors in a row.
    #[non_exhaustive]
    TooMany {
        /// How many times it happened, which is the limit that was set.
        count: u32,
        /// The last of these errors: the `source()` of this one.
        last: Arc<Error>,
    },

    /// The source has been without a healthy connection for longer than the policy allows.
    #[non_exhaustive]
    DownTooLong {
        /// The limit that was set.
        limit: Duration,
        /// The last thing that went wrong: the `source()` of this error.
        last: Arc<Error>,
    },

    /// A stream's consumer was too slow for its queue. As an item of a stream, this error takes the place of the
    /// dropped events.
    #[non_exhaustive]
    QueueOverflow {
        /// How many items were dropped: on a stream, in this gap; for `on_error`, when the gap began.
        dropped: u64,
    },

    /// The [signal](crate::EventSourceBuilder::signal) was aborted, which has closed the source. It is the last item of streams
    /// alone: nothing has gone wrong, so it is not reported.
    #[non_exhaustive]
    Aborted {
        /// The signal's reason as text.
        reason: Arc<str>,
    },

    /// A bug in this crate, or in a function that the page has put in place of the browser's `fetch`. It closes the
    /// source.
    #[non_exhaustive]
    Internal {
        /// What happened.
        message: Arc<str>,
    },
}

impl From<DecodeError> for Error {
    fn from(error: DecodeError) -> Self {
        Self::Decode(error)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Decode(error) => error.source(),
            Self::TooMany { last, .. } | Self::DownTooLong { last, .. } => Some(&**last),
            Self::InvalidUrl { .. }
            | Self::Unsupported
            | Self::InvalidRequest { .. }
            | Self::InvalidEventName { .. }
            | Self::NotAnEnum { .. }
            | Self::NeedsFetch
            | Self::ConnectionLost { .. }
            | Self::Cors { .. }
            | Self::Blocked { .. }
            | Self::Request { .. }
            | Self::Refresh { .. }
            | Self::Status { .. }
            | Self::ContentType { .. }
            | Self::EventTooLarge { .. }
            | Self::FailureEvent { .. }
            | Self::UnfinishedEvent { .. }
            | Self::Suspended
            | Self::GivenUp { .. }
            | Self::OpenTimeout { .. }
            | Self::Idle { .. }
            | Self::QueueOverflow { .. }
            | Self::Aborted { .. }
            | Self::Internal { .. } => None,
        }
    }
}
