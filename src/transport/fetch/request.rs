//! The request of a source over `fetch`.

#[cfg(any(test, feature = "testing"))]
use std::task::{Context, Poll, Waker};
use std::{error::Error as StdError, fmt, pin::Pin, rc::Rc};

use wasm_bindgen::JsValue;
use web_sys::{
    AbortSignal, Headers, ReferrerPolicy, Request, RequestCache, RequestCredentials, RequestInit,
    RequestMode, RequestRedirect,
};

use super::{
    attempt_request::{
        AttemptRequest, RequestFunction, RequestResult, function_error, request_function,
    },
    request_body::Body,
};
use crate::{
    Attempt, Error, ResponseHead, closure::SharedClosure, panics::Panics, sys::exception_message,
};

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
    pub(crate) method: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) fresh_headers: Option<FreshHeaders>,
    pub(crate) request: Option<RequestFunction>,
    pub(crate) own_fetch: Option<OwnFetch>,
    pub(crate) last_event_id: Option<String>,
    pub(crate) body: Option<Body>,
    pub(crate) credentials: Option<RequestCredentials>,
    pub(crate) mode: RequestMode,
    pub(crate) cache: RequestCache,
    pub(crate) redirect: RequestRedirect,
    pub(crate) referrer_policy: Option<ReferrerPolicy>,
    pub(crate) max_event_size: usize,
    pub(crate) accept: Option<Accept>,
    pub(crate) max_error_body_size: usize,
}

type FreshHeaders = SharedClosure<dyn Fn() -> Pin<Box<dyn Future<Output = HeadersResult>>>>;

type OwnFetch = SharedClosure<dyn Fn(Request) -> Pin<Box<dyn Future<Output = FetchResult>>>>;

type FetchResult = Result<web_sys::Response, JsValue>;

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
            request: None,
            own_fetch: None,
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
    /// If the function fails, the attempt fails with [`Error::Request`], and the next one follows as after a lost
    /// connection; a request that may be sent only once closes the source. A forbidden header closes it with
    /// [`Error::InvalidRequest`]. It is the short form of [`request`](Self::request) for headers alone.
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

    /// A function that is asked for the request before each attempt, the first included, since tokens expire, and since an
    /// answer that was cut may be had from elsewhere. What it leaves out is as the other settings say.
    ///
    /// If it fails, the attempt fails with [`Error::Request`], and the next one follows as after a lost connection. While it has
    /// not answered, the limit of a [slow opening](crate::Policy::on_slow_open) counts. When the attempt is over, because
    /// the source closes for instance, the future is dropped. A request that the browser refuses closes the source with
    /// [`Error::InvalidRequest`].
    ///
    /// What it answers decides whether the request may be sent more than once. After a failure it is asked again, whatever was
    /// sent; but a method other than GET and HEAD is sent once. If it answers with such a method again, the source closes with the
    /// error of the attempt before, and sends nothing; unless the policy [resends](crate::Policy::resend), or
    /// [resends what was refused](crate::Policy::resend_refused), or its rule has reopened, or the response was whole and
    /// [`EndOfBody::Reconnect`](crate::EndOfBody::Reconnect) is set, or you [reconnect](crate::EventSource::reconnect) or
    /// [resume](crate::EventSource::resume) the source. The end of a response means what it means for the request that was sent.
    ///
    /// An attempt that ends before the function has answered has a number, too: a function that may fail, or take long, cannot
    /// tell by the number whether its POST was sent.
    ///
    /// ```
    /// use typed_eventsource::{AttemptRequest, Fetch};
    ///
    /// let chat = Fetch::post().body("Why is the sky blue?").request(async |attempt| match attempt.number {
    ///     1 => Ok(AttemptRequest::new()),
    ///     _ => Ok(AttemptRequest::get("/chat/42/stream")),
    /// });
    /// ```
    pub fn request(mut self, request: impl AsyncFn(Attempt) -> RequestResult + 'static) -> Self {
        self.request = Some(request_function(request));
        self
    }

    /// A function that makes the requests in place of the global `fetch`, once for each attempt. What it fails with is a lost
    /// connection.
    ///
    /// [`diagnose`](crate::EventSourceBuilder::diagnose) is then off by default, since one more request need not lead where this
    /// function leads. To switch it on has it ask through this function, too.
    ///
    /// ```
    /// use typed_eventsource::Fetch;
    /// use wasm_bindgen::JsCast;
    /// use wasm_bindgen_futures::JsFuture;
    ///
    /// let fetch = Fetch::new().fetch_with(async |request| {
    ///     let window = web_sys::window().ok_or("there is no window")?;
    ///     Ok(JsFuture::from(window.fetch_with_request(&request)).await?.unchecked_into())
    /// });
    /// ```
    pub fn fetch_with(mut self, fetch: impl AsyncFn(Request) -> FetchResult + 'static) -> Self {
        let fetch = Rc::new(fetch);
        let fetch = move |request| -> Pin<Box<dyn Future<Output = _>>> {
            let fetch = Rc::clone(&fetch);
            Box::pin(async move { fetch(request).await })
        };
        self.own_fetch = Some(SharedClosure::new(Rc::new(fetch)));
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
        share(&mut self.request, &other.request);
        share(&mut self.own_fetch, &other.own_fetch);
        share(&mut self.accept, &other.accept);
        self
    }

    /// From now on this and its clones call the closures of a newer one that has the same.
    pub(crate) fn adopt_closures(&self, newer: &Self) {
        fn adopt<F: ?Sized>(own: &Option<SharedClosure<F>>, newer: &Option<SharedClosure<F>>) {
            if let (Some(own), Some(newer)) = (own, newer) {
                own.replace_by(newer);
            }
        }
        adopt(&self.fresh_headers, &newer.fresh_headers);
        adopt(&self.request, &newer.request);
        adopt(&self.own_fetch, &newer.own_fetch);
        adopt(&self.accept, &newer.accept);
    }

    pub(super) fn error_body_size_limit(&self) -> usize {
        self.max_error_body_size
    }

    /// The id to continue from, as set by the user.
    pub(crate) fn start(&self) -> Option<&str> {
        self.last_event_id.as_deref()
    }

    pub(crate) fn is_repeatable(&self) -> bool {
        is_safe(&self.method)
    }

    /// The function that is asked for the request of each attempt.
    pub(crate) fn request_function(&self) -> Option<&RequestFunction> {
        self.request.as_ref()
    }

    /// Whether the global `fetch` makes the requests.
    pub(super) fn is_global(&self) -> bool {
        self.own_fetch.is_none()
    }

    /// Has the user's function make a request, if there is one.
    pub(super) async fn fetch(&self, request: &Request) -> Option<Result<JsValue, JsValue>> {
        let response = self.own_fetch.as_ref()?.current()(Clone::clone(request));
        Some(response.await.map(JsValue::from))
    }

    /// What a fake server sees of a request. Fresh headers are there if they are ready at once, since nothing awaits them.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn method_headers_and_body(
        &self,
        answer: &AttemptRequest,
    ) -> (String, Vec<(String, String)>, Vec<u8>) {
        let mut headers = self.headers.clone();
        if let Some(fresh) = &self.fresh_headers {
            let mut fresh = fresh.current()();
            let mut context = Context::from_waker(Waker::noop());
            if let Poll::Ready(Ok(fresh)) = fresh.as_mut().poll(&mut context) {
                headers.extend(fresh);
            }
        }
        headers.extend(answer.headers.iter().cloned());
        let body = answer.body_or(self.body.as_ref());
        let body = body.map_or(&[][..], Body::bytes);
        let method = self.method_of(answer);
        (method.to_owned(), headers, body.to_vec())
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
        let answer = AttemptRequest::new();
        self.request_for(url, &answer, last_event_id, with_credentials, None)
            .map(drop)
    }

    /// The headers that a function makes for an attempt.
    pub(super) async fn make_headers(&self, url: &str) -> Result<Vec<(String, String)>, Error> {
        match &self.fresh_headers {
            Some(headers) => {
                let headers = headers.current()();
                headers.await.map_err(|error| function_error(url, &*error))
            }
            None => Ok(Vec::new()),
        }
    }

    /// Makes the request of one attempt. The answer has the fresh headers, too.
    pub(super) fn request_for(
        &self,
        url: &str,
        answer: &AttemptRequest,
        last_event_id: &str,
        with_credentials: bool,
        signal: Option<&AbortSignal>,
    ) -> Result<Request, Error> {
        self.init(answer, last_event_id, with_credentials, signal)
            .and_then(|init| Request::new_with_str_and_init(url, &init))
            .map_err(|error| Error::InvalidRequest {
                url: url.into(),
                message: exception_message(&error).into(),
            })
    }

    fn method_of<'a>(&'a self, answer: &'a AttemptRequest) -> &'a str {
        answer.method.as_deref().unwrap_or(&self.method)
    }

    fn init(
        &self,
        answer: &AttemptRequest,
        last_event_id: &str,
        with_credentials: bool,
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
        for (name, value) in &answer.headers {
            headers.set(name, value)?;
        }
        let init = RequestInit::new();
        init.set_method(self.method_of(answer));
        init.set_headers(&headers);
        init.set_mode(self.mode);
        init.set_cache(self.cache);
        init.set_redirect(self.redirect);
        init.set_signal(signal);
        if let Some(body) = answer.body_or(self.body.as_ref()) {
            init.set_body(&body.to_js());
        }
        let default = match with_credentials {
            true => RequestCredentials::Include,
            false => RequestCredentials::SameOrigin,
        };
        let credentials = answer.credentials.or(self.credentials);
        init.set_credentials(credentials.unwrap_or(default));
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

/// Whether requests of this method may be made more than once.
pub(in crate::transport) fn is_safe(method: &str) -> bool {
    method.eq_ignore_ascii_case("GET") || method.eq_ignore_ascii_case("HEAD")
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
