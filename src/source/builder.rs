//! How a source is set up.

use std::rc::Rc;

use gloo_events::EventListener;
use web_sys::AbortSignal;

use super::{
    EventSource,
    connection::{Connection, Settings},
    queue::Queue,
    sharing,
    subscriptions::check_name,
};
#[cfg(any(feature = "testing", all(test, feature = "json")))]
use crate::testing;
use crate::{
    CloseReason, Error, Policy,
    host::{BrowserHost, Host},
    transport::{BrowserConnector, Connector},
};
#[cfg(feature = "fetch")]
use crate::{Fetch, transport::FetchConnector};

/// Sets up an [`EventSource`]; made by [`EventSource::builder`].
///
/// ```
/// # use typed_eventsource::{EventSource, Error};
/// use typed_eventsource::{Policy, Queue};
///
/// # fn run() -> Result<(), Error> {
/// let source = EventSource::builder("/tokens?prompt=42")
///     .with_credentials(true)
///     .policy(Policy::close_on_error())
///     .queue(Queue::close(1000))
///     .terminal_data("[DONE]")
///     .open()?;
/// # Ok(())
/// # }
/// ```
///
/// Two builders are equal where they set up the same.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a builder opens nothing until `open` is called"]
pub struct EventSourceBuilder {
    url: String,
    with_credentials: bool,
    policy: Policy,
    queue: Queue,
    deduplicate: usize,
    resume_parameter: Option<String>,
    terminal_event: Option<String>,
    terminal_data: Option<String>,
    signal: Option<AbortSignal>,
    /// `None` where nobody has said.
    shared: Option<bool>,
    #[cfg(feature = "fetch")]
    fetch: Option<Fetch>,
}

impl EventSourceBuilder {
    pub(super) fn new(url: String) -> Self {
        Self {
            url,
            with_credentials: false,
            policy: Policy::default(),
            queue: Queue::default(),
            deduplicate: 0,
            resume_parameter: None,
            terminal_event: None,
            terminal_data: None,
            signal: None,
            shared: None,
            #[cfg(feature = "fetch")]
            fetch: None,
        }
    }

    /// Whether cookies and other credentials go along to another origin, as the DOM's `withCredentials` has it. They
    /// always do to the page's own.
    pub fn with_credentials(mut self, with_credentials: bool) -> Self {
        self.with_credentials = with_credentials;
        self
    }

    /// Carries the events by `fetch`, in place of the browser's own `EventSource`.
    #[cfg(feature = "fetch")]
    pub fn fetch(mut self, fetch: Fetch) -> Self {
        self.fetch = Some(fetch);
        self
    }

    /// What to do about trouble; [`Policy::browser`] unless told.
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// How many events each stream of this source holds for a slow consumer, and what happens to those beyond;
    /// [`Queue::drop_oldest`] of 4,096 unless told.
    pub fn queue(mut self, queue: Queue) -> Self {
        self.queue = queue;
        self
    }

    /// Leaves out events that were handed over before, as their ids tell: where the id of an event is among the last
    /// `window` distinct ids, nobody hears it. A server that plays missed events again after a reconnection may so begin
    /// too early. Unless told nothing is remembered, as with a window of 0.
    ///
    /// What is left out counts as a sign of life, as a comment does, and as nothing more: counters and backoff do not
    /// start again. Its id is the last event id all the same.
    ///
    /// - An event without an id of its own is never left out, nor is the one by which the server says that it is done.
    /// - Over [`fetch`](Self::fetch) an event has an id of its own where it has an `id` field. The browser's own source
    ///   does not tell that: there an event with the id of the event before it, in the same connection, is taken for one
    ///   without; and the first event of a connection, for one with. So send each event with an id, or use `fetch`.
    /// - An event with an empty `id`, by which a server takes the last event id back, has all ids forgotten, since the
    ///   server may count from the start again.
    /// - The id that a source is told to [go on from](crate::Fetch::last_event_id) counts as handed over.
    ///
    /// ```
    /// # use typed_eventsource::{EventSource, Error};
    /// # fn run() -> Result<(), Error> {
    /// let orders = EventSource::builder("/orders").deduplicate(1000).open()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn deduplicate(mut self, window: usize) -> Self {
        self.deduplicate = window;
        self
    }

    /// The query parameter by which the server is told the last event id when the policy reopens the source.
    ///
    /// The browser sends the `Last-Event-ID` header only where it reconnects by itself; a source that is made anew
    /// cannot. The fetch transport can always; with a parameter it does not, and the id is in the query instead. The
    /// query is then written anew by the browser's `URLSearchParams`, which spells some characters differently.
    pub fn resume_parameter(mut self, name: impl Into<String>) -> Self {
        self.resume_parameter = Some(name.into());
        self
    }

    /// The name of the event by which the server says that it is done. It is handed over like any other, then the source
    /// closes with [`CloseReason::Finished`](crate::CloseReason::Finished).
    pub fn terminal_event(mut self, name: impl Into<String>) -> Self {
        self.terminal_event = Some(name.into());
        self
    }

    /// The data by which the server says that it is done, such as `[DONE]`, in an unnamed event or in any that somebody
    /// listens to. It is not handed over; the source closes with
    /// [`CloseReason::Finished`](crate::CloseReason::Finished).
    pub fn terminal_data(mut self, data: impl Into<String>) -> Self {
        self.terminal_data = Some(data.into());
        self
    }

    /// Closes the source when the signal is aborted, as [`EventSource::close`] does. Where it has been already, the source
    /// is closed from the start.
    pub fn signal(mut self, signal: &AbortSignal) -> Self {
        self.signal = Some(signal.clone());
        self
    }

    /// Whether to join the source that was opened from an equal builder and is still open, where there is one: all that
    /// share it have one connection, of which browsers allow but six to a host over HTTP/1.1. It closes when the last one
    /// of all their handles, listeners and streams goes; [`close`](EventSource::close) closes it for all at once.
    ///
    /// Whoever joins hears what comes from then on. Unless told, [`open`](Self::open) shares nothing, and the hooks of
    /// the features `yew` and `leptos` do.
    ///
    /// ```
    /// # use typed_eventsource::{EventSource, Error};
    /// # fn run() -> Result<(), Error> {
    /// let prices = || EventSource::builder("/prices").shared(true).open();
    /// let chart = prices()?;
    /// let table = prices()?; // the same connection
    /// # Ok(())
    /// # }
    /// ```
    pub fn shared(mut self, shared: bool) -> Self {
        self.shared = Some(shared);
        self
    }

    /// Opens the source. It returns at once, in the state [`Connecting`](crate::State::Connecting) unless it is
    /// [shared](Self::shared); nothing is heard before the code that opened it has returned to the event loop, so that
    /// listeners added until then miss nothing.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidUrl`] where the URL cannot be parsed, [`Error::InvalidEventName`] where the terminal event can
    /// never come, [`Error::Unsupported`] where there is no `EventSource`, [`Error::InvalidRequest`] where the browser
    /// does not take the [`Fetch`](crate::Fetch).
    pub fn open(self) -> Result<EventSource, Error> {
        if self.shared == Some(true) {
            sharing::join_or_open(self)
        } else {
            self.open_alone()
        }
    }

    /// Opens the source for a component, which shares it unless told otherwise.
    #[cfg(any(feature = "yew", feature = "leptos"))]
    pub(crate) fn open_for_component(mut self) -> Result<EventSource, Error> {
        self.shared.get_or_insert(true);
        self.open()
    }

    pub(super) fn open_alone(self) -> Result<EventSource, Error> {
        self.terminal_event.as_deref().map_or(Ok(()), check_name)?;
        let (connector, host) = self.surroundings()?;
        let is_aborted = self.signal.as_ref().is_some_and(AbortSignal::aborted);
        let settings = Settings {
            url: self.url,
            policy: self.policy,
            queue: self.queue,
            deduplicate: self.deduplicate,
            terminal_event: self.terminal_event,
            terminal_data: self.terminal_data,
            host,
        };
        if is_aborted {
            return Ok(EventSource::new(Connection::closed(settings, connector)));
        }
        let connection = Connection::open(settings, connector)?;
        if let Some(signal) = &self.signal {
            close_on_abort(&connection, signal);
        }
        Ok(EventSource::new(connection))
    }

    fn surroundings(&self) -> Result<Surroundings, Error> {
        #[cfg(any(feature = "testing", all(test, feature = "json")))]
        if let Some((connector, clock)) = testing::in_place_of_network(self.request()) {
            return Ok((Box::new(connector), Box::new(clock)));
        }
        Ok((self.connector()?, Box::new(BrowserHost)))
    }

    /// What a fake server has to know.
    #[cfg(any(feature = "testing", all(test, feature = "json")))]
    fn request(&self) -> testing::Request {
        let url = self.url.clone();
        #[cfg(feature = "fetch")]
        if let Some(fetch) = &self.fetch {
            return testing::Request {
                url,
                is_fetch: true,
                is_repeatable: fetch.is_repeatable(),
                ends_by_ending: self.ends_by_ending(fetch),
                start: fetch.start(),
            };
        }
        testing::Request {
            url,
            is_repeatable: true,
            ..testing::Request::default()
        }
    }

    /// Whether the end of the response is what is to be waited for.
    #[cfg(feature = "fetch")]
    fn ends_by_ending(&self, fetch: &Fetch) -> bool {
        let has_terminal = self.terminal_event.is_some() || self.terminal_data.is_some();
        let is_sent_once = !fetch.is_repeatable() && !self.policy.resends();
        is_sent_once && !has_terminal
    }

    fn connector(&self) -> Result<Box<dyn Connector>, Error> {
        let resume_parameter = self.resume_parameter.clone();
        #[cfg(feature = "fetch")]
        if let Some(fetch) = &self.fetch {
            let fetch = fetch.clone().with_credentials(self.with_credentials);
            let ends_by_ending = self.ends_by_ending(&fetch);
            return Ok(Box::new(FetchConnector::new(
                &self.url,
                fetch,
                resume_parameter,
                ends_by_ending,
                self.queue.capacity(),
            )?));
        }
        Ok(Box::new(BrowserConnector::new(
            self.url.clone(),
            self.with_credentials,
            resume_parameter,
        )))
    }
}

/// A builder for this URL, with nothing else set.
impl From<&str> for EventSourceBuilder {
    fn from(url: &str) -> Self {
        Self::new(url.to_owned())
    }
}

/// A builder for this URL, with nothing else set.
impl From<String> for EventSourceBuilder {
    fn from(url: String) -> Self {
        Self::new(url)
    }
}

/// What carries the events, and what time it goes by.
type Surroundings = (Box<dyn Connector>, Box<dyn Host>);

fn close_on_abort(connection: &Rc<Connection>, signal: &AbortSignal) {
    let this = Rc::downgrade(connection);
    connection.hold(Box::new(EventListener::once(signal, "abort", move |_| {
        if let Some(connection) = this.upgrade() {
            connection.close(CloseReason::Requested);
        }
    })));
}
