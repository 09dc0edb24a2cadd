//! Listeners to the events of a source.

use std::{cell::Cell, rc::Rc};

use super::{EventSource, names_of};
use crate::{
    Error, Event, EventEnum, Payload,
    payload::decode,
    source::{
        BatchOptions, Listener, batches,
        subscriptions::{DeliveryOutcome, Names, deliver},
    },
    transport::Frame,
};

/// Listeners to events.
impl EventSource {
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
    /// No batch is empty, no event is missing, and they are in order. What has gathered is handed over before a change of state or
    /// a gap is told, also when the source closes; errors do not wait for it. If the listener is dropped, what has gathered is too.
    /// An event that does not decode is skipped, and reported as [`Error::Decode`] at once.
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

    /// Calls back with the events that an enum stands for (see [`events`](Self::events)) and that have gathered: with all of them
    /// in order, whatever their names. Otherwise as [`on_batch`](Self::on_batch).
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
}
