//! Streams of the events of a source.

use super::{EventSource, names_of};
use crate::{
    Error, EventEnum, Payload,
    payload::{Decode, decode},
    source::{BatchOptions, BatchStream, EventStream, subscriptions::Names},
};

/// Streams of events.
impl EventSource {
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
    /// The enum must have serde's default tagging; `rename`, `rename_all` and `alias` count. It may be in a `Js`, so that the
    /// browser parses the data. A variant's content is the JSON in the event's data: a value for one field, an array for several,
    /// an object for named ones. The data of a unit variant is ignored.
    ///
    /// A last variant with `#[serde(other)]` is a catch-all: it stands for all events that no other variant does, over `fetch`
    /// only. The event's [`name`](crate::Event::name) says which it is; `on_any` has its data too.
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
}
