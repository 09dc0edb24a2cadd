//! The JSON that a test and the server exchange: what to play, and what the server saw.

use std::collections::BTreeMap;

use axum::http::{HeaderName, HeaderValue, StatusCode};
use serde::{Deserialize, Serialize};

/// The most times that a [`Step::Repeat`], a [`Step::Series`] or a [`Step::Ticks`] sends its text.
pub const MAX_TIMES: u32 = 10_000_000;
/// The longest [`Step::Pause`], and the longest time between two chunks of a [`Step::Ticks`] or a [`Step::Drip`], in
/// milliseconds.
pub const MAX_PAUSE_MS: u64 = 60_000;

/// What the connections to one stream get. `PUT /scripts/{id}` stores it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// The n-th connection plays the n-th attempt; the last one repeats.
    pub attempts: Vec<Attempt>,
}

impl Script {
    /// A script whose every connection plays the same `attempt`.
    pub fn always(attempt: Attempt) -> Self {
        Self {
            attempts: vec![attempt],
        }
    }

    /// Fails with a message for the author of the script if it cannot be played.
    pub(crate) fn check(&self) -> Result<(), String> {
        if self.attempts.is_empty() {
            return Err("a script needs at least one attempt".into());
        }
        for (number, attempt) in self.attempts.iter().enumerate() {
            attempt
                .check()
                .map_err(|problem| format!("attempt {}: {problem}", number + 1))?;
        }
        Ok(())
    }
}

/// What one connection gets: the server's part of a client's attempt to connect.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Attempt {
    /// The steps before the response head: `pause`, `wait`, `silence`, `reset`, or `long_head`, which replaces the head.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<Step>,
    /// The response's status; 200 by default.
    pub status: u16,
    /// The response's headers, besides `content-type: text/event-stream` and `cache-control: no-store`.
    /// A header given here replaces its default, or removes it if it has no value.
    pub headers: Vec<(String, Option<String>)>,
    /// Which CORS headers the response has.
    pub cors: Cors,
    /// The response's body, step by step. A [`Step::Reset`] at the very beginning comes before the response head.
    pub steps: Vec<Step>,
}

impl Default for Attempt {
    fn default() -> Self {
        Self {
            before: Vec::new(),
            status: StatusCode::OK.as_u16(),
            headers: Vec::new(),
            cors: Cors::default(),
            steps: Vec::new(),
        }
    }
}

impl Attempt {
    /// An attempt that answers 200 and plays `steps`.
    pub fn playing(steps: impl Into<Vec<Step>>) -> Self {
        Self {
            steps: steps.into(),
            ..Self::default()
        }
    }

    /// An attempt that answers with `status` and an empty body.
    pub fn answering(status: u16) -> Self {
        Self {
            status,
            ..Self::default()
        }
    }

    /// Adds a header to the response.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), Some(value.into())));
        self
    }

    fn check(&self) -> Result<(), String> {
        if !(200..=599).contains(&self.status) {
            return Err(format!("status {} is not in 200..=599", self.status));
        }
        for (name, value) in &self.headers {
            HeaderName::try_from(name).map_err(|_| format!("{name:?} is no header name"))?;
            HeaderValue::try_from(value.as_deref().unwrap_or_default())
                .map_err(|_| format!("{value:?} is no value for the header {name}"))?;
        }
        for step in &self.before {
            if !matches!(
                step,
                Step::Pause(_) | Step::Wait | Step::Silence | Step::Reset | Step::LongHead(_)
            ) {
                return Err(format!("{step:?} cannot come before the response head"));
            }
        }
        if let Some(step) = self
            .steps
            .iter()
            .find(|step| matches!(step, Step::LongHead(_)))
        {
            return Err(format!("{step:?} can only come before the response head"));
        }
        self.before
            .iter()
            .chain(&self.steps)
            .try_for_each(Step::check)
    }
}

/// Which CORS headers a response has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cors {
    /// The request's origin, with credentials.
    #[default]
    Credentials,
    /// `*`: any origin, without credentials.
    Any,
    /// No CORS headers: a browser refuses the response to a page of another origin.
    None,
}

/// A step of what a connection gets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Step {
    /// Sends the text as one separate chunk.
    Send(String),
    /// Sends raw bytes, base64 in JSON, as one separate chunk.
    #[serde(rename = "send_base64")]
    SendBytes(#[serde(with = "base64_bytes")] Vec<u8>),
    /// A flood: sends the text many times, as fast as the client reads, with many texts in a chunk.
    Repeat {
        /// How many times, at most [`MAX_TIMES`].
        times: u32,
        /// The text, in which each `{n}` becomes 0, 1, 2, …
        send: String,
    },
    /// As [`Repeat`](Self::Repeat), but each text is a separate chunk, as servers send their events.
    Series {
        /// How many times, at most [`MAX_TIMES`].
        times: u32,
        /// The text, in which each `{n}` becomes 0, 1, 2, …
        send: String,
    },
    /// Sends the text at regular times, each time as a separate chunk.
    Ticks {
        /// How many times, at most [`MAX_TIMES`].
        times: u32,
        /// The milliseconds from one text to the next, from 1 to [`MAX_PAUSE_MS`].
        every: u64,
        /// The text, in which each `{n}` becomes 0, 1, 2, … and each `{now}` the microseconds since 1970.
        send: String,
    },
    /// Sends the text over and over, as fast as the client reads. The server does not hold the bytes, so that `u64::MAX` of
    /// them make a line or a stream without end.
    Fill {
        /// How many bytes to send; the last text may be cut.
        bytes: u64,
        /// The text, in which nothing is replaced.
        send: String,
    },
    /// Sends the text byte by byte, each byte as a separate chunk.
    Drip {
        /// The milliseconds from one byte to the next, from 1 to [`MAX_PAUSE_MS`].
        every: u64,
        /// The text, in which nothing is replaced.
        send: String,
    },
    /// Replaces the response head by one with a header of this many bytes, sent as fast as the client reads; then resets the
    /// TCP connection.
    LongHead(u64),
    /// Sends nothing for this many milliseconds, at most [`MAX_PAUSE_MS`].
    Pause(u64),
    /// Sends nothing until a release: `POST /scripts/{id}/release`, or [`Server::release`](crate::Server::release). Each release
    /// lets one `wait` pass. A release that comes before its `wait` counts.
    Wait,
    /// Ends the response cleanly, as the end of the steps does.
    End,
    /// Resets the TCP connection (RST) once the steps before it have been sent.
    Reset,
    /// Keeps the connection open and sends nothing more.
    Silence,
}

impl Step {
    fn check(&self) -> Result<(), String> {
        match self {
            Self::Repeat { times, .. } if *times > MAX_TIMES => too_many_times("repeat", *times),
            Self::Series { times, .. } if *times > MAX_TIMES => too_many_times("series", *times),
            Self::Ticks { times, .. } if *times > MAX_TIMES => too_many_times("ticks", *times),
            Self::Ticks { every, .. } if !(1..=MAX_PAUSE_MS).contains(every) => {
                Err(format!("ticks: {every} ms is not in 1..={MAX_PAUSE_MS}"))
            }
            Self::Drip { every, .. } if !(1..=MAX_PAUSE_MS).contains(every) => {
                Err(format!("drip: {every} ms is not in 1..={MAX_PAUSE_MS}"))
            }
            Self::Pause(ms) if *ms > MAX_PAUSE_MS => {
                Err(format!("pause: {ms} ms is longer than {MAX_PAUSE_MS}"))
            }
            _ => Ok(()),
        }
    }
}

fn too_many_times(step: &str, times: u32) -> Result<(), String> {
    Err(format!("{step}: {times} times is more than {MAX_TIMES}"))
}

/// What the server saw of a script's connections: the answer to `GET /scripts/{id}/seen`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SeenAttempts {
    /// The attempts made so far, in order.
    pub attempts: Vec<SeenAttempt>,
    /// How many CORS preflights a browser has sent.
    #[serde(default)]
    pub preflights: usize,
    /// How many requests with the mode `no-cors` came.
    #[serde(default)]
    pub asks: usize,
}

/// What the server saw of one attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenAttempt {
    /// The request's method.
    pub method: String,
    /// The request's path with its query.
    pub path: String,
    /// The request's headers. Names are in lower case, and the values of a repeated header are joined by commas.
    pub headers: BTreeMap<String, String>,
    /// The request's body.
    pub body: String,
    /// When the request came, in milliseconds since the script was put.
    pub opened_ms: u64,
    /// When the response ended, in milliseconds since the script was put.
    pub closed_ms: Option<u64>,
    /// Whether the client or the server ended the response.
    pub closed_by: Option<ClosedBy>,
}

/// Who ended a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClosedBy {
    /// The client went away before the server was done.
    Client,
    /// The server ended it: by its last step, by a reset, or because the script was replaced or deleted, or the server stopped.
    Server,
}

mod base64_bytes {
    use base64::{Engine, prelude::BASE64_STANDARD};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&BASE64_STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(from)?;
        BASE64_STANDARD.decode(text).map_err(D::Error::custom)
    }
}
