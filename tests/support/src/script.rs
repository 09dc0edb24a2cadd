//! The scripts of the test server, and what the server tells of a script's connections.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    /// Encodes bytes, given as one character each, in base64.
    fn btoa(bytes: &str) -> String;
}

/// What one connection gets: the server's part of a source's attempt to connect.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Attempt {
    /// The steps before the response head.
    before: Vec<Step>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    headers: Vec<(String, Option<String>)>,
    cors: Cors,
    steps: Vec<Step>,
}

impl Attempt {
    /// Answers with an event stream.
    pub fn playing(steps: impl Into<Vec<Step>>) -> Self {
        Self {
            steps: steps.into(),
            ..Self::default()
        }
    }

    /// Answers with an event stream that sends this text and stays open.
    pub fn sending(text: &str) -> Self {
        Self::playing([send(text), Step::Silence])
    }

    /// Answers with an event stream that sends this text and ends.
    pub fn ending(text: &str) -> Self {
        Self::playing([send(text)])
    }

    /// Answers with a status and no body.
    pub fn answering(status: u16) -> Self {
        Self {
            status: Some(status),
            ..Self::default()
        }
    }

    /// Never answers.
    pub fn hanging() -> Self {
        Self {
            before: vec![Step::Silence],
            ..Self::default()
        }
    }

    /// Resets the connection before it answers.
    pub fn resetting() -> Self {
        Self {
            before: vec![Step::Reset],
            ..Self::default()
        }
    }

    /// Answers with this status.
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// Adds a header to the answer.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), Some(value.into())));
        self
    }

    /// Removes a default header from the answer.
    pub fn without_header(mut self, name: &str) -> Self {
        self.headers.push((name.into(), None));
        self
    }

    /// Answers with these CORS headers.
    pub fn cors(mut self, cors: Cors) -> Self {
        self.cors = cors;
        self
    }
}

/// Which CORS headers a response has.
#[derive(Clone, Copy, Debug, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cors {
    /// The request's origin, with credentials.
    #[default]
    Credentials,
    /// Any origin, without credentials.
    Any,
    /// No CORS headers.
    None,
}

/// A step of what a connection gets.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Sends text.
    Send(String),
    /// Sends bytes, which are given in base64.
    SendBase64(String),
    /// Sends the text many times. In it, `{n}` becomes 0, 1, 2, …
    Repeat {
        /// How many times.
        times: u32,
        /// The text.
        send: &'static str,
    },
    /// Sends nothing for this many milliseconds.
    Pause(u32),
    /// Sends nothing until a call of [`Script::release`](super::Script::release). A call that comes before the step counts.
    Wait,
    /// Ends the response.
    End,
    /// Resets the connection.
    Reset,
    /// Sends nothing more, and does not end.
    Silence,
}

/// A step that sends this text.
pub fn send(text: &str) -> Step {
    Step::Send(text.into())
}

/// A step that sends these bytes, which need not be UTF-8.
pub fn send_bytes(bytes: &[u8]) -> Step {
    let characters: String = bytes.iter().copied().map(char::from).collect();
    Step::SendBase64(btoa(&characters))
}

/// What the server saw of one attempt.
#[derive(Debug, Deserialize)]
pub struct SeenAttempt {
    /// The request's method.
    pub method: String,
    /// The request's path, with the query.
    pub path: String,
    headers: BTreeMap<String, String>,
    /// The request's body.
    pub body: String,
    /// When the request came, in milliseconds since the script was put.
    pub opened_ms: u64,
    /// Which side ended the response, once it has ended: `client` or `server`.
    pub closed_by: Option<String>,
}

impl SeenAttempt {
    /// Whether the request had this header.
    pub fn has_header(&self, name: &str) -> bool {
        self.headers.contains_key(name)
    }

    /// A header of the request; empty if there was none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}
