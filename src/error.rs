//! What can go wrong with a source.

use std::{error::Error as StdError, fmt, sync::Arc, time::Duration};

use typed_eventsource_core::Span;

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

    /// The source is not over `fetch`. Events of any name were asked for, by `EventSource::on_any` or by an enum with a catch-all
    /// variant, but the browser's own `EventSource` delivers only events whose names are listened to. Or a
    /// [queue](crate::Queue::wait) was to make the server wait, which the browser's own `EventSource` cannot.
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

    /// A request could not be made: the function failed that is asked [for it](crate::Fetch::request), for its
    /// [headers](crate::Fetch::fresh_headers) or for its [URL](crate::EventSourceBuilder::request_url).
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
    /// stream. Over the browser's own source, only [`diagnose`](crate::EventSourceBuilder::diagnose) finds this out. The first 200 characters of the body are in the text of the error.
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
    /// refused the response. Over the browser's own source, only [`diagnose`](crate::EventSourceBuilder::diagnose) finds this out. The first 200 characters of the body are in the text of the
    /// error.
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

/// How many characters of what a server has sent are in the text of an error.
const EXCERPT: usize = 200;

/// Errors for the tests of a [rule](crate::Policy::rule), as a source would pass them.
///
/// ```
/// use std::time::Duration;
/// use typed_eventsource::{Decision, Error, FailureContext};
///
/// fn rule(context: &FailureContext<'_>) -> Decision {
///     match context.error {
///         Error::Status { status: 401, .. } => Decision::Close,
///         _ => Decision::AsProposed,
///     }
/// }
///
/// let unauthorized = Error::status("/prices", 401);
/// assert_eq!(rule(&FailureContext::new(&unauthorized)), Decision::Close);
/// let silent = Error::idle(Duration::from_secs(30));
/// assert_eq!(rule(&FailureContext::new(&silent)), Decision::AsProposed);
/// ```
impl Error {
    /// [`Error::ConnectionLost`], without a message.
    pub fn connection_lost(url: impl Into<Arc<str>>) -> Self {
        Self::ConnectionLost {
            url: url.into(),
            message: None,
        }
    }

    /// [`Error::GivenUp`].
    pub fn given_up(url: impl Into<Arc<str>>) -> Self {
        Self::GivenUp {
            url: url.into(),
            message: None,
        }
    }

    /// [`Error::Status`], without headers and with an empty body.
    pub fn status(url: impl Into<Arc<str>>, status: u16) -> Self {
        let url = url.into();
        Self::Status {
            #[cfg(feature = "fetch")]
            response: ResponseHead::new(Arc::clone(&url), status),
            url,
            status,
            content_type: None,
            body: "".into(),
            retry_after: None,
        }
    }

    /// The error for a response to a request of this URL, if the response is no event stream: [`Error::ContentType`] if its
    /// status is 200, otherwise [`Error::Status`].
    ///
    /// ```
    /// use typed_eventsource::{Error, ResponseHead};
    ///
    /// let busy = ResponseHead::new("/prices", 429).with_header("Retry-After", "34");
    /// let error = Error::response("/prices", busy, "quota");
    /// assert!(matches!(error, Error::Status { retry_after: Some(wait), .. } if wait.as_secs() == 34));
    /// assert_eq!(error.to_string(), "/prices answered with status 429: quota");
    /// ```
    #[cfg(feature = "fetch")]
    pub fn response(
        url: impl Into<Arc<str>>,
        response: ResponseHead,
        body: impl Into<Arc<str>>,
    ) -> Self {
        let (url, body, status) = (url.into(), body.into(), response.status());
        let content_type = response.header("Content-Type").map(Arc::from);
        let retry_after = response.retry_after().map(Into::into);
        if status == 200 {
            Self::ContentType {
                url,
                status,
                content_type,
                body,
                retry_after,
                response,
            }
        } else {
            Self::Status {
                url,
                status,
                content_type,
                body,
                retry_after,
                response,
            }
        }
    }

    /// [`Error::OpenTimeout`].
    pub fn open_timeout(after: Duration) -> Self {
        Self::OpenTimeout { after }
    }

    /// [`Error::Idle`].
    pub fn idle(after: Duration) -> Self {
        Self::Idle { after }
    }
}

/// An error and its causes, as one text. An [`Error`] is not turned into a `dyn Error` for this: that would bring all
/// of its `Debug` code into every app.
pub(crate) struct WithCauses<'a>(pub(crate) &'a Error);

impl fmt::Display for WithCauses<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)?;
        match self.0 {
            Error::TooMany { last, .. } | Error::DownTooLong { last, .. } => {
                write!(f, ": {}", WithCauses(last))
            }
            Error::Decode(error) => {
                let mut cause = error.source();
                while let Some(error) = cause {
                    write!(f, ": {error}")?;
                    cause = error.source();
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

impl From<DecodeError> for Error {
    fn from(error: DecodeError) -> Self {
        Self::Decode(error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidUrl { url, message } => {
                write!(f, "{url:?} is not a URL that an event source can open: {message}")
            }
            Self::Unsupported => f.write_str(
                "an event source cannot be opened here: open it in a window or in a worker of a browser",
            ),
            Self::NeedsFetch => f.write_str(
                "the browser's own `EventSource` delivers only events whose names are listened to, and does not wait while a \
                 queue is full: use `fetch`",
            ),
            Self::InvalidRequest { message, .. } => write!(f, "invalid request: {message}"),
            Self::InvalidEventName { name } => {
                write!(f, "invalid event name {name:?}: {}", name_advice(name))
            }
            Self::NotAnEnum { type_name } => write!(
                f,
                "{type_name} is not an enum with serde's default (external) tagging, so its variants cannot name \
                 events: take off `tag`, `content` and `untagged`, or listen to one name"
            ),
            Self::ConnectionLost { url, message } => {
                write!(f, "the connection to {url} was lost")?;
                write_detail(f, message.as_deref())
            }
            Self::Cors { message, .. } => f.write_str(message),
            Self::Blocked { url, directive } => write!(
                f,
                "the page's Content Security Policy ({directive}) blocks {url}: allow its origin there"
            ),
            Self::Request { message, .. } => {
                write!(f, "the request could not be made: {message}")
            }
            Self::Refresh { message, .. } => {
                write!(f, "what the server refused could not be refreshed: {message}")
            }
            Self::Status {
                url,
                status,
                body,
                #[cfg(feature = "fetch")]
                response,
                ..
            } => {
                #[cfg(feature = "fetch")]
                write_redirect(f, url, response)?;
                #[cfg(not(feature = "fetch"))]
                f.write_str(url)?;
                write!(f, " answered with status {status}")?;
                #[cfg(feature = "fetch")]
                f.write_str(response.advice(body))?;
                write_excerpt(f, body)
            }
            Self::ContentType {
                url,
                content_type,
                body,
                #[cfg(feature = "fetch")]
                response,
                ..
            } => {
                #[cfg(feature = "fetch")]
                write_redirect(f, url, response)?;
                #[cfg(not(feature = "fetch"))]
                f.write_str(url)?;
                let content_type = content_type.as_deref().unwrap_or("no content type");
                write!(f, " answered with {content_type}, ")?;
                #[cfg(feature = "fetch")]
                if response.has_stream_type() {
                    f.write_str("which `Fetch::accept` refused")?;
                    return write_excerpt(f, body);
                }
                f.write_str("not with text/event-stream")?;
                #[cfg(feature = "fetch")]
                f.write_str(response.advice(body))?;
                write_excerpt(f, body)
            }
            Self::EventTooLarge { limit } => write!(
                f,
                "an event is larger than {limit} bytes: send less at once, or allow for more"
            ),
            Self::Suspended => f.write_str(
                "the connection may not have outlived a sleep of the page or a change of the network",
            ),
            Self::GivenUp { url, message } => {
                let message = message.as_deref().unwrap_or(
                    "the server answered with a status other than 200 (204 means \"stop\"), with a content type other \
                     than text/event-stream, or CORS refused the answer; `diagnose` (feature `fetch`) finds out which",
                );
                write!(f, "the browser gave up on {url}: {message}")
            }
            Self::Decode(error) => error.fmt(f),
            Self::FailureEvent { event } => {
                let data = excerpt(&event.data);
                write!(f, "the server has failed, and says with {:?}: {data}", event.name())
            }
            Self::UnfinishedEvent { event } => {
                let data = excerpt(&event.data);
                write!(f, "the response ended within the event {:?}, of which this had arrived: {data}", event.name())
            }
            Self::OpenTimeout { after } => write!(f, "the connection was not open after {}", Span::from(*after)),
            Self::Idle { after } => write!(f, "no data received for {}", Span::from(*after)),
            Self::TooMany { count, .. } => write!(f, "gave up after {count} consecutive failures"),
            Self::DownTooLong { limit, .. } => {
                write!(f, "gave up after {} without a healthy connection", Span::from(*limit))
            }
            Self::QueueOverflow { dropped } => write!(
                f,
                "the stream's queue was full, {dropped} dropped: consume faster, give it a larger queue, or over `fetch` one \
                 that waits"
            ),
            Self::Aborted { reason } => write!(f, "aborted: {reason}"),
            Self::Internal { message } => write!(f, "internal error: {message}"),
        }
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

fn write_detail(f: &mut fmt::Formatter<'_>, detail: Option<&str>) -> fmt::Result {
    detail.map_or(Ok(()), |detail| write!(f, ": {detail}"))
}

fn write_excerpt(f: &mut fmt::Formatter<'_>, body: &str) -> fmt::Result {
    let excerpt = excerpt(body);
    write_detail(f, (!excerpt.is_empty()).then_some(&excerpt))
}

/// Writes which URL has answered.
#[cfg(feature = "fetch")]
fn write_redirect(f: &mut fmt::Formatter<'_>, url: &str, response: &ResponseHead) -> fmt::Result {
    f.write_str(url)?;
    if response.redirected() {
        write!(f, " was redirected to {}, which", response.url())?;
    }
    Ok(())
}

/// The beginning of a text, in one line.
fn excerpt(text: &str) -> String {
    let (mut excerpt, mut length, mut is_after_space) = (String::new(), 0, false);
    for char in text.chars() {
        if char.is_ascii_whitespace() {
            is_after_space = length > 0;
            continue;
        }
        if length + usize::from(is_after_space) >= EXCERPT {
            excerpt.push('…');
            break;
        }
        if is_after_space {
            excerpt.push(' ');
            length += 1;
        }
        excerpt.push(char);
        length += 1;
        is_after_space = false;
    }
    excerpt
}

fn name_advice(name: &str) -> &'static str {
    if name.is_empty() {
        "an event without a name is called `message`"
    } else {
        "a name has no line end in it"
    }
}
