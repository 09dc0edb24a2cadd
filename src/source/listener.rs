//! The handle of a callback.

use std::{fmt, rc::Rc};

use super::connection::Connection;

/// A callback that listens to a source; returned by [`on`](crate::EventSource::on),
/// [`on_events`](crate::EventSource::on_events), `on_any`, [`on_batch`](crate::EventSource::on_batch),
/// [`on_event_batch`](crate::EventSource::on_event_batch), [`on_gap`](crate::EventSource::on_gap),
/// [`on_error`](crate::EventSource::on_error), [`on_attempt`](crate::EventSource::on_attempt), [`on_state`](crate::EventSource::on_state) and
/// [`on_countdown`](crate::EventSource::on_countdown).
///
/// It listens, and keeps the source open, until it is dropped. It may be dropped anywhere, even in a callback, its own
/// included: it is not called again. When the source closes, the callback is dropped, with everything that it captured,
/// even if this is still held.
#[must_use = "dropping a listener stops it: hold it for as long as it should listen, or `forget` it"]
pub struct Listener {
    connection: Rc<Connection>,
    remove: Option<Remove>,
}

type Remove = Box<dyn FnOnce(&Connection)>;

impl Listener {
    pub(super) fn new(
        connection: &Rc<Connection>,
        remove: impl FnOnce(&Connection) + 'static,
    ) -> Self {
        Self {
            connection: Rc::clone(connection),
            remove: Some(Box::new(remove)),
        }
    }

    /// Listens until the source is closed, and keeps it open until then, without being held.
    ///
    /// ```
    /// # use typed_eventsource::{Error, Event, EventSource};
    /// # fn run() -> Result<(), Error> {
    /// let source = EventSource::open("/log")?;
    /// source.on("line", |line: Event<String>| println!("{}", line.data))?.forget();
    /// # Ok(())
    /// # }
    /// ```
    pub fn forget(self) {
        let connection = Rc::clone(&self.connection);
        connection.keep(self);
    }

    /// A listener that is never called, since the source has closed.
    pub(super) fn inert(connection: &Rc<Connection>) -> Self {
        Self {
            connection: Rc::clone(connection),
            remove: None,
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Some(remove) = self.remove.take() {
            remove(&self.connection);
        }
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listener")
            .field("url", &self.connection.url())
            .finish_non_exhaustive()
    }
}
