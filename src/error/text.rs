//! The text of an error.

use std::{error::Error as StdError, fmt};

use typed_eventsource_core::Span;

use super::Error;
#[cfg(feature = "fetch")]
use crate::ResponseHead;

/// How many characters of what a server has sent are in the text of an error.
const EXCERPT: usize = 200;

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
