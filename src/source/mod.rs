//! The source: its handle, and everything that belongs to it.

mod batches;
mod builder;
mod callbacks;
mod closed;
mod connection;
mod countdown;
mod listener;
mod queue;
#[cfg(feature = "fetch")]
mod refresh;
mod sharing;
mod stream;
mod subscriptions;
#[cfg(feature = "tabs")]
mod tabs;
#[cfg(all(test, feature = "json"))]
mod tests;

use std::{cell::Cell, fmt, rc::Rc};

pub use batches::{BatchOptions, BatchStream};
pub use builder::EventSourceBuilder;
pub use closed::Closed;
use connection::{Connection, Notice};
pub use listener::Listener;
pub use queue::Queue;
#[cfg(feature = "fetch")]
pub use refresh::{Refresh, RefreshResult};
pub use stream::EventStream;
use subscriptions::{DecodeFailure, DeliveryOutcome, Names};
#[cfg(feature = "tabs")]
pub use tabs::{Role, Tabs};
use typed_eventsource_core as core;

use crate::{
    AttemptSummary, CloseReason, Error, Event, EventEnum, Gap, Payload, State, Stats,
    payload::{Decode, decode},
    transport::Frame,
};

/// A source of server-sent events, with types, a [policy](crate::Policy) and an end.
///
/// This is a handle: clones share one connection, which lives as long as a handle, a [`Listener`] or an
/// [`EventStream`] does. The last one to go closes it, detaches every DOM listener and clears every timer.
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
    connection: Rc<Connection>,
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

    /// Calls back with each event of this name, its data decoded to `T` (see [`Payload`]). Events without a name are
    /// called `message`. Events called `open` and `error` come from the server; [`on_state`](Self::on_state) and
    /// [`on_error`](Self::on_error) report what happens to the connection.
    ///
    /// An event that does not decode is skipped and reported as [`Error::Decode`]. Nothing is called after the close.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidEventName`] if no event can have this name.
    ///
    /// ```
    /// # use typed_eventsource::{EventSource, Error, Event};
    /// # fn run(source: EventSource) -> Result<(), Error> {
    /// let listener = source.on("score", |event: Event<u32>| println!("{}", event.data))?;
    /// drop(listener); // listens no longer
    /// # Ok(())
    /// # }
    /// ```
    pub fn on<T: Payload>(
        &self,
        name: &str,
        mut callback: impl FnMut(Event<T>) + 'static,
    ) -> Result<Listener, Error> {
        let deliver = move |frame: &Frame<'_>| deliver(frame, decode::<T>, &mut callback);
        self.connection.on_frame(name, Box::new(deliver))
    }

    /// Calls back with each event of whatever name, its data decoded to `T`, after the listeners to its name. Its
    /// [`name`](Event::name) tells them apart.
    ///
    /// An event that does not decode is skipped and reported as [`Error::Decode`]: [`Text`](crate::Text) takes any data. Nothing is
    /// called after the close.
    ///
    /// # Errors
    ///
    /// [`Error::NeedsFetch`] if the source is over the browser's own `EventSource`, which delivers only events whose names are
    /// listened to.
    ///
    /// ```
    /// # use typed_eventsource::{EventSource, Error, Event, Fetch, Listener, Text};
    /// # fn run() -> Result<Listener, Error> {
    /// let source = EventSource::builder("/log").fetch(Fetch::new()).open()?;
    /// source.on_any(|event: Event<Text>| println!("{}: {}", event.name(), event.data))
    /// # }
    /// ```
    #[cfg(feature = "fetch")]
    pub fn on_any<T: Payload>(
        &self,
        mut callback: impl FnMut(Event<T>) + 'static,
    ) -> Result<Listener, Error> {
        let deliver = move |frame: &Frame<'_>| deliver(frame, decode::<T>, &mut callback);
        self.connection.on_any(Box::new(deliver))
    }

    /// Calls back with the events that an enum stands for (see [`events`](Self::events)): with all of them in order,
    /// whatever their names.
    ///
    /// An event that does not decode is skipped and reported as [`Error::Decode`]. Nothing is called after the close.
    ///
    /// # Errors
    ///
    /// See [`events`](Self::events).
    ///
    /// ```
    /// # use typed_eventsource::{EventSource, Error, Listener};
    /// use serde::Deserialize;
    ///
    /// #[derive(Deserialize)]
    /// #[serde(rename_all = "lowercase")]
    /// enum Feed {
    ///     Price(f64),
    ///     Bye,
    /// }
    ///
    /// # fn run(source: EventSource) -> Result<Listener, Error> {
    /// source.on_events(|event| match event.data {
    ///     Feed::Price(price) => println!("{price}"),
    ///     Feed::Bye => println!("that was all"),
    /// })
    /// # }
    /// ```
    pub fn on_events<E: EventEnum>(
        &self,
        callback: impl FnMut(Event<E>) + 'static,
    ) -> Result<Listener, Error> {
        // Taken out while it runs, since no other event can arrive in that time. One that panics is not put back.
        let callback = Rc::new(Cell::new(Some(callback)));
        let listeners = self.connection.on_frames(names_of::<E>()?, || {
            let callback = Rc::clone(&callback);
            Box::new(move |frame| {
                let Some(mut own) = callback.take() else {
                    return DeliveryOutcome::Ignored;
                };
                let outcome = deliver(frame, E::decode, &mut own);
                callback.set(Some(own));
                outcome
            })
        })?;
        Ok(Listener::new(&self.connection, |_| drop(listeners)))
    }

    /// Calls back with the events of this name that have gathered, their data decoded to `T` (see [`Payload`]): once a frame, for
    /// instance. An app that renders for each event of a fast stream freezes.
    ///
    /// No batch is empty, no event is missing, and they are in order. What has gathered is handed over before a change of state or a gap
    /// is told, also when the source closes; errors do not wait for it. If the listener is dropped, what has gathered is too. An event
    /// that does not decode is skipped, and reported as [`Error::Decode`] at once.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidEventName`] if no event can have this name.
    ///
    /// ```
    /// # use typed_eventsource::{EventSource, Error, Listener};
    /// # fn append(_: Vec<String>) {}
    /// use typed_eventsource::{BatchOptions, Event, Text};
    ///
    /// # fn run(source: EventSource) -> Result<Listener, Error> {
    /// source.on_batch("line", BatchOptions::per_frame(), |events: Vec<Event<Text>>| {
    ///     append(events.into_iter().map(|event| event.data.0).collect());
    /// })
    /// # }
    /// ```
    pub fn on_batch<T: Payload>(
        &self,
        name: &str,
        options: BatchOptions,
        callback: impl FnMut(Vec<Event<T>>) + 'static,
    ) -> Result<Listener, Error> {
        let names = [name];
        let names = Names::These(&names);
        batches::on_batch(&self.connection, names, decode::<T>, options, callback)
    }

    /// Calls back with the events that an enum stands for (see [`events`](Self::events)) and that have gathered: with all of them in
    /// order, whatever their names. Otherwise as [`on_batch`](Self::on_batch).
    ///
    /// # Errors
    ///
    /// See [`events`](Self::events).
    ///
    /// ```
    /// # use typed_eventsource::{EventSource, Error, Listener};
    /// use std::time::Duration;
    /// use serde::Deserialize;
    /// use typed_eventsource::BatchOptions;
    ///
    /// #[derive(Deserialize)]
    /// #[serde(rename_all = "lowercase")]
    /// enum Feed {
    ///     Price(f64),
    ///     Halt(String),
    /// }
    ///
    /// # fn run(source: EventSource) -> Result<Listener, Error> {
    /// let options = BatchOptions::per(Duration::from_millis(250)).most(1_000);
    /// source.on_event_batch(options, |events| {
    ///     for event in events {
    ///         match event.data {
    ///             Feed::Price(price) => println!("{price}"),
    ///             Feed::Halt(symbol) => println!("{symbol} is halted"),
    ///         }
    ///     }
    /// })
    /// # }
    /// ```
    pub fn on_event_batch<E: EventEnum>(
        &self,
        options: BatchOptions,
        callback: impl FnMut(Vec<Event<E>>) + 'static,
    ) -> Result<Listener, Error> {
        let names = names_of::<E>()?;
        batches::on_batch(&self.connection, names, E::decode, options, callback)
    }

    /// Calls back if ids show that events were missed while there was no connection, so that an app can reload what it
    /// shows. This is so if the first id after a reconnection that is above the highest before it is not the next one.
    /// The callback is called just before that event is delivered.
    ///
    /// With [`deduplicate`](EventSourceBuilder::deduplicate), a server that counts from the start again is told as a gap, too.
    ///
    /// Only ids that are decimal integers of at most 64 bits count. Gaps within a connection do not, since the server
    /// knows what it leaves out. Events that nobody listens to are no gap over `fetch`. The browser's own source does
    /// not show them, so there, listen to all events of a source.
    ///
    /// After an event with an empty `id` the ids before it are forgotten. If a source [continues
    /// from](crate::Fetch::last_event_id) an id, its first connection counts as a reconnection.
    ///
    /// ```
    /// # use typed_eventsource::{EventSource, Listener};
    /// # fn reload() {}
    /// fn watch(orders: &EventSource) -> Listener {
    ///     orders.on_gap(|gap| {
    ///         eprintln!("events are missing after {}", gap.after);
    ///         reload();
    ///     })
    /// }
    /// ```
    pub fn on_gap(&self, mut callback: impl FnMut(Gap) + 'static) -> Listener {
        self.connection.on_gap(Box::new(move |notice| {
            if let Notice::Gap(gap) = notice {
                callback(gap.clone());
            }
        }))
    }

    /// Calls back with each attempt to connect when it has ended: before the error that ended it, and before the change of state that
    /// follows is reported. It is for logs and traces.
    ///
    /// Attempts of the browser's own source are told as far as they show. A source that [shares](EventSourceBuilder::shared) a
    /// connection is told of that connection's attempts while it takes part.
    ///
    /// ```
    /// # use typed_eventsource::{EventSource, Listener};
    /// fn log(source: &EventSource) -> Listener {
    ///     source.on_attempt(|attempt| {
    ///         let took = attempt.duration.unwrap_or_default();
    ///         println!("{} {:?} after {took:?}: {:?}", attempt.number, attempt.outcome, attempt.error);
    ///     })
    /// }
    /// ```
    pub fn on_attempt(&self, mut callback: impl FnMut(AttemptSummary) + 'static) -> Listener {
        self.connection.on_attempt(Box::new(move |notice| {
            if let Notice::Attempt(attempt) = notice {
                callback(attempt.clone());
            }
        }))
    }

    /// Calls back with everything that goes wrong with this source, the error that closes it included. Errors that
    /// reach neither this nor a stream go to the console: one of each kind in a minute, with the number of those that were left
    /// out before it, always the one that closes the source, and at the end what is left of each kind. So does one hint for a source over `fetch`, when an event
    /// arrives that nobody listens to: its name may be misspelt.
    pub fn on_error(&self, mut callback: impl FnMut(Error) + 'static) -> Listener {
        self.connection.on_error(Box::new(move |notice| {
            if let Notice::Error(error) = notice {
                callback(error.clone());
            }
        }))
    }

    /// Calls back with each change of state; the last one is [`State::Closed`]. A source starts as
    /// [`State::Connecting`], which is not a change.
    pub fn on_state(&self, mut callback: impl FnMut(State) + 'static) -> Listener {
        self.connection.on_state(Box::new(move |notice| {
            if let Notice::State(state) = notice {
                callback(state.clone());
            }
        }))
    }

    /// Calls back with the seconds until the next attempt: when a wait begins, then each second, and with `None` when the wait is
    /// over. Where the browser reconnects there is nothing to count, since it does not say how long it waits.
    ///
    /// ```
    /// # use typed_eventsource::{EventSource, Listener};
    /// # fn show(_: String) {}
    /// fn watch(source: &EventSource) -> Listener {
    ///     source.on_countdown(|seconds| match seconds {
    ///         Some(seconds) => show(format!("Reconnecting in {seconds} s")),
    ///         None => show(String::new()),
    ///     })
    /// }
    /// ```
    pub fn on_countdown(&self, callback: impl FnMut(Option<u64>) + 'static) -> Listener {
        countdown::count_down(&self.connection, callback)
    }

    /// The events of this name as a stream, their data decoded to `T` (see [`Payload`]).
    ///
    /// If the source has closed, the stream ends at once, after the error that closed the source, if there is one.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidEventName`] if no event can have this name.
    pub fn stream<T: Payload>(&self, name: &str) -> Result<EventStream<T>, Error> {
        self.stream_of(Names::These(&[name]), decode::<T>)
    }

    /// The events that an enum stands for: its variants are the names to listen to, and each event becomes the variant
    /// that it is named after.
    ///
    /// The enum must have serde's default tagging; `rename`, `rename_all` and `alias` count. It may be in a `Js`, so that the browser
    /// parses the data. A variant's content is the JSON in the event's data: a value for one field, an array for several, an object for named ones. The data of a
    /// unit variant is ignored.
    ///
    /// A last variant with `#[serde(other)]` is a catch-all: it stands for all events that no other variant does, over `fetch`
    /// only. The event's [`name`](Event::name) says which it is; `on_any` has its data too.
    ///
    /// # Errors
    ///
    /// [`Error::NotAnEnum`] if `E` is something else, [`Error::InvalidEventName`] if no event can have the name of a
    /// variant, [`Error::NeedsFetch`] if there is a catch-all and the source is not over `fetch`.
    ///
    /// ```
    /// # use typed_eventsource::{EventSource, Error};
    /// use futures::StreamExt;
    /// use serde::Deserialize;
    ///
    /// #[derive(Deserialize)]
    /// #[serde(rename_all = "lowercase")]
    /// enum Feed {
    ///     Price { symbol: String, price: f64 },
    ///     Halt(String),
    ///     Bye,
    /// }
    ///
    /// # async fn run(source: EventSource) -> Result<(), Error> {
    /// let mut feed = source.events::<Feed>()?;
    /// while let Some(Ok(event)) = feed.next().await {
    ///     match event.data {
    ///         Feed::Price { symbol, price } => println!("{symbol} {price}"),
    ///         Feed::Halt(symbol) => println!("{symbol} halted"),
    ///         Feed::Bye => source.close(),
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn events<E: EventEnum>(&self) -> Result<EventStream<E>, Error> {
        self.stream_of(names_of::<E>()?, E::decode)
    }

    /// The events of this name by the batch, as a stream, their data decoded to `T` (see [`Payload`]).
    ///
    /// If the source has closed, the stream ends at once, after the error that closed the source, if there is one.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidEventName`] if no event can have this name.
    ///
    /// ```
    /// # use typed_eventsource::{EventSource, Error};
    /// # fn append(_: String) {}
    /// use futures::StreamExt;
    /// use typed_eventsource::{BatchOptions, Text};
    ///
    /// # async fn run(source: EventSource) -> Result<(), Error> {
    /// let mut batches = source.batches::<Text>("token", BatchOptions::per_frame())?;
    /// while let Some(Ok(events)) = batches.next().await {
    ///     append(events.into_iter().map(|event| event.data.0).collect());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn batches<T: Payload>(
        &self,
        name: &str,
        options: BatchOptions,
    ) -> Result<BatchStream<T>, Error> {
        let names = [name];
        let names = Names::These(&names);
        BatchStream::new(&self.connection, names, decode::<T>, options)
    }

    /// The events that an enum stands for (see [`events`](Self::events)) by the batch, as a stream.
    ///
    /// # Errors
    ///
    /// See [`events`](Self::events).
    ///
    /// ```
    /// # use typed_eventsource::{EventSource, Error};
    /// use futures::StreamExt;
    /// use serde::Deserialize;
    /// use typed_eventsource::BatchOptions;
    ///
    /// #[derive(Deserialize)]
    /// #[serde(rename_all = "lowercase")]
    /// enum Feed {
    ///     Price(f64),
    ///     Halt(String),
    /// }
    ///
    /// # async fn run(source: EventSource) -> Result<(), Error> {
    /// let mut batches = source.event_batches::<Feed>(BatchOptions::per_frame())?;
    /// while let Some(Ok(events)) = batches.next().await {
    ///     println!("{} events", events.len());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn event_batches<E: EventEnum>(
        &self,
        options: BatchOptions,
    ) -> Result<BatchStream<E>, Error> {
        BatchStream::new(&self.connection, names_of::<E>()?, E::decode, options)
    }

    fn stream_of<T: 'static>(
        &self,
        names: Names<'_>,
        decode: Decode<T>,
    ) -> Result<EventStream<T>, Error> {
        EventStream::new(&self.connection, names, decode)
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
    /// A request that is otherwise sent only once, such as a POST, is sent again: this is your word for it. The browser's own source
    /// needs a [`resume_parameter`](EventSourceBuilder::resume_parameter) to go on from the last event id. Sources that
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

    /// The browser's source behind this one, for what this crate does not do. `None` while there is none: after the
    /// close, while the source is paused, while the policy waits before it opens another, while a function is asked for its URL, and
    /// always on the fetch transport.
    pub fn as_raw(&self) -> Option<web_sys::EventSource> {
        self.connection.as_raw()
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

/// Decodes a frame, and calls a callback with it.
fn deliver<T>(
    frame: &Frame<'_>,
    decode: Decode<T>,
    callback: &mut impl FnMut(Event<T>),
) -> DeliveryOutcome {
    let event = frame.event();
    match decode(&event) {
        Ok(data) => {
            callback(event.map(|_| data));
            DeliveryOutcome::Decoded
        }
        Err(error) => DeliveryOutcome::Failed(DecodeFailure {
            error,
            is_reported: false,
        }),
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
