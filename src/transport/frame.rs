//! An event on its way from a transport to those who listen.

use std::{borrow::Cow, fmt, rc::Rc};

use crate::{Event, event::Provenance, ids::IdField};

/// An event as it arrived. Its data is fetched when somebody asks for it.
pub(crate) struct Frame<'a> {
    name: Rc<str>,
    provenance: Provenance,
    id_field: IdField,
    data: &'a dyn Data,
}

/// The values of an event's `data` fields, joined by a line feed.
pub(crate) trait Data {
    fn text(&self) -> &str;
}

impl<'a> Frame<'a> {
    pub(crate) fn new(
        name: Rc<str>,
        provenance: Provenance,
        id_field: IdField,
        data: &'a dyn Data,
    ) -> Self {
        Self {
            name,
            provenance,
            id_field,
            data,
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn provenance(&self) -> &Provenance {
        &self.provenance
    }

    pub(crate) fn id_field(&self) -> IdField {
        self.id_field
    }

    pub(crate) fn text(&self) -> &'a str {
        self.data.text()
    }

    pub(crate) fn event(&self) -> Event<&'a str> {
        let (name, provenance) = (Rc::clone(&self.name), self.provenance.clone());
        Event::new(self.text(), name, provenance)
    }
}

impl fmt::Debug for Frame<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.event().fmt(f)
    }
}

impl Data for Cow<'_, str> {
    fn text(&self) -> &str {
        self
    }
}

impl Data for &str {
    fn text(&self) -> &str {
        self
    }
}

impl Data for String {
    fn text(&self) -> &str {
        self
    }
}
