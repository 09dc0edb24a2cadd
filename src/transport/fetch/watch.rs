//! What becomes of an attempt when a callback panics.

use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;

use super::Line;
use crate::{
    Error,
    policy::machine::Outlook,
    transport::{Signal, Sink},
};

/// Tells the source that the connection is lost, where a callback panics that the attempt has called. In wasm that ends
/// the attempt where it is, and nothing is cleaned up: nobody would ever read on.
pub(super) struct Watch(Rc<Watched>);

struct Watched {
    line: Rc<Line>,
    sink: Sink,
    url: String,
}

impl Watch {
    pub(super) fn new(line: &Rc<Line>, sink: &Sink, url: &str) -> Self {
        Self(Rc::new(Watched {
            line: Rc::clone(line),
            sink: Rc::clone(sink),
            url: url.to_owned(),
        }))
    }

    /// The attempt goes on, up to where it waits again. Another task looks after it, in its own turn.
    pub(super) fn begin(&self) {
        self.0.line.is_reading.set(true);
        let watched = Rc::clone(&self.0);
        spawn_local(async move {
            if watched.line.is_reading.get() && watched.line.is_open.get() {
                watched.tell();
            }
        });
    }

    pub(super) fn end(&self) {
        self.0.line.is_reading.set(false);
    }
}

impl Watched {
    fn tell(&self) {
        // Nothing is there to be woken.
        drop(self.line.attempt.take());
        let url = self.url.clone();
        let message = Some("a callback panicked".to_owned());
        (self.sink)(Signal::Lost {
            error: Error::ConnectionLost { url, message },
            outlook: Outlook::Reestablish,
        });
    }
}
