//! Components on a page.

use std::any::Any;

use leptos::{mount::mount_to, prelude::*, wasm_bindgen::JsCast, web_sys::Element};
use serde::Deserialize;

/// The events that the scripts of these tests send.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Feed {
    Number(u32),
    Bye,
}

/// An event as the server sends it.
pub(super) fn number(number: u32) -> String {
    format!("event: number\ndata: {number}\n\n")
}

/// A component on a page, until this is dropped.
pub(super) struct Mounted {
    page: Element,
    _handle: Box<dyn Any>,
}

pub(super) fn mount<V: IntoView + 'static>(component: impl FnOnce() -> V + 'static) -> Mounted {
    let page = document().create_element("main").expect("an element");
    let handle = mount_to(page.clone().unchecked_into(), component);
    Mounted {
        page,
        _handle: Box::new(handle),
    }
}

impl Mounted {
    pub(super) fn text(&self) -> String {
        self.page.text_content().unwrap_or_default()
    }
}

/// Calls `hear` with each value of a signal, from its first value on.
pub(super) fn watch<S: Get<Value: 'static> + 'static>(
    signal: S,
    hear: impl Fn(S::Value) + 'static,
) {
    Effect::new(move || hear(signal.get()));
}
