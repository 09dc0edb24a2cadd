//! Pages that are about to be left.
//!
//! Firefox and WebKit end a page's connections as soon as the page begins to be left, long before it is gone. If it stays,
//! because the link was a download or was answered with status 204, nothing tells so.

use std::{cell::Cell, rc::Rc};

use typed_eventsource_core::Span;

use crate::{
    host::browser::{DomListener, Timeout},
    place::Place,
    sys::Global,
};

/// How long a page that begins to be left counts as being left.
const LEAVING: Span = Span::from_secs(5);

/// Watches whether the page is being left.
pub(super) struct LeaveWatch {
    #[cfg_attr(
        not(feature = "fetch"),
        expect(dead_code, reason = "only fetch asks for it")
    )]
    is_leaving: Rc<Cell<bool>>,
    _listener: DomListener,
}

impl LeaveWatch {
    /// Calls back when the page was to be left, and has stayed.
    pub(super) fn new(stayed: impl Fn() + 'static) -> Self {
        let stayed = Rc::new(stayed);
        let is_leaving = Rc::<Cell<bool>>::default();
        let shared = Rc::clone(&is_leaving);
        let timeout = Place::default();
        let began = move |_: web_sys::Event| {
            shared.set(true);
            let (is_leaving, stayed) = (Rc::clone(&shared), Rc::clone(&stayed));
            let ended = move |_| {
                is_leaving.set(false);
                stayed();
            };
            timeout.put(Timeout::new(LEAVING, Box::new(ended)));
        };
        Self {
            is_leaving,
            _listener: DomListener::new(&Global::scope(), "beforeunload", Box::new(began)),
        }
    }

    #[cfg(feature = "fetch")]
    pub(super) fn is_leaving(&self) -> bool {
        self.is_leaving.get()
    }
}
