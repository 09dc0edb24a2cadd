//! The request of an attempt, as a user's function answers it.

use std::{error::Error as StdError, fmt, pin::Pin, rc::Rc};

use web_sys::RequestCredentials;

use super::{request::is_safe, request_body::Body};
use crate::{Attempt, closure::SharedClosure};

/// The request of an attempt: what a function given to [`Fetch::request`](crate::Fetch::request) resolves to. What it leaves
/// out is as the [`Fetch`](crate::Fetch) and the builder say.
///
/// ```
/// use typed_eventsource::{AttemptRequest, Fetch};
///
/// let question = Fetch::post().body("Why is the sky blue?").request(async |attempt| {
///     Ok(match attempt.number {
///         1 => AttemptRequest::new(),
///         _ => AttemptRequest::get("/answers/42/stream"),
///     })
/// });
/// ```
#[derive(Clone, Default, PartialEq)]
pub struct AttemptRequest {
    pub(crate) url: Option<String>,
    pub(crate) method: Option<String>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Option<Body>,
    pub(crate) credentials: Option<RequestCredentials>,
}

/// What a function given to [`Fetch::request`](crate::Fetch::request) resolves to: a request, or why there is none.
pub type RequestResult = Result<AttemptRequest, Box<dyn StdError>>;

impl AttemptRequest {
    /// The request that the [`Fetch`](crate::Fetch) and the builder say.
    pub fn new() -> Self {
        Self::default()
    }

    /// A GET of this URL. It has no body, whatever the [`Fetch`](crate::Fetch) says.
    pub fn get(url: impl Into<String>) -> Self {
        Self::new().method("GET").url(url)
    }

    /// A POST to this URL.
    pub fn post(url: impl Into<String>) -> Self {
        Self::new().method("POST").url(url)
    }

    /// The URL, in place of the source's. It is resolved as that one is. One of another origin gets the headers of the
    /// [`Fetch`](crate::Fetch), too.
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.url = Some(url.into());
        self
    }

    /// The method. A request that becomes a GET or a HEAD has no body, unless there is [one here](Self::body), too.
    pub fn method(mut self, method: impl Into<String>) -> Self {
        self.method = Some(method.into());
        self
    }

    /// A header, in place of an earlier one with the same name and of that of the [`Fetch`](crate::Fetch).
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The body.
    pub fn body(mut self, body: impl Into<Body>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// A body in JSON, with its `Content-Type`.
    ///
    /// # Errors
    ///
    /// If serde cannot serialize the value as JSON.
    #[cfg(feature = "json")]
    pub fn json(self, value: &impl serde::Serialize) -> Result<Self, serde_json::Error> {
        let body = serde_json::to_string(value)?;
        Ok(self.header("Content-Type", "application/json").body(body))
    }

    /// Whether credentials are sent.
    pub fn credentials(mut self, credentials: RequestCredentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// The body of the request, if the options have this one.
    pub(super) fn body_or<'a>(&'a self, given: Option<&'a Body>) -> Option<&'a Body> {
        let becomes_safe = self.method.as_deref().is_some_and(is_safe);
        self.body.as_ref().or(given.filter(|_| !becomes_safe))
    }
}

impl fmt::Debug for AttemptRequest {
    /// Without the values of the headers, which may be secret, and without the body.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("AttemptRequest")
            .field("url", &self.url)
            .field("method", &self.method)
            .field("headers", &names)
            .field("credentials", &self.credentials)
            .finish_non_exhaustive()
    }
}

/// A user's function that is asked for the request of each attempt.
pub(crate) type RequestFunction =
    SharedClosure<dyn Fn(Attempt) -> Pin<Box<dyn Future<Output = RequestResult>>>>;

/// A function that is asked before each attempt.
pub(crate) fn request_function(
    request: impl AsyncFn(Attempt) -> RequestResult + 'static,
) -> RequestFunction {
    let request = Rc::new(request);
    let ask = move |attempt| -> Pin<Box<dyn Future<Output = _>>> {
        let request = Rc::clone(&request);
        Box::pin(async move { request(attempt).await })
    };
    SharedClosure::new(Rc::new(ask))
}

/// Asks a function for the request of an attempt.
pub(in crate::transport) async fn ask(
    request: &RequestFunction,
    attempt: &Attempt,
    url: &str,
) -> Result<AttemptRequest, crate::Error> {
    let answer = request.current()(attempt.clone());
    answer.await.map_err(|error| function_error(url, &*error))
}

/// The error if a function has failed that makes a request or its headers.
pub(in crate::transport) fn function_error(url: &str, error: &dyn StdError) -> crate::Error {
    crate::Error::Request {
        url: url.into(),
        message: error.to_string().into(),
    }
}
