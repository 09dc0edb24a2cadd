//! Events, the last event id, and which of them a session has to be told.

use core::mem;

use super::{
    EventOutcome, Gap, IdField, Output, ReceivedEvent, Session, Terminal, Transport,
    ending::reason_after, ids::Freshness,
};
use crate::Timestamp;

/// What a session has to be told.
impl Session {
    /// Whether the session has to be told of each [event](Self::event) and [comment](super::Input::Comment) now. If
    /// not, a body may deliver events that are not terminal without telling it.
    #[must_use]
    pub fn wants_activity(&self) -> bool {
        self.policy.on_idle.is_some() || self.has_failures() || self.wants_ids()
    }

    /// Whether the session has to be told the last event id of each event now. If not, it is enough to
    /// [note](Self::note_last_event_id) the last one before the next input.
    #[must_use]
    pub fn wants_ids(&self) -> bool {
        self.needs_ids || self.is_unsure_of_id()
    }

    /// Whether the transport has to report every `id` field, even if nobody listens to its event.
    #[must_use]
    pub fn tracks_ids(&self) -> bool {
        self.tracks_ids
    }

    /// Whether the session has to be told of events that [decode](super::Input::Decoded) now.
    #[must_use]
    pub fn wants_decoded(&self) -> bool {
        self.decode_errors > 0
    }

    /// Whether the session has to be told the [digest](super::digest) of each event's data now.
    #[must_use]
    pub fn wants_digests(&self) -> bool {
        self.ids.has_window()
    }

    /// Whether an empty last event id may only mean that no event has had one yet: a new `EventSource` of the browser
    /// does not know the id that it continues from.
    fn is_unsure_of_id(&self) -> bool {
        self.transport == Transport::Browser
            && !self.last_event_id.is_empty()
            && !self.has_id_of_connection
    }

    fn has_failures(&self) -> bool {
        self.down_since.is_some()
            || self.unhealthy_since.is_some()
            || self.failures > 0
            || (self.is_safe && (self.losses > 0 || self.reopenings > 0))
    }

    /// Starts to report gaps. The transport then has to report every `id` field, even if nobody listens to its event.
    pub fn track_ids(&mut self) {
        self.needs_ids = true;
        if !mem::replace(&mut self.tracks_ids, true) {
            // Of the earlier ids only the last one is known here. A gap before it cannot be told, so what this returns is ignored.
            let _ = self.ids.advance_to(&self.last_event_id);
        }
    }

    /// Sets the last event id to that of the last event that the body has delivered without telling its id.
    pub fn note_last_event_id(&mut self, id: &str) {
        if !self.is_inconclusive(id) {
            // Over fetch, events have the id that the source continues from until the server sends another: only a different
            // id shows that this connection had one.
            let is_new = self.transport == Transport::Browser || id != self.last_event_id;
            self.has_id_of_connection |= is_new && !id.is_empty();
            self.last_event_id.clear();
            self.last_event_id.push_str(id);
        }
    }

    /// Whether this last event id may only mean that no event has had one yet.
    fn is_inconclusive(&self, id: &str) -> bool {
        id.is_empty() && self.is_unsure_of_id()
    }
}

/// Events.
impl Session {
    /// Receives an event that has listeners. The clock is read only if it matters, since a browser's is not cheap.
    pub fn event(
        &mut self,
        event: ReceivedEvent<'_>,
        clock: impl Fn() -> Timestamp,
    ) -> EventOutcome {
        if self.is_closed() {
            return EventOutcome::Skip;
        }
        if self.pending.is_some() {
            self.settle_unanswered(clock());
            if self.is_closed() {
                return EventOutcome::Poll;
            }
        }
        self.receive(event, clock)
    }

    fn receive(&mut self, event: ReceivedEvent<'_>, clock: impl Fn() -> Timestamp) -> EventOutcome {
        // Then there is no deadline, and the body has to be told the next one.
        let needs_deadline = self.has_told_limit && self.policy.on_idle.is_some();
        if let Some(id) = event.last_event_id {
            self.note_last_event_id(id);
            if self.needs_ids && self.is_duplicate(id, event) {
                self.note_activity(clock);
                return if needs_deadline {
                    EventOutcome::Poll
                } else {
                    EventOutcome::Skip
                };
            }
        }
        self.note_activity(clock);
        self.forget_failures();
        if let Some(terminal) = event.terminal {
            // The source closes once the outputs of this event, a gap and its delivery, are carried out.
            self.closing = Some(reason_after(terminal));
        } else if self.outputs.is_empty() && !needs_deadline {
            return EventOutcome::Deliver;
        }
        if event.terminal != Some(Terminal::Data) {
            self.push(Output::Deliver);
        }
        EventOutcome::Poll
    }

    fn is_duplicate(&mut self, id: &str, event: ReceivedEvent<'_>) -> bool {
        // A terminal event cannot be a duplicate: delivering it earlier would have closed the source.
        let field = match event.terminal {
            Some(_) => IdField::Absent,
            None => event.id_field,
        };
        if self.is_delivered_again(id, field) {
            return true;
        }
        if !self.tracks_ids {
            return false;
        }
        match self.ids.observe(id, field, event.digest) {
            Freshness::Duplicate => {
                self.attempts.counts.duplicates += 1;
                true
            }
            Freshness::New(gap) => {
                self.push_gap(gap);
                false
            }
        }
    }

    pub(super) fn unlistened(
        &mut self,
        is_event: bool,
        last_event_id: Option<&str>,
        now: Timestamp,
    ) {
        self.note_activity(|| now);
        if is_event {
            self.forget_failures();
        }
        if let Some(id) = last_event_id
            && !self.is_inconclusive(id)
        {
            self.note_last_event_id(id);
            if self.tracks_ids {
                let gap = self.ids.advance_to(id);
                self.push_gap(gap);
            }
        }
    }

    fn push_gap(&mut self, gap: Option<Gap>) {
        if let Some(gap) = gap {
            self.attempts.counts.gaps += 1;
            self.push(Output::Gap(gap));
        }
    }

    pub(super) fn note_activity(&mut self, clock: impl FnOnce() -> Timestamp) {
        if self.policy.on_idle.is_some() {
            self.last_activity = clock();
            self.idle_grace_until = None;
            self.has_told_limit = false;
        }
    }

    /// The connection is healthy. What limits the attempts of a request that costs goes on counting: each of its answers may
    /// begin well.
    pub(super) fn forget_failures(&mut self) {
        self.failures = 0;
        self.down_since = None;
        self.unhealthy_since = None;
        if self.is_safe {
            self.losses = 0;
            self.reopenings = 0;
        }
    }
}
