//! What is told of the attempts to connect, and what is counted.
//!
//! Only [`EventSource`](crate::EventSource)'s methods refer to most of this, so an app that asks for none of it has none of it in its
//! wasm.

use std::rc::Rc;

use typed_eventsource_core::{self as core, Counts, EndedAttempt, Span, Timestamp};
use wasm_bindgen::JsCast;

use super::{Connection, Notice, NoticeCallback};
use crate::{
    AttemptOutcome, AttemptReason, AttemptSummary, Error, Stats, event::EventMeta,
    source::listener::Listener, sys::Message,
};

/// Tells of an attempt. With none it notes the URL that was asked, before the transport is dropped.
pub(super) type TellAttempt = fn(&Connection, Option<EndedAttempt>);

impl Connection {
    pub(in crate::source) fn on_attempt(
        self: &Rc<Self>,
        callback: Box<NoticeCallback>,
    ) -> Listener {
        self.tell_attempts(Self::tell_attempt);
        self.on_notices(|connection| &connection.attempt_listeners, callback)
    }

    /// From now on the listeners are told of attempts. A sharer is told of those of the shared connection.
    pub(super) fn tell_attempts(&self, tell: TellAttempt) {
        if self.is_closed() {
            return;
        }
        self.tell_attempt.set(Some(tell));
        let link = self.link();
        #[cfg(feature = "tabs")]
        if let Some(share) = link.as_ref().and_then(|link| link.among_tabs()) {
            return share.tell_attempts();
        }
        match link.as_ref().and_then(|link| link.carrier()) {
            Some(carrier) => carrier.tell_attempts(tell),
            None if self.held.join.get().is_some() => {}
            None => self.session().tell_attempts(),
        }
    }

    fn tell_attempt(&self, ended: Option<EndedAttempt>) {
        if let Some(link) = self.link() {
            drop(self.asked.take());
            if let Some(url) = link.url() {
                self.asked.put(url);
            }
        }
        let Some(ended) = ended else {
            return;
        };
        let summary = self.summary_of(ended);
        self.notify_of_attempt(&summary);
        if let Some(sharers) = self.sharers.get() {
            let tell = move |sharer: &Self| sharer.notify_of_attempt(&summary);
            sharers.run(&self.panics, &(Rc::new(tell) as _));
        }
    }

    pub(in crate::source) fn notify_of_attempt(&self, summary: &AttemptSummary) {
        self.notify(&self.attempt_listeners, Notice::Attempt(summary));
    }

    fn summary_of(&self, ended: EndedAttempt) -> AttemptSummary {
        let error = ended.failure.map(|failure| self.error_of(failure).error);
        let error = error.as_deref().cloned();
        let (host, now) = (&self.host, self.host.now());
        AttemptSummary {
            number: ended.number,
            reason: match ended.reason {
                core::AttemptReason::First => AttemptReason::First,
                core::AttemptReason::Reconnection => AttemptReason::Reconnection,
                core::AttemptReason::Woken => AttemptReason::Woken,
                core::AttemptReason::Reconnect => AttemptReason::Reconnect,
                core::AttemptReason::Resumed => AttemptReason::Resumed,
                core::AttemptReason::Refreshed => AttemptReason::Refreshed,
                core::AttemptReason::Renewed => AttemptReason::Renewed,
            },
            cause: match ended.reason {
                core::AttemptReason::First
                | core::AttemptReason::Reconnect
                | core::AttemptReason::Resumed
                | core::AttemptReason::Refreshed
                | core::AttemptReason::Renewed => None,
                core::AttemptReason::Reconnection | core::AttemptReason::Woken => {
                    self.earlier.get().map(|told| Error::clone(&told.error))
                }
            },
            url: self.asked.get().unwrap_or_else(|| self.url.clone()),
            started_at: ended.started.map(|at| host.wall_time(at)),
            duration: ended.started.map(|at| now.since(at).into()),
            outcome: match ended.outcome {
                core::AttemptOutcome::Opened => AttemptOutcome::Opened,
                core::AttemptOutcome::Finished => AttemptOutcome::Finished,
                core::AttemptOutcome::Refused => AttemptOutcome::Refused,
                core::AttemptOutcome::Failed => AttemptOutcome::Failed,
                core::AttemptOutcome::Aborted => AttemptOutcome::Aborted,
            },
            status: match (&error, ended.outcome) {
                (Some(Error::Status { status, .. } | Error::ContentType { status, .. }), _) => {
                    Some(*status)
                }
                #[cfg(feature = "fetch")]
                (_, core::AttemptOutcome::Opened) => {
                    self.response.get().map(|response| response.status())
                }
                (_, core::AttemptOutcome::Finished) => Some(204),
                _ => None,
            },
            error,
        }
    }
}

/// What was counted.
impl Connection {
    pub(in crate::source) fn stats(&self) -> Stats {
        let link = self.link();
        #[cfg(feature = "tabs")]
        if let Some(share) = link.as_ref().and_then(|link| link.among_tabs()) {
            return share.stats();
        }
        if let Some(carrier) = link.as_ref().and_then(|link| link.carrier()) {
            return carrier.stats();
        }
        if let Some(stats) = self.left_stats.get() {
            return stats;
        }
        let Counts {
            attempts,
            opened,
            duplicates,
            gaps,
            ..
        } = self.session().counts();
        Stats {
            attempts,
            opened,
            events: self.deliveries.get(),
            #[cfg(feature = "fetch")]
            bytes: self.is_fetch.then(|| self.reading.get().bytes),
            #[cfg(not(feature = "fetch"))]
            bytes: None,
            duplicates,
            gaps,
            last_event_at: self.last_event_at().map(|at| self.host.wall_time(at)),
        }
    }

    #[cfg(any(test, feature = "fetch", feature = "testing"))]
    pub(super) fn note_read(&self, bytes: usize, at: Timestamp) {
        let mut reading = self.reading.get();
        reading.note_events(self.deliveries.get());
        reading.bytes += bytes as u64;
        reading.at = at;
        self.reading.set(reading);
    }

    /// When the last event arrived: its own time if it is the DOM's, or else that of its chunk.
    fn last_event_at(&self) -> Option<Timestamp> {
        let meta = self.unnoted.get().or_else(|| self.noted.get());
        let event = meta.as_ref().and_then(EventMeta::dom_event);
        if let Some(message) = event.and_then(|event| event.downcast_ref::<Message>()) {
            let at = message.unchecked_ref::<web_sys::Event>().time_stamp();
            return Some(Timestamp::from_origin(Span::from_millis_f64(at)));
        }
        #[cfg(any(test, feature = "fetch", feature = "testing"))]
        {
            let mut reading = self.reading.get();
            reading.note_events(self.deliveries.get());
            reading.last_event_at
        }
        #[cfg(not(any(test, feature = "fetch", feature = "testing")))]
        None
    }
}

/// What was read over `fetch`.
#[cfg(any(test, feature = "fetch", feature = "testing"))]
#[derive(Clone, Copy, Default)]
pub(super) struct Reading {
    bytes: u64,
    /// When the last chunk came.
    at: Timestamp,
    /// How many events were delivered before it.
    deliveries: u64,
    last_event_at: Option<Timestamp>,
}

#[cfg(any(test, feature = "fetch", feature = "testing"))]
impl Reading {
    /// If there are more events than before, they were in the last chunk.
    fn note_events(&mut self, deliveries: u64) {
        if self.deliveries != deliveries {
            self.deliveries = deliveries;
            self.last_event_at = Some(self.at);
        }
    }
}
