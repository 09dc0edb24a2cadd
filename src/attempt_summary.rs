//! What is told of an attempt to connect when it has ended, and what a source has counted.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use crate::Error;

/// An attempt to connect that has ended. [`EventSource::on_attempt`](crate::EventSource::on_attempt) tells of each.
///
/// ```
/// use typed_eventsource::AttemptSummary;
///
/// fn line(attempt: &AttemptSummary) -> String {
///     let AttemptSummary { number, reason, url, outcome, .. } = attempt;
///     format!("attempt {number} ({reason:?}) to {url}: {outcome:?}")
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AttemptSummary {
    /// Counts from 1 over the life of the source, or of the connection that it [shares](crate::EventSourceBuilder::shared).
    pub number: u32,
    /// Why it was made.
    pub reason: AttemptReason,
    /// The error that led to it, if one did.
    pub cause: Option<Error>,
    /// The URL that was asked, with the resume parameter.
    pub url: Arc<str>,
    /// When it started. `None` if the browser has made it, since it does not say.
    ///
    /// In a browser, [`SystemTime::elapsed`] panics: use `duration_since(SystemTime::UNIX_EPOCH)`.
    pub started_at: Option<SystemTime>,
    /// How long it took until the server answered, or until it failed. `None` if the browser has made it.
    pub duration: Option<Duration>,
    /// How it ended.
    pub outcome: AttemptOutcome,
    /// The HTTP status, if the server answered. The browser's own source hides it, unless the source
    /// [asks](crate::EventSourceBuilder::diagnose) for it.
    pub status: Option<u16>,
    /// What went wrong, if it was refused or has failed.
    pub error: Option<Error>,
}

impl AttemptSummary {
    /// A first attempt to connect to this URL, of which no more is known, for tests and previews of code that shows attempts.
    pub fn new(url: impl Into<Arc<str>>, outcome: AttemptOutcome) -> Self {
        Self {
            number: 1,
            reason: AttemptReason::First,
            cause: None,
            url: url.into(),
            started_at: None,
            duration: None,
            outcome,
            status: None,
            error: None,
        }
    }
}

/// Why an attempt to connect was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AttemptReason {
    /// The source was opened.
    First,
    /// An earlier attempt or connection has failed.
    Reconnection,
    /// The page woke, or the network changed, and the connection may not have survived that.
    Woken,
    /// [`reconnect`](crate::EventSource::reconnect) was called.
    Reconnect,
    /// The source was paused, by [`pause`](crate::EventSource::pause) or by the policy, and is resumed.
    Resumed,
    /// What the server had refused is [refreshed](crate::EventSourceBuilder::on_unauthorized).
    Refreshed,
    /// The connection is [renewed](crate::EventSourceBuilder::renew_before) before its token expires.
    Renewed,
}

/// How an attempt to connect ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AttemptOutcome {
    /// The server answered with an event stream.
    Opened,
    /// The server answered that it has finished: HTTP status 204.
    Finished,
    /// The server answered with something else.
    Refused,
    /// There was no answer.
    Failed,
    /// The source closed before there was an answer, or another attempt took its place.
    Aborted,
}

/// What a source has counted so far: [`EventSource::stats`](crate::EventSource::stats).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// The attempts to connect, the one under way included. Of those that the browser makes, the ones that have ended.
    pub attempts: u32,
    /// How many of these have opened a connection.
    pub opened: u32,
    /// The events that were delivered: those that somebody listens to, without duplicates.
    pub events: u64,
    /// The bytes of the responses that were read, after decompression. `None` over the browser's own source, which hides them.
    pub bytes: Option<u64>,
    /// The events that were skipped, since they had been delivered before. Only counted with
    /// [`deduplicate`](crate::EventSourceBuilder::deduplicate).
    pub duplicates: u32,
    /// How often ids showed that events were missed. Only counted with `deduplicate`, or once
    /// [`on_gap`](crate::EventSource::on_gap) was called.
    pub gaps: u32,
    /// When the last event arrived that somebody listens to. Over `fetch` it is about the time of its chunk.
    ///
    /// In a browser, [`SystemTime::elapsed`] panics: use `duration_since(SystemTime::UNIX_EPOCH)`.
    pub last_event_at: Option<SystemTime>,
}
