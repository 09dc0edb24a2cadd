//! An event on its way from a transport to those who listen.

#[cfg(feature = "npm")]
use std::ops::Range;
use std::{fmt, rc::Rc};

#[cfg(feature = "npm")]
use js_sys::JsString;
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
    fn to_js(&self, provenance: &Provenance) -> JsData<'_> {
        JsData::Whole {
            text: JsValue::from_str(self.text()),
            provenance: provenance.to_js(),
        }
    }
}

/// The data of an event in JavaScript, and where it came from.
#[cfg(feature = "npm")]
pub(crate) enum JsData<'a> {
    Whole {
        text: JsValue,
        /// An object with the `lastEventId` and the `origin`.
        provenance: JsValue,
    },
    /// Parts of a longer text, by offsets in it.
    Slices {
        of: &'a JsString,
        text: Range<u32>,
        last_event_id: Range<u32>,
        origin: JsValue,
    },
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
    pub(crate) fn to_js(&self) -> JsData<'a> {
        self.data.to_js(&self.provenance)
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
