//! The test server, for tests in a browser.

use std::cell::{Cell, OnceCell, RefCell};

use gloo_timers::future::TimeoutFuture;
use serde::{Deserialize, Serialize};
use typed_eventsource::{EventSource, EventSourceBuilder, Policy};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Request, RequestInit, Response};

use super::{
    guard::fail_in_one_line,
    script::{Attempt, SeenAttempt},
    transport::Transport,
};

/// The path of the server's announcement, below the root that the tests' page is served from.
const ANNOUNCEMENT: &str = "/target/test-server.json";

#[wasm_bindgen]
extern "C" {
    // The crate under test imports `fetch` too, and two imports of one name do not link.
    #[wasm_bindgen(catch, js_name = fetch)]
    async fn js_fetch(request: &Request) -> Result<JsValue, JsValue>;
}

#[derive(Deserialize)]
struct SeenAttempts {
    attempts: Vec<SeenAttempt>,
    preflights: usize,
    asks: usize,
}

/// The addresses of the test server.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Server {
    pub(super) origin: String,
    second_origin: String,
}

/// The test server. If there is none, the test fails at once.
pub(super) async fn server() -> Server {
    thread_local! {
        static FOUND: OnceCell<Server> = const { OnceCell::new() };
    }
    if let Some(server) = FOUND.with(|found| found.get().cloned()) {
        return server;
    }
    let announcement = match request("GET", ANNOUNCEMENT, None).await {
        Some((200, announcement)) => announcement,
        _ => no_server(),
    };
    let server: Server = serde_json::from_str(&announcement).expect("an announcement");
    FOUND.with(|found| found.get_or_init(|| server).clone())
}

fn no_server() -> ! {
    fail_in_one_line("no test server: start it with `cargo xtask serve`");
}

/// The status and the body of the answer; `None` if there is no answer.
pub(super) async fn request(method: &str, url: &str, body: Option<&str>) -> Option<(u16, String)> {
    let init = RequestInit::new();
    init.set_method(method);
    if let Some(body) = body {
        init.set_body(&JsValue::from_str(body));
    }
    let request = Request::new_with_str_and_init(url, &init).expect("a valid request");
    let response: Response = js_fetch(&request).await.ok()?.unchecked_into();
    let text = JsFuture::from(response.text().ok()?).await.ok()?;
    Some((response.status(), text.as_string()?))
}

/// The server's table of attacks, as JSON.
pub async fn attacks() -> String {
    let url = format!("{}/attacks", server().await.origin);
    match request("GET", &url, None).await {
        Some((200, attacks)) => attacks,
        _ => no_server(),
    }
}

thread_local! {
    /// The ids of the scripts that were put and not dropped.
    static PUT_IDS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Ends the streams that a failed test has left open, since a browser allows only six to a host.
pub(super) async fn end_leftovers() {
    for id in PUT_IDS.take() {
        let url = format!("{}/scripts/{id}", server().await.origin);
        request("DELETE", &url, None).await;
    }
}

/// Sets up a source over the transport of the running test.
pub fn builder(url: impl Into<String>) -> EventSourceBuilder {
    Transport::selected().set(EventSource::builder(url))
}

/// A script that was put to the test server, with its stream.
#[derive(Debug)]
pub struct Script {
    server: Server,
    id: String,
}

impl Script {
    /// Puts a script. The n-th connection plays the n-th attempt, and the last attempt repeats.
    pub async fn put(attempts: impl Into<Vec<Attempt>>) -> Self {
        let script = Self::with_unique_id().await;
        script.put_attempts(attempts.into()).await;
        script
    }

    /// Puts an attack of the server's table.
    pub async fn attack(name: &str) -> Self {
        let script = Self::with_unique_id().await;
        let attack = format!("?attack={name}");
        script.control("PUT", &attack, None).await;
        script
    }

    async fn with_unique_id() -> Self {
        let script = Self {
            server: server().await,
            id: unique_id(),
        };
        PUT_IDS.with_borrow_mut(|ids| ids.push(script.id.clone()));
        script
    }

    async fn put_attempts(&self, attempts: Vec<Attempt>) {
        #[derive(Serialize)]
        struct Attempts {
            attempts: Vec<Attempt>,
        }
        let json = serde_json::to_string(&Attempts { attempts }).expect("a script as JSON");
        self.control("PUT", "", Some(&json)).await;
    }

    /// The server's origin.
    pub fn origin(&self) -> &str {
        &self.server.origin
    }

    /// The server's second origin.
    pub fn second_origin(&self) -> &str {
        &self.server.second_origin
    }

    /// The path of the stream, on either origin.
    pub fn path(&self) -> String {
        format!("/streams/{}", self.id)
    }

    /// The URL of the stream.
    pub fn url(&self) -> String {
        format!("{}{}", self.origin(), self.path())
    }

    /// The URL of the same stream on the second origin.
    pub fn url_on_second_origin(&self) -> String {
        format!("{}{}", self.second_origin(), self.path())
    }

    /// Sets up a source of this stream.
    pub fn builder(&self) -> EventSourceBuilder {
        builder(self.url())
    }

    /// Opens a source of this stream.
    pub fn open(&self) -> EventSource {
        self.builder().open().expect("a valid URL")
    }

    /// Opens a source of this stream with a policy.
    pub fn open_with(&self, policy: Policy) -> EventSource {
        self.builder().policy(policy).open().expect("a valid URL")
    }

    /// Lets one [`Wait`](super::Step::Wait) pass.
    pub async fn release(&self) {
        self.control("POST", "/release", None).await;
    }

    /// Deletes the script, which ends its connections. A test that redirects does so, since Firefox keeps the connection behind a
    /// redirect when its source is closed, until the server sends more.
    pub async fn end(self) {
        self.control("DELETE", "", None).await;
    }

    /// The attempts so far.
    pub async fn seen(&self) -> Vec<SeenAttempt> {
        self.seen_when(0, 0).await
    }

    /// The attempts, once there are at least `count`.
    pub async fn seen_attempts(&self, count: usize) -> Vec<SeenAttempt> {
        self.seen_when(count, 0).await
    }

    /// The attempts, once at least `count` of them have ended.
    pub async fn seen_closed(&self, count: usize) -> Vec<SeenAttempt> {
        self.seen_when(0, count).await
    }

    /// Asserts that there was one connection, and that the client has ended it.
    pub async fn assert_client_left(&self) {
        let seen = self.seen_closed(1).await;
        let closed_by: Vec<_> = seen
            .iter()
            .map(|attempt| attempt.closed_by.as_deref())
            .collect();
        assert_eq!(closed_by, [Some("client")]);
    }

    /// How many preflights the browser has sent.
    pub async fn preflights(&self) -> usize {
        self.seen_attempts_when(0, 0).await.preflights
    }

    /// How many requests with the mode `no-cors` came.
    pub async fn no_cors_requests(&self) -> usize {
        self.seen_attempts_when(0, 0).await.asks
    }

    async fn seen_when(&self, attempts: usize, closed: usize) -> Vec<SeenAttempt> {
        self.seen_attempts_when(attempts, closed).await.attempts
    }

    async fn seen_attempts_when(&self, attempts: usize, closed: usize) -> SeenAttempts {
        let query = format!("/seen?attempts={attempts}&closed={closed}");
        let json = self.control("GET", &query, None).await;
        serde_json::from_str(&json).expect("what was seen as JSON")
    }

    async fn control(&self, method: &str, path: &str, body: Option<&str>) -> String {
        let url = format!("{}/scripts/{}{path}", self.origin(), self.id);
        let mut retries = 100;
        loop {
            match request(method, &url, body).await {
                Some((200 | 204, answer)) => return answer,
                // The server did not see enough within ten seconds. It is asked again.
                Some((504, _)) => {}
                // WebKit ends the requests of a page that begins to be left.
                None if method == "GET" && retries > 0 => {
                    retries -= 1;
                    TimeoutFuture::new(10).await;
                }
                Some((status, answer)) => panic!("{method} {url}: {status} {answer}"),
                None => no_server(),
            }
        }
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        PUT_IDS.with_borrow_mut(|ids| ids.retain(|id| *id != self.id));
    }
}

pub(super) fn unique_id() -> String {
    thread_local! {
        static COUNT: Cell<u32> = const { Cell::new(0) };
    }
    let count = COUNT.get() + 1;
    COUNT.set(count);
    format!("{:x}-{count}", (js_sys::Math::random() * 1e15) as u64)
}
