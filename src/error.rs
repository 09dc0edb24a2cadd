//! What can go wrong with a source.

use std::{error::Error as StdError, fmt, sync::Arc, time::Duration};

use crate::{Event, UndecodedEvent};

/// Everything that can go wrong with a source.
///
/// An error comes back from the call that it belongs to (a bad URL, a bad event name), or reaches every
/// [`on_error`](crate::EventSource::on_error) listener, every [stream](crate::EventStream) that it concerns and the
/// [policy](crate::Policy), which decides what follows. It is cheap to clone, `Send` and `Sync`.
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
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The URL cannot be parsed (the standard's `SyntaxError`), so that nothing was opened.
    #[error("{url:?} is not a URL that an event source can open: {message}")]
    InvalidUrl {
        /// The URL as it was given.
        url: String,
        /// What the browser says of it.
        message: String,
    },

    /// This global scope has no `EventSource`, or no `fetch` where that was asked for.
    #[error(
        "this JavaScript environment cannot open an event source: do so in a window or in a worker of a browser"
    )]
    Unsupported,

    /// No request can be made like this: a header that is not allowed, a method that takes no body, and the like.
    #[error("no request can be made like this: {message}")]
    InvalidRequest {
        /// What the browser says of it.
        message: String,
    },

    /// No listener can be for this name.
    ///
    /// `open` and `error` are taken by the source's own events: use [`on_state`](crate::EventSource::on_state) and
    /// [`on_error`](crate::EventSource::on_error). An event without a name is called `message`, so that an empty name
    /// does not occur either, nor does one with a line end in it.
    #[error("no message is ever named {name:?}: {}", name_advice(name))]
    InvalidEventName {
        /// The name as it was given.
        name: String,
    },

    /// [`events`](crate::EventSource::events) was asked for a type that is not an externally tagged enum, whose
    /// variants could be the names to listen to.
    #[error(
        "{type_name} is not an enum with serde's default (external) tagging, so its variants cannot name events: \
         take off `tag`, `content` and `untagged`, or use `stream` with one name"
    )]
    NotAnEnum {
        /// The type that was asked for.
        type_name: &'static str,
    },

    /// The connection was lost, or could not be made. By the standard it is made again: by the browser itself, or on
    /// the fetch transport by this crate.
    #[error("the connection to {url} was lost{}", detail(message.as_deref()))]
    ConnectionLost {
        /// The URL that was asked for, with the resume parameter where there is one.
        url: String,
        /// What is known of it. The browser's own source tells nothing.
        message: Option<String>,
    },

    /// The headers for a request could not be made: the function that was asked for them failed.
    #[error("the headers of the request could not be made: {message}")]
    Headers {
        /// What the function says.
        message: String,
    },

    /// The server answered with a status other than 200. Only the fetch transport sees this.
    #[error("{url} answered with status {status}{}", detail((!body.is_empty()).then_some(body.as_str())))]
    Status {
        /// The URL that was asked for, with the resume parameter where there is one.
        url: String,
        /// The HTTP status.
        status: u16,
        /// The `Content-Type` header.
        content_type: Option<String>,
        /// The beginning of the response's body, at most 1,024 bytes.
        body: String,
    },

    /// The server answered with something other than an event stream. Only the fetch transport sees this.
    #[error(
        "{url} answered with {}, not with text/event-stream",
        content_type.as_deref().unwrap_or("no content type")
    )]
    ContentType {
        /// The URL that was asked for, with the resume parameter where there is one.
        url: String,
        /// The `Content-Type` header.
        content_type: Option<String>,
        /// The beginning of the response's body, at most 1,024 bytes.
        body: String,
    },

    /// An event is larger than [`max_event_size`](crate::Fetch::max_event_size) allows, which closes the source: it
    /// would come again. Only the fetch transport has this limit.
    #[error("an event is larger than {limit} bytes: send less at once, or allow for more")]
    EventTooLarge {
        /// The limit, in bytes.
        limit: usize,
    },

    /// The page has slept, or the network has come back: the connection may be dead without knowing.
    #[error("the connection may not have outlived a sleep of the page or a change of the network")]
    Suspended,

    /// The browser has given up for good (`readyState` `CLOSED`), and by the standard does not say why.
    #[error(
        "the browser gave up on {url}: the server answered with a status other than 200 (204 means \"stop\"), with a \
         content type other than text/event-stream, or CORS refused the answer; the browser's network panel shows which"
    )]
    GivenUp {
        /// The URL that was asked for, with the resume parameter where there is one.
        url: String,
    },

    /// The data of an event is not what its listener asked for. The event is skipped, the source goes on.
    #[error(transparent)]
    Decode(#[from] DecodeError),

    /// The connection was not open in time.
    #[error("the connection was not open after {after:?}")]
    OpenTimeout {
        /// How long the policy waited.
        after: Duration,
    },

    /// Nothing has arrived for too long.
    #[error("no sign of life for {after:?}")]
    Idle {
        /// How long the policy waited.
        after: Duration,
    },

    /// A limit of the policy was reached: so many losses, reopenings or decode errors in a row.
    #[error("{count} times in a row is too often: {last}")]
    TooMany {
        /// How often it happened, which is the limit that was set.
        count: u32,
        /// The last of them.
        #[source]
        last: Box<Error>,
    },

    /// The source has been without a healthy connection for longer than the policy allows.
    #[error("the source has been down for {limit:?}: {last}")]
    DownTooLong {
        /// The limit that was set.
        limit: Duration,
        /// The last thing that went wrong.
        #[source]
        last: Box<Error>,
    },

    /// A stream's consumer was too slow for its queue. As an item of a stream it stands where the dropped events would
    /// have been.
    #[error(
        "the stream's queue was full, {dropped} dropped: consume faster or give it a larger queue"
    )]
    QueueOverflow {
        /// How many items were dropped: on a stream, in this gap; for `on_error`, when the gap began.
        dropped: u64,
    },
}

impl Error {
    pub(crate) fn too_many(count: u32, last: Error) -> Self {
        Self::TooMany {
            count,
            last: Box::new(last),
        }
    }

    pub(crate) fn down_too_long(limit: Duration, last: Error) -> Self {
        Self::DownTooLong {
            limit,
            last: Box::new(last),
        }
    }

    /// Whether this names a limit, and holds the error that reached it.
    pub(crate) fn has_a_last_straw(&self) -> bool {
        matches!(self, Self::TooMany { .. } | Self::DownTooLong { .. })
    }
}

fn detail(message: Option<&str>) -> String {
    message.map_or_else(String::new, |message| format!(": {message}"))
}

fn name_advice(name: &str) -> &'static str {
    match name {
        "open" => "`open` is the source's own event, see `on_state`",
        "error" => "`error` is the source's own event, see `on_error`",
        "" => "an event without a name is called `message`",
        _ => "a name has no line end in it",
    }
}

/// The data of an event could not be decoded.
///
/// Keeps the event as it arrived and the decoder's own error, which `source()` gives back and
/// `downcast_ref` recognises:
///
/// ```
/// # use typed_eventsource::DecodeError;
/// use std::error::Error;
///
/// fn line_of_the_fault(error: &DecodeError) -> Option<usize> {
///     Some(error.source()?.downcast_ref::<serde_json::Error>()?.line())
/// }
/// ```
#[derive(Clone)]
pub struct DecodeError(Arc<Undecoded>);

struct Undecoded {
    event: UndecodedEvent,
    type_name: &'static str,
    source: Box<dyn StdError + Send + Sync>,
}

impl DecodeError {
    pub(crate) fn new<T>(
        event: &Event<&str>,
        source: impl StdError + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(Undecoded {
            event: event.into(),
            type_name: std::any::type_name::<T>(),
            source: Box::new(source),
        }))
    }

    /// The event as it arrived.
    pub fn event(&self) -> &UndecodedEvent {
        &self.0.event
    }

    /// The type that the data should have had.
    pub fn type_name(&self) -> &'static str {
        self.0.type_name
    }

    /// Whether both are one and the same failure to decode.
    pub(crate) fn is(&self, other: &DecodeError) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let event = self.event();
        write!(f, "the data of event {:?}", event.name())?;
        if !event.last_event_id().is_empty() {
            write!(f, " (id {:?})", event.last_event_id())?;
        }
        write!(
            f,
            " does not decode as {}: {}",
            self.type_name(),
            self.0.source
        )
    }
}

impl fmt::Debug for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DecodeError")
            .field("event", &self.0.event)
            .field("type_name", &self.0.type_name)
            .field("source", &self.0.source)
            .finish()
    }
}

impl StdError for DecodeError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.0.source)
    }
}
