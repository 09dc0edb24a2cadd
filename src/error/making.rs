//! Errors that users make for their tests.

use std::{sync::Arc, time::Duration};

use super::Error;
#[cfg(feature = "fetch")]
use crate::ResponseHead;

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
