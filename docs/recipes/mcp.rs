//! A client's side of MCP's Streamable HTTP: a request by POST, which the server answers with a stream of messages, and a GET for the
//! messages that the server sends on its own account.

use std::{cell::RefCell, error::Error, rc::Rc};

use futures::StreamExt;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use typed_eventsource::{
    AttemptRequest, Backoff, CloseReason, EventSource, Fetch, Listener, Policy, ResponseHead,
    State, Text,
};

/// A message of JSON-RPC.
#[derive(Debug, Deserialize)]
pub struct Message {
    /// The id of a request, and of its response.
    pub id: Option<Value>,
    /// The method of a request or a notification. A response has none.
    pub method: Option<String>,
    /// The parameters of a request or a notification.
    pub params: Option<Value>,
    result: Option<Value>,
    error: Option<ServerError>,
}

#[derive(Debug, Deserialize)]
struct ServerError {
    message: String,
}

/// How to reach a server.
pub struct Session {
    /// The server's URL.
    pub url: String,
    /// `MCP-Protocol-Version`, `Authorization` and the like.
    pub headers: Vec<(String, String)>,
    /// `Mcp-Session-Id`, once the server has sent it.
    pub id: Rc<RefCell<Option<String>>>,
}

impl Session {
    /// Sends a request and returns its result. The first request of a session has to be `initialize`. Messages that are no response to
    /// it are handed to `receive`: progress, log entries, requests of the server.
    ///
    /// The request is sent once. If the connection ends before the response, whether the server meant it or not, a GET goes on after
    /// the last event, as the protocol has it; if no event had an id, that is an error. When the future is dropped, the connection
    /// closes.
    ///
    /// # Errors
    ///
    /// If the server refuses the request, answers with an error, or does not answer.
    pub async fn request(
        &self,
        id: u64,
        method: &str,
        params: impl Serialize,
        mut receive: impl FnMut(Message),
    ) -> Result<Value, Box<dyn Error>> {
        let request = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        let id_of_session = Rc::clone(&self.id);
        let fetch = self
            .with_session(Fetch::post().json(&request)?)
            .header("Accept", "application/json, text/event-stream")
            .max_error_body_size(1 << 24)
            .request(async move |attempt| {
                // Without an id the server cannot go on. The POST is not sent again: to answer with it closes the source.
                if attempt.last_event_id.is_empty() {
                    return Ok(AttemptRequest::new());
                }
                let get = AttemptRequest::new().method("GET");
                Ok(match &*id_of_session.borrow() {
                    Some(id) => get.header("Mcp-Session-Id", id),
                    None => get,
                })
            });
        let policy = Policy::resilient().backoff(Backoff::new().max_attempts(5));
        let builder = EventSource::builder(&self.url).fetch(fetch).policy(policy);
        let source = builder.open()?;
        let id_of_session = Rc::clone(&self.id);
        let _opened = source.on_state(move |state| {
            if let State::Open {
                response: Some(response),
                ..
            } = state
            {
                keep_id(&id_of_session, &response);
            }
        });
        if let Some(result) = result_from(&source, id, &mut receive).await? {
            return result;
        }
        match source.closed().await {
            // A server may answer with one JSON document in place of a stream. To the source that is an error of the content type,
            // which has the document as its body, up to `max_error_body_size`.
            CloseReason::Policy(typed_eventsource::Error::ContentType {
                body,
                content_type: Some(content_type),
                response,
                ..
            }) if content_type.starts_with("application/json") => {
                keep_id(&self.id, &response);
                outcome_of(serde_json::from_str(&body)?)
            }
            reason => Err(reason.to_string().into()),
        }
    }

    /// Listens to the messages that belong to no request, as long as the listener is held. A server that sends none answers with 405,
    /// which closes the source.
    ///
    /// # Errors
    ///
    /// If the source cannot be opened.
    pub fn listen(
        &self,
        mut receive: impl FnMut(Message) + 'static,
    ) -> Result<Listener, typed_eventsource::Error> {
        EventSource::builder(&self.url)
            .fetch(self.with_session(Fetch::new()))
            .policy(Policy::resilient())
            .open()?
            .on("message", move |event: typed_eventsource::Event<Text>| {
                if let Ok(message) = serde_json::from_str(&event.data.0) {
                    receive(message);
                }
            })
    }

    fn with_session(&self, fetch: Fetch) -> Fetch {
        let headers = self.headers.iter();
        let fetch = headers.fold(fetch, |fetch, (name, value)| fetch.header(name, value));
        match &*self.id.borrow() {
            Some(id) => fetch.header("Mcp-Session-Id", id),
            None => fetch,
        }
    }
}

/// Keeps the session's id, if the response has one. A server of another origin has to expose the header.
fn keep_id(kept_id: &RefCell<Option<String>>, response: &ResponseHead) {
    if let Some(id) = response.header("Mcp-Session-Id") {
        kept_id.replace(Some(id.to_owned()));
    }
}

type Outcome = Result<Value, Box<dyn Error>>;

/// The result of the request with this id; `None` if the source closes before.
async fn result_from(
    source: &EventSource,
    id: u64,
    receive: &mut impl FnMut(Message),
) -> Result<Option<Outcome>, Box<dyn Error>> {
    let mut messages = source.stream::<Text>("message")?;
    while let Some(message) = messages.next().await {
        // An event whose data is empty only brings an id to go on from.
        let Some(event) = message.ok().filter(|event| !event.data.0.is_empty()) else {
            continue;
        };
        let message: Message = serde_json::from_str(&event.data.0)?;
        if message.method.is_none() && message.id == Some(id.into()) {
            return Ok(Some(outcome_of(message)));
        }
        receive(message);
    }
    Ok(None)
}

fn outcome_of(message: Message) -> Outcome {
    match message.error {
        Some(error) => Err(error.message.into()),
        None => Ok(message.result.unwrap_or_default()),
    }
}
