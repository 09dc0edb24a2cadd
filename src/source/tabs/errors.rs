//! The errors of the npm package, made again as those of this crate.

use std::{sync::Arc, time::Duration};

#[cfg(feature = "fetch")]
use crate::ResponseHead;
use crate::{Error, UndecodedEvent};

/// What an error of the package says. Of the fields, those have a value that the error has.
#[cfg_attr(test, derive(Default))]
pub(super) struct ToldError {
    pub(super) code: String,
    pub(super) message: String,
    pub(super) url: Arc<str>,
    pub(super) directive: String,
    pub(super) status: u16,
    pub(super) content_type: Option<String>,
    pub(super) body: String,
    pub(super) retry_after: Option<Duration>,
    #[cfg(feature = "fetch")]
    pub(super) response: Option<ResponseHead>,
    /// In bytes, or in milliseconds.
    pub(super) limit: f64,
    pub(super) after: Duration,
    pub(super) count: u32,
    pub(super) dropped: Option<u64>,
    pub(super) event: Option<UndecodedEvent>,
    pub(super) last: Option<Box<Self>>,
}

/// What follows on the browser's giving up if nobody has asked why.
const UNASKED: &str = "the server answered with a status other than 200";

impl From<ToldError> for Error {
    fn from(told: ToldError) -> Self {
        let ToldError {
            code,
            message,
            url,
            after,
            ..
        } = told;
        // The texts of this crate's errors begin with what they are.
        let message_after =
            |start: &str| Arc::from(message.strip_prefix(start).unwrap_or(&message));
        let last = |last: Option<Box<ToldError>>| {
            Arc::new(match last {
                Some(last) => Self::from(*last),
                None => internal("an error that is not known".into()),
            })
        };
        match (&*code, told.event) {
            ("connection-lost", _) => {
                let start = format!("the connection to {url} was lost");
                let detail = message.strip_prefix(&start).unwrap_or(&message);
                let detail = detail.strip_prefix(": ").unwrap_or(detail);
                Self::ConnectionLost {
                    message: (!detail.is_empty()).then(|| detail.into()),
                    url,
                }
            }
            ("cors", _) => Self::Cors {
                url,
                message: message.into(),
            },
            ("blocked", _) => Self::Blocked {
                url,
                directive: told.directive.into(),
            },
            ("given-up", _) => {
                let detail: Arc<str> = message_after(&format!("the browser gave up on {url}: "));
                Self::GivenUp {
                    url,
                    message: (!detail.starts_with(UNASKED)).then_some(detail),
                }
            }
            ("invalid-request", _) => Self::InvalidRequest {
                message: message_after("invalid request: "),
                url,
            },
            ("request", _) => Self::Request {
                message: message_after("the request could not be made: "),
                url,
            },
            ("refresh", _) => Self::Refresh {
                message: message_after("`onUnauthorized` has failed: "),
                url,
            },
            ("status", _) => Self::Status {
                status: told.status,
                content_type: told.content_type.map(Arc::from),
                body: told.body.into(),
                retry_after: told.retry_after,
                #[cfg(feature = "fetch")]
                response: response_of(told.response, &url, told.status),
                url,
            },
            ("content-type", _) => Self::ContentType {
                status: told.status,
                content_type: told.content_type.map(Arc::from),
                body: told.body.into(),
                retry_after: told.retry_after,
                #[cfg(feature = "fetch")]
                response: response_of(told.response, &url, told.status),
                url,
            },
            ("event-too-large", _) => Self::EventTooLarge {
                limit: told.limit as usize,
            },
            ("failure-event", Some(event)) => Self::FailureEvent {
                event: event.into(),
            },
            ("unfinished-event", Some(event)) => Self::UnfinishedEvent {
                event: event.into(),
            },
            ("open-timeout", _) => Self::OpenTimeout { after },
            ("idle", _) => Self::Idle { after },
            ("suspended", _) => Self::Suspended,
            ("too-many", _) => Self::TooMany {
                count: told.count,
                last: last(told.last),
            },
            ("down-too-long", _) => Self::DownTooLong {
                limit: Duration::from_millis(told.limit as u64),
                last: last(told.last),
            },
            ("queue-overflow", _) => Self::QueueOverflow {
                dropped: told.dropped.unwrap_or(1),
            },
            ("unsupported", _) => Self::Unsupported,
            _ => internal(message_after("unexpected: ")),
        }
    }
}

fn internal(message: Arc<str>) -> Error {
    Error::Internal { message }
}

#[cfg(feature = "fetch")]
fn response_of(response: Option<ResponseHead>, url: &Arc<str>, status: u16) -> ResponseHead {
    response.unwrap_or_else(|| ResponseHead::new(Arc::clone(url), status))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Event, event::EventMeta};

    const URL: &str = "https://example.org/prices";

    fn told(code: &str, message: &str) -> ToldError {
        ToldError {
            code: code.into(),
            message: message.into(),
            url: URL.into(),
            ..ToldError::default()
        }
    }

    fn event() -> UndecodedEvent {
        let meta = EventMeta::new("7", "https://example.org");
        UndecodedEvent::from(&Event::new("no more", "error".into(), meta))
    }

    #[test]
    fn every_error_of_the_package_is_the_same_one_here() {
        let (url, second) = (Arc::<str>::from(URL), Duration::from_secs(1));
        let lost = format!("the connection to {URL} was lost");
        for (told, error) in [
            (told("connection-lost", &lost), Error::connection_lost(URL)),
            (
                told("connection-lost", &format!("{lost}: network error")),
                Error::ConnectionLost {
                    url: Arc::clone(&url),
                    message: Some("network error".into()),
                },
            ),
            (
                told("cors", "CORS refused it"),
                Error::Cors {
                    url: Arc::clone(&url),
                    message: "CORS refused it".into(),
                },
            ),
            (
                ToldError {
                    directive: "connect-src".into(),
                    ..told("blocked", "…")
                },
                Error::Blocked {
                    url: Arc::clone(&url),
                    directive: "connect-src".into(),
                },
            ),
            (
                told(
                    "given-up",
                    &format!("the browser gave up on {URL}: {UNASKED} (204 means \"stop\"), …"),
                ),
                Error::given_up(URL),
            ),
            (
                told("given-up", &format!("the browser gave up on {URL}: why")),
                Error::GivenUp {
                    url: Arc::clone(&url),
                    message: Some("why".into()),
                },
            ),
            (
                told("invalid-request", "invalid request: bad header"),
                Error::InvalidRequest {
                    url: Arc::clone(&url),
                    message: "bad header".into(),
                },
            ),
            (
                told("request", "the request could not be made: no token"),
                Error::Request {
                    url: Arc::clone(&url),
                    message: "no token".into(),
                },
            ),
            (
                told("refresh", "`onUnauthorized` has failed: no password"),
                Error::Refresh {
                    url: Arc::clone(&url),
                    message: "no password".into(),
                },
            ),
            (
                ToldError {
                    status: 503,
                    body: "busy".into(),
                    retry_after: Some(second),
                    ..told("status", "…")
                },
                Error::Status {
                    url: Arc::clone(&url),
                    status: 503,
                    content_type: None,
                    body: "busy".into(),
                    retry_after: Some(second),
                    #[cfg(feature = "fetch")]
                    response: ResponseHead::new(URL, 503),
                },
            ),
            (
                ToldError {
                    status: 200,
                    content_type: Some("text/html".into()),
                    ..told("content-type", "…")
                },
                Error::ContentType {
                    url: Arc::clone(&url),
                    status: 200,
                    content_type: Some("text/html".into()),
                    body: "".into(),
                    retry_after: None,
                    #[cfg(feature = "fetch")]
                    response: ResponseHead::new(URL, 200),
                },
            ),
            (
                ToldError {
                    limit: 1024.0,
                    ..told("event-too-large", "…")
                },
                Error::EventTooLarge { limit: 1024 },
            ),
            (
                ToldError {
                    event: Some(event()),
                    ..told("failure-event", "…")
                },
                Error::FailureEvent {
                    event: event().into(),
                },
            ),
            (
                ToldError {
                    event: Some(event()),
                    ..told("unfinished-event", "…")
                },
                Error::UnfinishedEvent {
                    event: event().into(),
                },
            ),
            (
                ToldError {
                    after: second,
                    ..told("open-timeout", "…")
                },
                Error::open_timeout(second),
            ),
            (
                ToldError {
                    after: second,
                    ..told("idle", "…")
                },
                Error::idle(second),
            ),
            (told("suspended", "…"), Error::Suspended),
            (
                ToldError {
                    count: 3,
                    last: Some(Box::new(told("connection-lost", &lost))),
                    ..told("too-many", "…")
                },
                Error::TooMany {
                    count: 3,
                    last: Error::connection_lost(URL).into(),
                },
            ),
            (
                ToldError {
                    limit: 1000.0,
                    last: Some(Box::new(told("suspended", "…"))),
                    ..told("down-too-long", "…")
                },
                Error::DownTooLong {
                    limit: second,
                    last: Error::Suspended.into(),
                },
            ),
            (
                ToldError {
                    dropped: Some(12),
                    ..told("queue-overflow", "…")
                },
                Error::QueueOverflow { dropped: 12 },
            ),
            (told("unsupported", "…"), Error::Unsupported),
            (
                told("internal", "unexpected: a bug"),
                internal("a bug".into()),
            ),
            (
                told("not-initialised", "no engine"),
                internal("no engine".into()),
            ),
        ] {
            let code = told.code.clone();
            assert_eq!(Error::from(told), error, "{code}");
        }
    }
}
