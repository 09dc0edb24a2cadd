//! The handle of a source.

mod listeners;
mod notices;
mod streams;

use std::{fmt, rc::Rc};

use typed_eventsource_core as core;

#[cfg(feature = "tabs")]
use super::tabs::Role;
use super::{
    builder::EventSourceBuilder, closed::Closed, connection::Connection, subscriptions::Names,
};
use crate::{CloseReason, Error, EventEnum, State, Stats};

/// A source of server-sent events, with types, a [policy](crate::Policy) and an end.
///
/// This is a handle: clones share one connection, which lives as long as a handle, a [`Listener`](crate::Listener) or an
/// [`EventStream`](crate::EventStream) does. The last one to go closes it, detaches every DOM listener and clears every timer.
///
/// A source delivers events and changes of state in the order in which it receives them, and to its listeners in the
/// order in which they were added. A callback may do anything: close the source, drop its own listener or another's,
/// add one (which is first called with the next event), open another source.
///
/// A change of state is in effect before it is reported. An error is reported before the state that it leads to.
///
/// A callback must not panic. If panics unwind, a callback that panics is not called again, the others are called, the
/// source goes on, and the panic resumes after that. If panics abort, as in wasm by default, the source delivers
/// nothing more. [`close`](Self::close) still ends it and its streams and frees everything, and other sources go on.
///
/// ```
/// # use typed_eventsource::{EventSource, Error, Event, State};
/// use serde::Deserialize;
///
/// #[derive(Deserialize)]
/// struct Price {
///     symbol: String,
///     price: f64,
/// }
///
/// # fn run() -> Result<(), Error> {
/// let source = EventSource::open("/prices")?;
/// let prices = source.on("price", |event: Event<Price>| {
///     println!("{} {}", event.data.symbol, event.data.price);
/// })?;
/// let problems = source.on_error(|error| eprintln!("{error}"));
/// let badge = source.on_state(|state| println!("{state}"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct EventSource {
    pub(super) connection: Rc<Connection>,
}

impl EventSource {
    pub(crate) fn new(connection: Rc<Connection>) -> Self {
        Self { connection }
    }

    /// Opens a source as the browser does: no credentials to other origins, [`Policy::browser`](crate::Policy::browser).
    ///
    /// # Errors
    ///
    /// See [`EventSourceBuilder::open`].
    pub fn open(url: impl Into<String>) -> Result<Self, Error> {
        Self::builder(url).open()
    }

    /// Sets up a source. A relative URL is resolved by the browser, against the document or the worker.
    pub fn builder(url: impl Into<String>) -> EventSourceBuilder {
        EventSourceBuilder::new(url.into())
    }

    /// The URL, resolved against the document or the worker. The sources of a `FakeServer` have it as given.
    pub fn url(&self) -> &str {
        self.connection.url()
    }

    /// The state of the source.
    pub fn state(&self) -> State {
        self.connection.state()
    }

    /// The last event id of the connection; empty if there is none. Over the browser's own source it is that of the
    /// last event that had a listener.
    pub fn last_event_id(&self) -> String {
        self.connection.last_event_id()
    }

    /// What was counted so far. Of a source that [shares](EventSourceBuilder::shared) a connection it is what that connection has
    /// counted, up to the moment at which the source left it.
    ///
    /// ```
    /// # use typed_eventsource::EventSource;
    /// fn line(source: &EventSource) -> String {
    ///     let stats = source.stats();
    ///     format!("{} events, {} bytes", stats.events, stats.bytes.unwrap_or(0))
    /// }
    /// ```
    pub fn stats(&self) -> Stats {
        self.connection.stats()
    }

    /// Who has the connection: a worker or another tab perhaps, if it is
    /// [shared among tabs](EventSourceBuilder::shared_among_tabs), otherwise [`Role::Own`]. It may change, when a tab is closed for
    /// instance. With the feature `tabs`.
    #[cfg(feature = "tabs")]
    pub fn role(&self) -> Role {
        self.connection.role()
    }

    /// How many tabs share the connection, this one included: more than one only if it is
    /// [shared among tabs](EventSourceBuilder::shared_among_tabs). With the feature `tabs`.
    #[cfg(feature = "tabs")]
    pub fn tabs(&self) -> usize {
        self.connection.tabs()
    }

    /// A future that resolves with the reason once the source has closed.
    ///
    /// ```
    /// # use typed_eventsource::{EventSource, CloseReason};
    /// # async fn run(source: EventSource) {
    /// match source.closed().await {
    ///     CloseReason::Finished => println!("all there"),
    ///     CloseReason::Policy(error) => eprintln!("{error}"),
    ///     _ => {}
    /// }
    /// # }
    /// ```
    pub fn closed(&self) -> Closed {
        Closed::new(self.connection.end())
    }

    /// Writes an error to the console, as the source does with errors that nobody listens to: one of each kind in a minute. It is
    /// for hooks of a framework, whose components may not show an error.
    pub fn report_error(&self, error: &Error) {
        let closed_by = self.connection.close_reason().and_then(CloseReason::error);
        self.connection
            .write_to_console(error, closed_by == Some(error));
    }

    /// Closes the source for good, at once: no more events are delivered, and every stream ends. Nothing happens if it
    /// has already closed. Other sources that [share](EventSourceBuilder::shared) its connection go on.
    pub fn close(&self) {
        self.connection.close(core::CloseReason::Requested);
    }

    /// Connects at once from the last event id: closes the connection, ends any wait, even one that the server asked for, or
    /// [resumes](Self::resume) a source that is paused. It counts as no failure, and the state is
    /// [`Connecting`](State::Connecting), or [`Offline`](State::Offline) until there is a network.
    ///
    /// It may be called often, at each `focus` for instance: while an attempt of the last half a second is under way, nothing
    /// happens, and calls make at most one attempt in half a second. In a callback it takes effect when the callback has returned.
    ///
    /// A request that is otherwise sent only once, such as a POST, is sent again: this is your word for it. The browser's own
    /// source needs a [`resume_parameter`](EventSourceBuilder::resume_parameter) to go on from the last event id. Sources that
    /// [share](EventSourceBuilder::shared) a connection all get the new one.
    ///
    /// ```
    /// use typed_eventsource::{EventSource, State, testing::FakeServer};
    ///
    /// # fn main() -> Result<(), typed_eventsource::Error> {
    /// let server = FakeServer::new();
    /// let source = EventSource::open("/prices")?;
    /// server.open();
    /// source.reconnect();
    /// assert_eq!(source.state(), State::Connecting);
    /// # Ok(())
    /// # }
    /// ```
    pub fn reconnect(&self) {
        self.connection.reconnect();
    }

    /// Disconnects until [`resume`](Self::resume) or [`reconnect`](Self::reconnect): the source is [`State::Paused`], and no time
    /// limit and no wait runs. Listeners and streams stay.
    ///
    /// A source that [shares](EventSourceBuilder::shared) a connection leaves it. The others go on, and it misses what they
    /// receive meanwhile; the last one to leave closes the connection.
    pub fn pause(&self) {
        self.connection.pause();
    }

    /// Resumes a source that is paused: it connects at once from the last event id, as by [`reconnect`](Self::reconnect), with its
    /// earlier failures forgotten. Otherwise nothing happens.
    pub fn resume(&self) {
        self.connection.resume();
    }

    /// The browser's source behind this one, for what this crate does not do. `None` while there is none: after the close, while
    /// the source is paused, while the policy waits before it opens another, while a function is asked for its URL, and always on
    /// the fetch transport.
    pub fn as_raw(&self) -> Option<web_sys::EventSource> {
        self.connection.as_raw()
    }
}

impl fmt::Debug for EventSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventSource")
            .field("url", &self.url())
            .field("state", &self.state())
            .finish_non_exhaustive()
    }
}

/// The names of the events that an enum stands for.
fn names_of<E: EventEnum>() -> Result<Names<'static>, Error> {
    let names = E::names()?;
    Ok(if E::has_catch_all() {
        Names::All
    } else {
        Names::These(names)
    })
}
