//! The Chrome DevTools Protocol: commands that chromedriver passes on to Chromium, and connections besides chromedriver's.

use fantoccini::wd::WebDriverCompatibleCommand;
use futures_util::{SinkExt, StreamExt};
use http::Method;
use serde_json::{Value, json};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use url::{ParseError, Url};

use crate::PATIENCE;

/// A command of the Chrome DevTools Protocol.
#[derive(Debug)]
pub(crate) struct DevTools {
    pub(crate) method: &'static str,
    pub(crate) params: Value,
}

impl WebDriverCompatibleCommand for DevTools {
    fn endpoint(&self, base_url: &Url, session_id: Option<&str>) -> Result<Url, ParseError> {
        let session = session_id.unwrap_or_default();
        base_url.join(&format!("session/{session}/goog/cdp/execute"))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        let body = json!({ "cmd": self.method, "params": self.params });
        (Method::POST, Some(body.to_string()))
    }
}

/// A connection to a tab of Chromium besides that of chromedriver, which waits in vain for a tab that is suspended. What it has done
/// to the tab may end when it is dropped.
#[derive(Debug)]
pub struct DevToolsConnection {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// The number of the last command.
    last: u64,
}

impl DevToolsConnection {
    pub(crate) async fn open(address: &str, tab: &str) -> Self {
        let url = format!("ws://{address}/devtools/page/{tab}");
        let connected = timeout(PATIENCE, connect_async(&url)).await;
        let connected = connected.unwrap_or_else(|_| panic!("no answer after {PATIENCE:?}: {url}"));
        let (socket, _) = connected.unwrap_or_else(|error| panic!("{error}: {url}"));
        Self { socket, last: 0 }
    }

    /// Sends a command, and does not wait for its answer. Returns the number of the command.
    ///
    /// # Panics
    ///
    /// If the tab is gone.
    pub async fn send(&mut self, method: &str, params: Value) -> u64 {
        self.last += 1;
        let command = json!({ "id": self.last, "method": method, "params": params });
        let sent = self.socket.send(command.to_string().into()).await;
        sent.unwrap_or_else(|error| panic!("{error}, for {method}"));
        self.last
    }

    /// Calls a method, and waits for its answer.
    ///
    /// # Panics
    ///
    /// If Chromium refuses the call, or the tab is gone.
    pub async fn call(&mut self, method: &str, params: Value) -> Value {
        let id = self.send(method, params).await;
        let answer = timeout(PATIENCE, self.find(|message| message["id"] == id)).await;
        let answer = answer.unwrap_or_else(|_| panic!("no answer after {PATIENCE:?}: {method}"));
        let mut answer = answer.unwrap_or_else(|| panic!("the tab is gone: {method}"));
        match answer.get("error") {
            Some(error) => panic!("Chromium refuses {method}: {error}"),
            None => answer["result"].take(),
        }
    }

    /// Waits for an event of this name. Events before it, and answers, are skipped.
    ///
    /// # Panics
    ///
    /// If it does not come.
    pub async fn until(&mut self, event: &str) {
        let found = timeout(PATIENCE, self.find(|message| message["method"] == event)).await;
        let found = found.unwrap_or_else(|_| panic!("no {event} after {PATIENCE:?}"));
        found.unwrap_or_else(|| panic!("the tab is gone before {event}"));
    }

    /// The next message that is looked for; `None` if the tab goes before it comes.
    async fn find(&mut self, is_it: impl Fn(&Value) -> bool) -> Option<Value> {
        while let Some(Ok(message)) = self.socket.next().await {
            let message = message.into_text().unwrap_or_default();
            let message: Value = serde_json::from_str(&message).unwrap_or_default();
            if is_it(&message) {
                return Some(message);
            }
        }
        None
    }
}
