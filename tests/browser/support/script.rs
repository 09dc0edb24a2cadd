//! What the test server is told to do, and what it tells.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    /// Base64 of bytes, of which each is a character.
    fn btoa(bytes: &str) -> String;
}

/// What one connection gets.
#[derive(Clone, Default, Serialize)]
pub(crate) struct Attempt {
    before: Vec<Step>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    headers: Vec<(String, Option<String>)>,
    cors: Cors,
    steps: Vec<Step>,
}

impl Attempt {
    /// Answers with an event stream.
    pub(crate) fn playing(steps: impl Into<Vec<Step>>) -> Self {
        Self {
            steps: steps.into(),
            ..Self::default()
        }
    }

    /// Answers with an event stream that brings this and stays open.
    pub(crate) fn sending(text: &str) -> Self {
        Self::playing([send(text), Step::Silence])
    }

    /// Answers with an event stream that brings this and ends.
    pub(crate) fn ending(text: &str) -> Self {
        Self::playing([send(text)])
    }

    /// Answers with a status and no body.
    pub(crate) fn answering(status: u16) -> Self {
        Self {
            status: Some(status),
            ..Self::default()
        }
    }

    /// Never answers.
    pub(crate) fn hanging() -> Self {
        Self {
            before: vec![Step::Silence],
            ..Self::default()
        }
    }

    /// Answers with a head that has a header of so many bytes, and then no more.
    pub(crate) fn with_long_head(bytes: u64) -> Self {
        Self {
            before: vec![Step::LongHead(bytes)],
            ..Self::default()
        }
    }

    /// Answers with this status.
    pub(crate) fn with_status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), Some(value.into())));
        self
    }

    pub(crate) fn without_header(mut self, name: &str) -> Self {
        self.headers.push((name.into(), None));
        self
    }

    pub(crate) fn cors(mut self, cors: Cors) -> Self {
        self.cors = cors;
        self
    }
}

/// Which CORS headers a response has.
#[derive(Clone, Copy, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Cors {
    /// The request's origin, with credentials.
    #[default]
    Credentials,
    /// Any origin, without credentials.
    Any,
    None,
}

/// A step of a response's body.
#[derive(Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Step {
    Send(String),
    /// Bytes as base64.
    SendBase64(String),
    /// The text so many times, `{n}` in it being 0, 1, 2, …
    Repeat {
        times: u32,
        send: &'static str,
    },
    /// The text over and over, up to so many bytes.
    Fill {
        bytes: u64,
        send: String,
    },
    /// The text byte by byte, one after so many milliseconds.
    Drip {
        every: u32,
        send: String,
    },
    /// In place of the head, one with a header of so many bytes.
    LongHead(u64),
    /// Milliseconds.
    Pause(u32),
    /// For [`Script::release`](super::Script::release).
    Wait,
    End,
    Reset,
    Silence,
}

pub(crate) fn send(text: &str) -> Step {
    Step::Send(text.into())
}

pub(crate) fn send_bytes(bytes: &[u8]) -> Step {
    let characters: String = bytes.iter().copied().map(char::from).collect();
    Step::SendBase64(btoa(&characters))
}

/// What the server saw of one connection.
#[derive(Debug, Deserialize)]
pub(crate) struct Seen {
    pub(crate) method: String,
    /// With the query.
    pub(crate) path: String,
    headers: BTreeMap<String, String>,
    pub(crate) body: String,
    /// In milliseconds since the script was put.
    pub(crate) opened_ms: u64,
    pub(crate) closed_by: Option<String>,
}

impl Seen {
    pub(crate) fn has_header(&self, name: &str) -> bool {
        self.headers.contains_key(name)
    }

    /// Empty where there was none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}
