//! Why a request got no answer. A browser tells a page no more than that it failed, so the rest has to be found out.

use std::{cell::Cell, future::poll_fn, rc::Rc, sync::Arc, task::Poll};

use js_sys::Promise;
use typed_eventsource_core::Span;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, Request, RequestCache, RequestCredentials, RequestInit, RequestMode,
    RequestRedirect, Url,
};

use super::{Fetch, redirects::Redirects};
use crate::{
    Error,
    host::browser::{self, Timeout},
    place::Place,
    sys::{self, Entries},
    transport::{
        blocks::{BLOCK_DELAY, BlockWatch},
        scheme_error,
    },
};

/// How long to wait for an answer that only shows whether the server can be reached.
const TIMEOUT: Span = Span::from_secs(3);

/// The least time between two questions of one source.
const PAUSE: Span = Span::from_secs(10);

const LAST_EVENT_ID: &str = "last-event-id";

/// What was found out about the requests of one source.
pub(super) struct Diagnosis {
    redirects: Redirects,
    fetch: Rc<Fetch>,
    may_ask: bool,
    page_origin: String,
    /// What is known is known of this origin. A function of the user may answer with another.
    origin: Place<String>,
    /// Whether a request without a `Last-Event-ID` header was answered, and one with it, which needs a preflight.
    was_answered: [Cell<bool>; 2],
    /// When the server was asked last.
    asked_at: Cell<Option<Span>>,
    /// Whether it could be reached then.
    is_reachable: Cell<bool>,
}

impl Diagnosis {
    pub(super) fn new(fetch: Rc<Fetch>, may_ask: Option<bool>) -> Self {
        Self {
            redirects: Redirects::default(),
            may_ask: may_ask.unwrap_or(fetch.is_global()),
            fetch,
            page_origin: sys::Global::origin().unwrap_or_default(),
            origin: Place::default(),
            was_answered: Default::default(),
            asked_at: Cell::default(),
            is_reachable: Cell::default(),
        }
    }

    /// Has a request made, by the user's function if there is one.
    pub(super) async fn fetch(&self, request: &Request) -> Result<JsValue, JsValue> {
        match self.fetch.fetch(request).await {
            Some(response) => response,
            None => self.redirects.fetch(request).await,
        }
    }

    /// Forgets what is known of another origin.
    fn know_origin(&self, url: &str) {
        let origin = Url::new(url).map_or_else(|_| String::new(), |url| url.origin());
        let known = self.origin.get();
        if known.as_ref() != Some(&origin) {
            self.origin.put(origin);
            self.was_answered.iter().for_each(|was| was.set(false));
            self.asked_at.set(None);
        }
    }

    pub(super) fn note_answer(&self, request: &Request) {
        self.know_origin(&request.url());
        self.was_answered[usize::from(has_id(request))].set(true);
    }

    fn has_answered(&self) -> bool {
        self.was_answered.iter().any(Cell::get)
    }

    /// The error of a request that got no answer, unless the connection was just lost.
    pub(super) async fn explain(
        &self,
        url: &Arc<str>,
        request: &Request,
        abort: &AbortController,
        blocks: &BlockWatch,
    ) -> Option<Error> {
        self.know_origin(url);
        // The user's own `fetch` may know other schemes.
        if self.fetch.is_global()
            && let Some(error) = scheme_error(url)
        {
            return Some(error);
        }
        if !self.has_answered() {
            sleep(BLOCK_DELAY).await;
            if let Some(error) = blocks.error() {
                return Some(error);
            }
        }
        // Without a network no question is answered. A redirect that is refused is not followed for this either.
        let may_be_refused = self.may_ask
            && self.origin.get().as_ref() != Some(&self.page_origin)
            && !self.was_answered[usize::from(has_id(request))].get()
            && request.mode() == RequestMode::Cors
            && request.redirect() == RequestRedirect::Follow
            && browser::is_online();
        if !may_be_refused || !self.can_reach(request, abort).await {
            return None;
        }
        let certainty = if request.method() == "GET" {
            ""
        } else {
            "probably "
        };
        let advice = self.advice(request);
        let message = format!(
            "CORS {certainty}refused the answer of {url}, or of a proxy before it: {advice}"
        );
        Some(Error::Cors {
            url: Arc::clone(url),
            message: message.into(),
        })
    }

    /// Asks whether the server can be reached. Soon after a question, its answer holds.
    async fn can_reach(&self, request: &Request, abort: &AbortController) -> bool {
        let now = browser::now();
        let is_soon = |asked_at: Span| now - asked_at < PAUSE;
        if !self.asked_at.get().is_some_and(is_soon) {
            self.asked_at.set(Some(now));
            let is_reachable = is_reachable(&self.fetch, request, abort).await;
            self.is_reachable.set(is_reachable);
        }
        self.is_reachable.get()
    }

    fn advice(&self, request: &Request) -> String {
        let names = header_names(request).unwrap_or_default();
        let allowed = format!("Access-Control-Allow-Headers: {names}");
        if has_id(request) && self.has_answered() {
            return format!(
                "answer the preflight (OPTIONS) of a reconnection with {allowed}, or set `resume_parameter`"
            );
        }
        let mut advice = format!(
            "have the server send Access-Control-Allow-Origin: {}",
            self.page_origin
        );
        if request.credentials() == RequestCredentials::Include {
            advice += " and Access-Control-Allow-Credentials: true";
        }
        let method = request.method();
        if !matches!(&*method, "GET" | "HEAD" | "POST") {
            advice += &format!(" and Access-Control-Allow-Methods: {method}");
        }
        if !names.is_empty() {
            advice += " and ";
            advice += &allowed;
        }
        advice
    }
}

/// The names of the headers that the page has set, besides `accept`, which it always may.
fn header_names(request: &Request) -> Result<String, JsValue> {
    let all = Entries::collect(&request.headers().keys())?.join(" ")?;
    let mut names = String::new();
    for name in all.split_ascii_whitespace() {
        if name != "accept" {
            if !names.is_empty() {
                names += ", ";
            }
            names += name;
        }
    }
    Ok(names)
}

fn has_id(request: &Request) -> bool {
    request.headers().has(LAST_EVENT_ID).unwrap_or_default()
}

/// Whether there is an answer to a request, which the page may not see. A HEAD is not enough: some servers only send the head of
/// a stream with its body.
async fn is_reachable(fetch: &Fetch, request: &Request, abort: &AbortController) -> bool {
    let init = RequestInit::new();
    let method = request.method();
    init.set_method(if method == "GET" { "GET" } else { "HEAD" });
    init.set_mode(RequestMode::NoCors);
    init.set_credentials(request.credentials());
    init.set_cache(RequestCache::NoStore);
    init.set_signal(Some(&abort.signal()));
    let limit = abort.clone();
    let _limit = Timeout::new(TIMEOUT, Box::new(move |_| limit.abort()));
    let answer = async {
        let request = Request::new_with_str_and_init(&request.url(), &init)?;
        if let Some(response) = fetch.fetch(&request).await {
            return response;
        }
        JsFuture::from(Promise::resolve(&sys::fetch(&request)?)).await
    };
    let is_reachable = answer.await.is_ok();
    abort.abort();
    is_reachable
}

/// Waits. Dropping it ends the wait.
async fn sleep(time: Span) {
    let is_over = Rc::new(Cell::new(false));
    let waker = Rc::<Place<std::task::Waker>>::default();
    let (over, wake) = (Rc::clone(&is_over), Rc::clone(&waker));
    let ended = move |_| {
        over.set(true);
        if let Some(waker) = wake.take() {
            waker.wake();
        }
    };
    let _timeout = Timeout::new(time, Box::new(ended));
    poll_fn(|context| {
        if is_over.get() {
            return Poll::Ready(());
        }
        waker.put(context.waker().clone());
        Poll::Pending
    })
    .await;
}
