//! The delivery of events from the transport to the listeners.

use typed_eventsource_core::{EventOutcome, Input, ReceivedEvent, Terminal, Unfinished, digest};

use super::{Connection, ToldError};
use crate::{
    Error, UndecodedEvent,
    event::EventMeta,
    source::subscriptions::{DecodeFailure, DeliveryOutcome, FrameCallback},
    transport::Frame,
};

impl Connection {
    /// Tells the session about an event if it has to know, and carries out what follows. Returns whether a deadline may
    /// be nearer, or outputs are left to be carried out.
    pub(super) fn handle_event(&self, frame: &Frame<'_>) -> bool {
        let terminal = self.terminal(frame.name(), || frame.text());
        let (wants_activity, wants_ids) = {
            let session = self.session();
            (session.wants_activity(), session.wants_ids())
        };
        if wants_ids {
            self.note_last_event_id();
            if frame.meta().dom_event().is_some() {
                self.noted.put(frame.meta().clone());
            }
        } else {
            self.unnoted.put(frame.meta().clone());
        }
        if terminal.is_none() && !wants_activity {
            return self.deliver(frame);
        }
        self.tell_event(frame, terminal, wants_ids)
    }

    /// Not inlined, since most events change nothing.
    #[inline(never)]
    fn tell_event(&self, frame: &Frame<'_>, terminal: Option<Terminal>, wants_ids: bool) -> bool {
        if terminal == Some(Terminal::Failure) {
            self.note_server_failure(UndecodedEvent::from(&frame.event()));
        }
        let wants_digest = wants_ids && self.session().wants_digests();
        let event = ReceivedEvent {
            last_event_id: wants_ids.then(|| frame.meta().last_event_id()),
            id_field: frame.id_field(),
            digest: if wants_digest {
                digest(frame.text())
            } else {
                0
            },
            terminal,
        };
        let outcome = self.session().event(event, || self.host.now());
        match outcome {
            EventOutcome::Deliver => self.deliver(frame),
            EventOutcome::Skip => false,
            EventOutcome::Poll => {
                self.carry_out(Some(frame));
                true
            }
        }
    }

    pub(super) fn handle_unlistened(&self, is_event: bool, meta: Option<EventMeta>) {
        if !self.session().wants_activity() {
            if let Some(meta) = meta {
                self.unnoted.put(meta);
            }
            return;
        }
        self.note_last_event_id();
        let input = Input::Unlistened {
            is_event,
            last_event_id: meta.as_ref().map(EventMeta::last_event_id),
        };
        self.tell(input);
    }

    /// Delivers a frame to the listeners of its name, then to those of any name, and tells the session how it decoded.
    /// Returns whether outputs are left to be carried out.
    pub(super) fn deliver(&self, frame: &Frame<'_>) -> bool {
        self.deliveries.set(self.deliveries.get().wrapping_add(1));
        #[cfg(feature = "fetch")]
        let any = self.any.snapshot();
        let (mut is_decoded, mut failures) = (false, Vec::new());
        let mut call = |callback: &mut FrameCallback| match callback(frame) {
            DeliveryOutcome::Ignored => {}
            DeliveryOutcome::Decoded => is_decoded = true,
            DeliveryOutcome::Failed(failure) => failures.push(failure),
        };
        if let Some(callbacks) = self.subscriptions.get(frame.name()) {
            callbacks.each(&self.panics, |callback| call(callback));
        }
        #[cfg(feature = "fetch")]
        if any.is_some() {
            self.any.each_of(any, &self.panics, call);
        }
        if !failures.is_empty() {
            self.decode_failed(failures);
            return true;
        }
        if is_decoded && self.session().wants_decoded() {
            self.tell(Input::Decoded);
        }
        false
    }

    /// The session counts the event once, however many listeners could not decode it, and has the first of their errors
    /// reported.
    fn decode_failed(&self, failures: Vec<DecodeFailure>) {
        let mut failures = failures.into_iter();
        let first = failures.next();
        for DecodeFailure { error, is_reported } in failures {
            self.report(&Error::Decode(error), is_reported);
        }
        if let Some(DecodeFailure { error, is_reported }) = first {
            let error = Error::Decode(error).into();
            self.told.put(ToldError { error, is_reported });
        }
        self.tell(Input::DecodeFailed);
    }

    /// What the server says with an event of this name and this data, where that is the end.
    fn terminal<'a>(&self, name: &str, data: impl FnOnce() -> &'a str) -> Option<Terminal> {
        let terminals = &self.terminals;
        if terminals
            .data
            .as_ref()
            .is_some_and(|terminal| terminal == data())
        {
            Some(Terminal::Data)
        } else if terminals.failure.as_deref() == Some(name) {
            Some(Terminal::Failure)
        } else if terminals.events.iter().any(|event| event == name) {
            Some(Terminal::Event)
        } else {
            None
        }
    }

    fn note_server_failure(&self, event: UndecodedEvent) {
        let event = event.into();
        self.server_failure
            .put(ToldError::new(Error::FailureEvent { event }));
    }

    /// Keeps what had arrived of an event when the response ended, and says what it is.
    pub(super) fn note_unfinished(&self, event: Option<UndecodedEvent>) -> Unfinished {
        let Some(event) = event else {
            return Unfinished::Nothing;
        };
        let terminal = self.terminal(event.name(), || &event.data);
        if terminal == Some(Terminal::Failure) {
            self.note_server_failure(event);
        } else {
            let event = event.into();
            self.unfinished
                .put(ToldError::new(Error::UnfinishedEvent { event }));
        }
        terminal.map_or(Unfinished::Event, Unfinished::Terminal)
    }

    /// Tells the session the id of the last event that it was not told about. This comes before any other input.
    pub(super) fn note_last_event_id(&self) {
        let meta = self.unnoted.take();
        if let Some(meta) = meta {
            let id = meta.last_event_id();
            self.session().note_last_event_id(id);
            if meta.dom_event().is_some() {
                self.noted.put(meta);
            }
        }
    }
}
