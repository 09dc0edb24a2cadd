//! The link of a source that shares its connection among tabs.

use std::{
    cell::{Cell, OnceCell},
    rc::{Rc, Weak},
    sync::Arc,
};

use typed_eventsource_core::{
    CloseReason, Failure, Gap, IdField, Output, Report, State, Timestamp,
};
use wasm_bindgen::{JsValue, closure::Closure};

use super::{
    Role,
    javascript::{Receive, TabsSource, Tell, number, text, time},
    options::Options,
    told::{self, TellsState},
};
use crate::{
    Error, Stats,
    event::EventMeta,
    source::connection::{Connection, Link},
    sys::exception_message,
    transport::{Frame, FrameData},
};

/// A source of the npm package. Dropping it closes it.
pub(super) struct Source {
    javascript: OnceCell<TabsSource>,
    sharer: Weak<Connection>,
    /// When the next attempt is due, if it is known.
    waits_until: Cell<Option<Timestamp>>,
    /// The most events between two turns of the event loop, and how many there were.
    max_events: Cell<usize>,
    events: Cell<usize>,
    callbacks: OnceCell<(Receive, Tell)>,
    _options: Rc<Options>,
}

impl Source {
    pub(super) fn open(
        url: &Arc<str>,
        options: Rc<Options>,
        sharer: Weak<Connection>,
    ) -> Result<Rc<Self>, Error> {
        let source = Rc::new(Self {
            javascript: OnceCell::new(),
            sharer,
            waits_until: Cell::default(),
            max_events: Cell::new(usize::MAX),
            events: Cell::default(),
            callbacks: OnceCell::new(),
            _options: Rc::clone(&options),
        });
        let this = Rc::downgrade(&source);
        let receive = move |name: String, data: String, last_event_id: String, origin: String| {
            let source = this.upgrade();
            source.is_some_and(|source| source.receive(&name, &data, &last_event_id, &origin))
        };
        let this = Rc::downgrade(&source);
        let tell = move |notice: String, detail: JsValue| {
            if let Some(source) = this.upgrade() {
                source.tell(&notice, &detail);
            }
        };
        let receive = Closure::<dyn Fn(String, String, String, String) -> bool>::new(receive);
        let tell = Closure::<dyn Fn(String, JsValue)>::new(tell);
        let opened = TabsSource::new(url, options.javascript(), &receive, &tell);
        let opened = opened.map_err(|exception| Error::InvalidRequest {
            url: Arc::clone(url),
            message: exception_message(&exception).into(),
        })?;
        let _ = source.callbacks.set((receive, tell));
        let _ = source.javascript.set(opened);
        Ok(source)
    }

    /// The same source, which takes part again.
    pub(super) fn resumed(self: Rc<Self>) -> Rc<Self> {
        self.call(TabsSource::resume);
        self
    }

    fn call(&self, method: impl FnOnce(&TabsSource)) {
        if let Some(javascript) = self.javascript.get() {
            method(javascript);
        }
    }

    /// Returns whether other tasks should run before the next event.
    fn receive(&self, name: &str, data: &str, last_event_id: &str, origin: &str) -> bool {
        let Some(sharer) = self.sharer.upgrade() else {
            return false;
        };
        let meta = EventMeta::new(last_event_id, origin);
        let data = FrameData::Text(data);
        sharer.receive_frame(&Frame::new(name.into(), meta, IdField::Unknown, data));
        let events = self.events.get() + 1;
        let is_turn = events >= self.max_events.get();
        self.events.set(if is_turn { 0 } else { events });
        is_turn
    }

    fn tell(&self, notice: &str, detail: &JsValue) {
        let Some(sharer) = self.sharer.upgrade() else {
            return;
        };
        match notice {
            "state" => self.tell_state(&sharer, detail),
            "error" => {
                let report = Report {
                    failure: Failure::Told,
                    attempt: None,
                };
                let error = told::error(detail);
                sharer.relayed_among_tabs(Output::Report(report), Some(error));
            }
            "gap" => {
                let [after, before] = ["after", "before"].map(|name| text(detail, name));
                let missed = number(detail, "missed").unwrap_or_default() as u64;
                let gap = Gap::new(
                    after.unwrap_or_default(),
                    before.unwrap_or_default(),
                    missed,
                );
                sharer.relayed_among_tabs(Output::Gap(gap), None);
            }
            _ => {
                let summary = told::attempt(detail);
                let tell = move |sharer: &Connection| sharer.notify_of_attempt(&summary);
                sharer.run_in_turn(Rc::new(tell));
            }
        }
    }

    fn tell_state(&self, sharer: &Connection, state: &JsValue) {
        let state = match told::state(state) {
            TellsState::Closed(Some(error)) => {
                let reason = CloseReason::Failed {
                    failure: Failure::Told,
                    limit: None,
                };
                return sharer.relayed_among_tabs(Output::Closed(reason), Some(error));
            }
            TellsState::Closed(None) => {
                return sharer.relayed_among_tabs(Output::Closed(CloseReason::Finished), None);
            }
            #[cfg(feature = "fetch")]
            TellsState::Open(response) => {
                sharer.note_response(response);
                State::Open
            }
            TellsState::Other(state) => state,
        };
        let wait = match state {
            State::Waiting { retry_in, .. } => retry_in,
            _ => None,
        };
        self.waits_until
            .set(wait.map(|wait| sharer.host().now() + wait));
        sharer.relayed_among_tabs(Output::State(state), None);
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        self.call(TabsSource::close);
    }
}

/// The part that a source takes in a connection that tabs share. It takes part no longer once this is dropped.
pub(in crate::source) struct Share(Rc<Source>);

impl Share {
    pub(super) fn new(source: Rc<Source>) -> Self {
        Self(source)
    }

    pub(in crate::source) fn role(&self) -> Role {
        let role = self.0.javascript.get().map(TabsSource::role);
        told::role(&role.unwrap_or_default())
    }

    pub(in crate::source) fn tabs(&self) -> usize {
        self.0.javascript.get().map_or(1, TabsSource::tabs)
    }

    pub(in crate::source) fn last_event_id(&self) -> String {
        let id = self.0.javascript.get().map(TabsSource::last_event_id);
        id.unwrap_or_default()
    }

    pub(in crate::source) fn stats(&self) -> Stats {
        let stats = self.0.javascript.get().map(TabsSource::stats);
        let stats = stats.unwrap_or_default();
        let count = |name| number(&stats, name).unwrap_or_default();
        Stats {
            attempts: count("attempts") as u32,
            opened: count("opened") as u32,
            events: count("events") as u64,
            bytes: number(&stats, "bytes").map(|bytes| bytes as u64),
            duplicates: count("duplicates") as u32,
            gaps: count("gaps") as u32,
            last_event_at: time(&stats, "lastEventAt"),
        }
    }

    pub(in crate::source) fn waits_until(&self) -> Option<Timestamp> {
        self.0.waits_until.get()
    }

    /// Lets the consumers of streams run before a queue of this capacity is full.
    pub(in crate::source) fn yield_for_queue(&self, capacity: usize) {
        let max_events = (capacity / 2).clamp(1, self.0.max_events.get());
        self.0.max_events.set(max_events);
    }

    pub(in crate::source) fn tell_attempts(&self) {
        self.0.call(TabsSource::listen_to_attempts);
    }

    pub(in crate::source) fn reconnect(&self) {
        self.0.call(TabsSource::reconnect);
    }

    pub(in crate::source) fn resume(&self) {
        self.0.call(TabsSource::resume);
    }
}

impl Link for Share {
    fn listen(&self, name: &Rc<str>) {
        self.0.call(|javascript| javascript.listen(name));
    }

    fn unlisten(&self, name: &str) {
        self.0.call(|javascript| javascript.unlisten(name));
    }

    #[cfg(feature = "fetch")]
    fn listen_to_all(&self, listens_to_all: bool) {
        self.0
            .call(|javascript| javascript.listen_to_all(listens_to_all));
    }

    #[cfg(feature = "fetch")]
    fn hold_back(&self, is_held_back: bool) {
        self.0.call(|javascript| javascript.hold_back(is_held_back));
    }

    fn report_all_ids(&self) {
        self.0.call(TabsSource::listen_to_gaps);
    }

    fn among_tabs(&self) -> Option<&Share> {
        Some(self)
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        if let Some(sharer) = self.0.sharer.upgrade() {
            sharer.left(&self.last_event_id(), self.stats());
        }
        self.0.call(TabsSource::pause);
    }
}
