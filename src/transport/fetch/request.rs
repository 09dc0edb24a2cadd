//! The request of a source over `fetch`.

#[cfg(any(test, feature = "testing"))]
use std::task::{Context, Poll, Waker};
use std::{error::Error as StdError, fmt, pin::Pin, rc::Rc};

use wasm_bindgen::JsValue;
use web_sys::{
    AbortSignal, Headers, ReferrerPolicy, Request, RequestCache, RequestCredentials, RequestInit,
    RequestMode, RequestRedirect,
};

use super::request_body::Body;
use crate::{Error, ResponseHead, closure::SharedClosure, panics::Panics, sys::exception_message};

/// Carries the events of a source by `fetch` and this crate's parser, in place of the browser's own `EventSource`:
/// [`EventSourceBuilder::fetch`](crate::EventSourceBuilder::fetch).
///
/// A source can do everything that it can over the browser's own, and more: requests with any method, headers and a
/// body, errors with the HTTP status, comments that count as [data received](crate::Policy::on_idle), and several times
/// as many events per second.
///
/// By default the request is the one that the browser's own source makes: a GET with `Accept: text/event-stream`,
/// `cache` is `no-store`, `mode` is `cors`, and credentials are sent only to the page's own origin. A later attempt has
/// the `Last-Event-ID` header; to another origin that causes a CORS preflight, which the server has to allow. (With a
/// [`resume_parameter`](crate::EventSourceBuilder::resume_parameter) the id travels in the query instead.) A response
/// that CORS refuses is told as [`Error::Cors`](crate::Error::Cors), as far as the source may
/// [ask](crate::EventSourceBuilder::diagnose), and a `Retry-After` header of another origin is visible only if the
/// server exposes it (`Access-Control-Expose-Headers`). After a redirect, Firefox ends a connection that is closed here
/// only when the server sends more. So in Firefox, once a redirect within an origin has led a source to a stream by a GET, its next
/// request goes straight there. A stream, a 204, a 429 or a status from 500 on is the answer; after anything else the source's URL
/// is asked. A source that reconnects leaves one connection; a page that opens new sources of such a URL leaves one for each,
/// until the server sends something.
///
/// ```
/// # use typed_eventsource::{EventSource, Error};
/// use typed_eventsource::Fetch;
///
/// # fn run(key: &str) -> Result<(), Box<dyn std::error::Error>> {
/// let prompt = serde_json::json!({ "prompt": "Why is the sky blue?", "stream": true });
/// let tokens = EventSource::builder("/v1/completions")
///     .fetch(Fetch::post().json(&prompt)?.header("Authorization", format!("Bearer {key}")))
///     .terminal_data("[DONE]")
///     .open()?;
/// # Ok(())
/// # }
/// ```
///
/// Two are equal if they make the same request, and have the same functions, as a `Fetch` and its clone have.
#[derive(Clone, PartialEq)]
#[must_use = "a request is made by the source that it is given to"]
pub struct Fetch {
    method: String,
    headers: Vec<(String, String)>,
    fresh_headers: Option<FreshHeaders>,
    last_event_id: Option<String>,
    body: Option<Body>,
    credentials: Option<RequestCredentials>,
    mode: RequestMode,
    cache: RequestCache,
    redirect: RequestRedirect,
    referrer_policy: Option<ReferrerPolicy>,
    max_event_size: usize,
    accept: Option<Accept>,
    max_error_body_size: usize,
}

type FreshHeaders = SharedClosure<dyn Fn() -> Pin<Box<dyn Future<Output = HeadersResult>>>>;

type Accept = SharedClosure<dyn Fn(&ResponseHead) -> bool>;

/// What a function given to [`Fetch::fresh_headers`] resolves to: names and values, or why there are none.
///
/// ```
/// use typed_eventsource::HeadersResult;
///
/// async fn authorization() -> HeadersResult {
///     let token = Some("t0k3n").ok_or("nobody has logged in")?;
///     Ok(vec![("Authorization".into(), format!("Bearer {token}"))])
/// }
/// ```
pub type HeadersResult = Result<Vec<(String, String)>, Box<dyn StdError>>;

const DEFAULT_MAX_EVENT_SIZE: usize = 16 * 1024 * 1024;

const DEFAULT_MAX_ERROR_BODY_SIZE: usize = 16 * 1024;

impl Fetch {
    /// A GET request.
    pub fn new() -> Self {
        Self {
            method: "GET".into(),
            headers: Vec::new(),
            fresh_headers: None,
            last_event_id: None,
            body: None,
            credentials: None,
            mode: RequestMode::Cors,
            cache: RequestCache::NoStore,
            redirect: RequestRedirect::Follow,
            referrer_policy: None,
            max_event_size: DEFAULT_MAX_EVENT_SIZE,
            accept: None,
            max_error_body_size: DEFAULT_MAX_ERROR_BODY_SIZE,
        }
    }

    /// A POST request. It is sent once, unless the policy allows it to be [sent again](crate::Policy::resend). If no
    /// terminal event or data is set, the end of the response is the end of the source:
    /// [`CloseReason::Finished`](crate::CloseReason::Finished).
    pub fn post() -> Self {
        Self::new().method("POST")
    }

    /// The method of the request. All methods but GET and HEAD behave like [`post`](Self::post).
    pub fn method(mut self, method: impl Into<String>) -> Self {
        self.method = method.into();
        self
    }

    /// A header for each attempt, in place of an earlier one with the same name.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// A function that makes headers before each attempt, since tokens expire. They replace [fixed ones](Self::header)
    /// with the same name.
    ///
    /// If the function fails, the attempt fails with [`Error::Headers`], and the next one follows as after a lost
    /// connection; a request that may be sent only once closes the source. A forbidden header closes it with
    /// [`Error::InvalidRequest`].
    ///
    /// ```
    /// # async fn token() -> Result<String, std::fmt::Error> { Ok("…".into()) }
    /// use typed_eventsource::Fetch;
    ///
    /// let fetch = Fetch::new().fresh_headers(|| async {
    ///     let token = token().await?;
    ///     Ok(vec![("Authorization".into(), format!("Bearer {token}"))])
    /// });
    /// ```
    pub fn fresh_headers<F>(mut self, headers: impl Fn() -> F + 'static) -> Self
    where
        F: Future<Output = HeadersResult> + 'static,
    {
        let headers = move || -> Pin<Box<dyn Future<Output = _>>> { Box::pin(headers()) };
        self.fresh_headers = Some(SharedClosure::new(Rc::new(headers)));
        self
    }

    /// The id to continue from: the last event id of an earlier source, kept across a reload for instance. Even the
    /// first request carries it.
    pub fn last_event_id(mut self, id: impl Into<String>) -> Self {
        self.last_event_id = Some(id.into());
        self
    }

    /// The body of the request. GET and HEAD have none.
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

    /// Whether credentials are sent. This overrides [`with_credentials`](crate::EventSourceBuilder::with_credentials).
    pub fn credentials(mut self, credentials: RequestCredentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// The request's mode; `cors` is the default.
    pub fn mode(mut self, mode: RequestMode) -> Self {
        self.mode = mode;
        self
    }

    /// How the request uses the browser's cache; not at all (`no-store`) is the default.
    pub fn cache(mut self, cache: RequestCache) -> Self {
        self.cache = cache;
        self
    }

    /// What to do about a redirect; it is followed by default.
    ///
    /// The headers are sent wherever it leads, even to another origin if that one's CORS response allows them; browsers
    /// only hold back `Authorization`. With [`RequestRedirect::Error`] no redirect is followed, and an attempt that
    /// meets one ends like a lost connection.
    ///
    /// ```
    /// use typed_eventsource::Fetch;
    /// use web_sys::RequestRedirect;
    ///
    /// # fn fetch(key: &str) -> Fetch {
    /// Fetch::new().header("X-Api-Key", key).redirect(RequestRedirect::Error)
    /// # }
    /// ```
    pub fn redirect(mut self, redirect: RequestRedirect) -> Self {
        self.redirect = redirect;
        self
    }

    /// The request's referrer policy; the page's is the default.
    pub fn referrer_policy(mut self, policy: ReferrerPolicy) -> Self {
        self.referrer_policy = Some(policy);
        self
    }

    /// The most bytes that one event may have; 16 MiB by default. A larger event closes the source with
    /// [`Error::EventTooLarge`], and so does an endless line.
    ///
    /// A stream's [`Queue`](crate::Queue) may hold as many events of this size as its capacity allows: if the server is
    /// not trusted, choose both.
    pub fn max_event_size(mut self, bytes: usize) -> Self {
        self.max_event_size = bytes;
        self
    }

    /// A function that decides whether a response is taken for an event stream, in place of the standard's rule: status 200 and
    /// the type `text/event-stream`.
    ///
    /// What it returns `true` for is parsed as an event stream, whatever its type. What it returns `false` for is an error, as
    /// any response is that the standard refuses: [`Error::Status`], or [`Error::ContentType`] if the status is 200. It is not
    /// asked about status 204, by which a server says that it has finished.
    ///
    /// It must not panic. If panics unwind, a panic counts as `false`, and resumes after the error was reported.
    ///
    /// ```
    /// use typed_eventsource::Fetch;
    ///
    /// let fetch = Fetch::post().accept(|response| matches!(response.status(), 200 | 201));
    /// ```
    pub fn accept(mut self, accept: impl Fn(&ResponseHead) -> bool + 'static) -> Self {
        self.accept = Some(SharedClosure::new(Rc::new(accept)));
        self
    }

    /// How many bytes an error keeps of the body of a response that is no event stream; 16 KiB by default.
    pub fn max_error_body_size(mut self, bytes: usize) -> Self {
        self.max_error_body_size = bytes;
        self
    }

    /// Whether a response is taken for an event stream.
    pub(in crate::transport) fn accepts(&self, response: &ResponseHead, panics: &Panics) -> bool {
        let Some(accept) = &self.accept else {
            return response.is_event_stream();
        };
        let (accept, mut is_accepted) = (accept.current(), false);
        panics.catch(|| is_accepted = accept(response));
        is_accepted
    }

    /// The same request with the closures of another one, where both have them.
    pub(crate) fn with_closures_of(mut self, other: &Self) -> Self {
        fn share<F: ?Sized>(own: &mut Option<SharedClosure<F>>, other: &Option<SharedClosure<F>>) {
            if let (Some(own), Some(other)) = (own, other) {
                own.clone_from(other);
            }
        }
        share(&mut self.fresh_headers, &other.fresh_headers);
        share(&mut self.accept, &other.accept);
        self
    }

    /// From now on this and its clones call the closures of a newer one that has the same.
    pub(crate) fn adopt_closures(&self, newer: &Self) {
        if let (Some(own), Some(newer)) = (&self.fresh_headers, &newer.fresh_headers) {
            own.replace_by(newer);
        }
        if let (Some(own), Some(newer)) = (&self.accept, &newer.accept) {
            own.replace_by(newer);
        }
    }

    pub(super) fn error_body_size_limit(&self) -> usize {
        self.max_error_body_size
    }

    /// The id to continue from, as set by the user.
    pub(crate) fn start(&self) -> Option<&str> {
        self.last_event_id.as_deref()
    }

    pub(crate) fn is_repeatable(&self) -> bool {
        let is = |method: &str| self.method.eq_ignore_ascii_case(method);
        is("GET") || is("HEAD")
    }

    /// What a fake server sees of a request. Fresh headers are there if they are ready at once, since nothing awaits them.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn method_headers_and_body(&self) -> (String, Vec<(String, String)>, Vec<u8>) {
        let mut headers = self.headers.clone();
        if let Some(fresh) = &self.fresh_headers {
            let mut fresh = fresh.current()();
            let mut context = Context::from_waker(Waker::noop());
            if let Poll::Ready(Ok(fresh)) = fresh.as_mut().poll(&mut context) {
                headers.extend(fresh);
            }
        }
        let body = self.body.as_ref().map_or(&[][..], Body::bytes);
        (self.method.clone(), headers, body.to_vec())
    }

    pub(super) fn event_size_limit(&self) -> usize {
        self.max_event_size
    }

    /// Checks that the browser accepts the request, as far as that is known before the fresh headers.
    pub(super) fn check(
        &self,
        url: &str,
        last_event_id: &str,
        with_credentials: bool,
    ) -> Result<(), Error> {
        self.request(url, last_event_id, with_credentials, &[], None)
            .map(drop)
    }

    /// Makes the request of one attempt, with fresh headers.
    pub(super) async fn make_request(
        &self,
        url: &str,
        last_event_id: &str,
        with_credentials: bool,
        signal: &AbortSignal,
    ) -> Result<Request, Error> {
        let fresh = match &self.fresh_headers {
            Some(headers) => {
                let headers = headers.current()();
                headers.await.map_err(|error| Error::Headers {
                    url: url.into(),
                    message: error.to_string().into(),
                })?
            }
            None => Vec::new(),
        };
        self.request(url, last_event_id, with_credentials, &fresh, Some(signal))
    }

    fn request(
        &self,
        url: &str,
        last_event_id: &str,
        with_credentials: bool,
        fresh: &[(String, String)],
        signal: Option<&AbortSignal>,
    ) -> Result<Request, Error> {
        self.init(last_event_id, with_credentials, fresh, signal)
            .and_then(|init| Request::new_with_str_and_init(url, &init))
            .map_err(|error| Error::InvalidRequest {
                url: url.into(),
                message: exception_message(&error).into(),
            })
    }

    fn init(
        &self,
        last_event_id: &str,
        with_credentials: bool,
        fresh: &[(String, String)],
        signal: Option<&AbortSignal>,
    ) -> Result<RequestInit, JsValue> {
        let headers = Headers::new()?;
        headers.set("Accept", "text/event-stream")?;
        for (name, value) in &self.headers {
            headers.set(name, value)?;
        }
        if !last_event_id.is_empty() {
            headers.set("Last-Event-ID", &utf8_header(last_event_id))?;
        }
        for (name, value) in fresh {
            headers.set(name, value)?;
        }
        let init = RequestInit::new();
        init.set_method(&self.method);
        init.set_headers(&headers);
        init.set_mode(self.mode);
        init.set_cache(self.cache);
        init.set_redirect(self.redirect);
        init.set_signal(signal);
        if let Some(body) = &self.body {
            init.set_body(&body.to_js());
        }
        let default = match with_credentials {
            true => RequestCredentials::Include,
            false => RequestCredentials::SameOrigin,
        };
        init.set_credentials(self.credentials.unwrap_or(default));
        if let Some(policy) = self.referrer_policy {
            init.set_referrer_policy(policy);
        }
        Ok(init)
    }
}

impl Default for Fetch {
    /// [`Fetch::new`].
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Fetch {
    /// Without the values of the headers, which may be secret, and without the body.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("Fetch")
            .field("method", &self.method)
            .field("headers", &names)
            .field("credentials", &self.credentials)
            .field("mode", &self.mode)
            .field("cache", &self.cache)
            .field("redirect", &self.redirect)
            .field("referrer_policy", &self.referrer_policy)
            .field("max_event_size", &self.max_event_size)
            .finish_non_exhaustive()
    }
}

/// The value of a header that is sent as UTF-8: JavaScript's headers take a character for each byte.
fn utf8_header(value: &str) -> String {
    value.bytes().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_has_a_character_for_each_byte() {
        assert_eq!(utf8_header("a"), "a");
        assert_eq!(utf8_header("é"), "\u{c3}\u{a9}");
    }

    #[test]
    fn only_safe_methods_are_repeatable() {
        assert!(Fetch::new().is_repeatable());
        assert!(Fetch::new().method("get").is_repeatable());
        assert!(!Fetch::post().is_repeatable());
        assert!(!Fetch::new().method("QUERY").is_repeatable());
    }

    #[test]
    fn no_secret_is_shown() {
        let fetch = Fetch::post()
            .header("Authorization", "secret")
            .body("secret");
        let shown = format!("{fetch:?}");
        assert!(
            shown.contains("Authorization") && !shown.contains("secret"),
            "{shown}"
        );
    }
}
