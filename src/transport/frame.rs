//! An event on its way from a transport to those who listen.

use std::{fmt, rc::Rc};

#[cfg(feature = "npm")]
use wasm_bindgen::JsValue;

use crate::{Event, event::Provenance};

/// An event as it arrived. Its data is fetched when somebody asks for it, and in the form that is asked for.
pub(crate) struct Frame<'a> {
    name: Rc<str>,
    provenance: Provenance,
    data: &'a dyn Data,
}

/// The values of an event's `data` fields, joined by a line feed.
pub(crate) trait Data {
    fn text(&self) -> &str;

    /// As JavaScript has it, where it may have been all along.
    #[cfg(feature = "npm")]
    fn to_js(&self) -> JsValue {
        JsValue::from_str(self.text())
    }

    /// [`Provenance::to_js`], where the data does not know better.
    #[cfg(feature = "npm")]
    fn provenance_to_js(&self, provenance: &Provenance) -> JsValue {
        provenance.to_js()
    }
}

impl<'a> Frame<'a> {
    pub(crate) fn new(name: Rc<str>, provenance: Provenance, data: &'a dyn Data) -> Self {
        Self {
            name,
            provenance,
            data,
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn provenance(&self) -> &Provenance {
        &self.provenance
    }

    pub(crate) fn text(&self) -> &'a str {
        self.data.text()
    }

    #[cfg(feature = "npm")]
    pub(crate) fn js_text(&self) -> JsValue {
        self.data.to_js()
    }

    #[cfg(feature = "npm")]
    pub(crate) fn js_provenance(&self) -> JsValue {
        self.data.provenance_to_js(&self.provenance)
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
