//! An event on its way from a transport to the listeners.

use std::{fmt, rc::Rc};

use typed_eventsource_core::IdField;

use super::browser::LazyText;
use crate::{Event, event::EventMeta, sys::Message};

/// An event as it arrived.
pub(crate) struct Frame<'a> {
    name: Rc<str>,
    meta: EventMeta,
    id_field: IdField,
    data: FrameData<'a>,
}

/// The values of an event's `data` fields, joined by line feeds.
pub(crate) enum FrameData<'a> {
    Text(&'a str),
    Message(&'a Message, LazyText),
}

impl<'a> Frame<'a> {
    pub(crate) fn new(
        name: Rc<str>,
        meta: EventMeta,
        id_field: IdField,
        data: FrameData<'a>,
    ) -> Self {
        Self {
            name,
            meta,
            id_field,
            data,
        }
    }

    /// A frame of an event that was kept.
    pub(crate) fn of(event: &'a Event<String>, id_field: IdField) -> Self {
        let (name, meta) = (Rc::clone(event.shared_name()), event.meta().clone());
        Self::new(name, meta, id_field, FrameData::Text(&event.data))
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn meta(&self) -> &EventMeta {
        &self.meta
    }

    pub(crate) fn id_field(&self) -> IdField {
        self.id_field
    }

    pub(crate) fn text(&self) -> &str {
        match &self.data {
            FrameData::Text(text) => text,
            FrameData::Message(message, text) => text.get(message, Message::data),
        }
    }

    pub(crate) fn event(&self) -> Event<&str> {
        let (name, meta) = (Rc::clone(&self.name), self.meta.clone());
        Event::new(self.text(), name, meta)
    }
}

impl fmt::Debug for Frame<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.event().fmt(f)
    }
}
