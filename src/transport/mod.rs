//! The seam between a source and what carries its events.

mod browser;
#[cfg(all(test, feature = "json"))]
pub(crate) mod scripted;

use std::{any::Any, rc::Rc};

pub(crate) use browser::{Browser, BrowserConnector};

use crate::{Error, Event};

/// Makes the connections of one source, one after the other.
pub(crate) trait Connector {
    /// Starts an attempt. What comes of it is told to `sink`, from the event loop: never before this returns.
    ///
    /// `last_event_id` is where to go on from; empty on the first attempt and where there was no id.
    fn connect(&self, last_event_id: &str, sink: Sink) -> Result<Box<dyn Transport>, Error>;
}

/// One connection. Dropping it closes it, and nothing reaches the sink any more.
pub(crate) trait Transport {
    /// Reports frames of this name from now on. Others need not be reported.
    fn listen(&self, name: &str);

    /// Ends what [`listen`](Self::listen) began.
    fn unlisten(&self, name: &str);

    /// For the way out to the raw object behind it.
    fn as_any(&self) -> &dyn Any;
}

pub(crate) type Sink = Rc<dyn Fn(Signal<'_>)>;

/// What a connection reports.
#[derive(Debug)]
pub(crate) enum Signal<'a> {
    Opened,
    Frame(Event<&'a str>),
    /// There is no connection any more; `reconnecting` where the transport makes another by itself.
    Lost {
        error: Error,
        reconnecting: bool,
    },
}
