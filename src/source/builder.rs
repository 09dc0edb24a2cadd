//! How a source is set up.

use std::rc::Rc;

use typed_eventsource_core::{Options, Transport};
use web_sys::AbortSignal;

use super::{
    EventSource,
    connection::{Connection, Settings},
    queue::Queue,
    sharing::Sharing,
    subscriptions::check_name,
};
#[cfg(any(test, feature = "testing"))]
use crate::transport::fake::{FakeConnector, FakeNetwork};
use crate::{
    Error, Policy,
    host::Host,
    transport::{BrowserConnector, Connector, is_javascript},
};
#[cfg(feature = "fetch")]
use crate::{Fetch, transport::fetch::FetchConnector};

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
    failure_event: Option<String>,
    signal: Option<AbortSignal>,
    /// `None` where it was not set.
    shared: Option<Option<Sharing>>,
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
            failure_event: None,
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

    /// What to do when something goes wrong; [`Policy::browser`] by default.
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// How many events each stream of this source holds for a slow consumer, and what happens to those beyond;
    /// [`Queue::drop_oldest`] of 4,096 by default.
    pub fn queue(mut self, queue: Queue) -> Self {
        self.queue = queue;
        self
    }

    /// Leaves out duplicates: events whose id is among the last `window` distinct ids that were delivered. A server that
    /// sends missed events again after a reconnection may begin too early. With 0, the default, no id is remembered.
    ///
    /// A duplicate counts as data received, as a comment does, and as nothing more: counters and backoff do not start
    /// again. Its id is the last event id all the same.
    ///
    /// - An event without an `id` field is no duplicate, nor is the one by which the server says that it has finished, or
    ///   what went wrong.
    /// - The browser's own source does not tell whether an event has an `id` field. There an event with the id of the event
    ///   before it, in the same connection, is taken for one without; and the first event of a connection, for one with. So
    ///   send each event with an id, or use [`fetch`](Self::fetch).
    /// - After an event with an empty `id`, by which a server takes the last event id back, all ids are forgotten, since
    ///   the server may count from the start again.
    /// - The id that a source is told to [go on from](crate::Fetch::last_event_id) counts as delivered.
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
    /// The browser sends the `Last-Event-ID` header only where it reconnects; a new source of the browser cannot. The fetch
    /// transport always can; with a parameter it does not, and the id is in the query instead. The query is then written by
    /// the browser's `URLSearchParams`, which spells some characters differently.
    pub fn resume_parameter(mut self, name: impl Into<String>) -> Self {
        self.resume_parameter = Some(name.into());
        self
    }

    /// The name of the event by which the server says that it has finished. It is delivered like any other, then the source
    /// closes with [`CloseReason::Finished`](crate::CloseReason::Finished).
    pub fn terminal_event(mut self, name: impl Into<String>) -> Self {
        self.terminal_event = Some(name.into());
        self
    }

    /// The data by which the server says that it has finished, such as `[DONE]`, in an unnamed event or in any that somebody
    /// listens to. It is not delivered; the source closes with
    /// [`CloseReason::Finished`](crate::CloseReason::Finished).
    pub fn terminal_data(mut self, data: impl Into<String>) -> Self {
        self.terminal_data = Some(data.into());
        self
    }

    /// The name of the event by which the server says what went wrong, such as `error`. It is delivered like any other, then
    /// the source closes with [`Error::FailureEvent`], which holds the event, also where a listener cannot decode it. No rule
    /// is asked. Where it has the name of the [terminal event](Self::terminal_event), this counts.
    ///
    /// ```no_run
    /// # use typed_eventsource::EventSource;
    /// let source = EventSource::builder("/v1/messages")
    ///     .terminal_event("message_stop")
    ///     .failure_event("error")
    ///     .open()?;
    /// # Ok::<(), typed_eventsource::Error>(())
    /// ```
    pub fn failure_event(mut self, name: impl Into<String>) -> Self {
        self.failure_event = Some(name.into());
        self
    }

    /// Closes the source when the signal is aborted, as [`EventSource::close`] does. Where it has been already, the source
    /// is closed from the start.
    pub fn signal(mut self, signal: &AbortSignal) -> Self {
        self.signal = Some(signal.clone());
        self
    }

    /// Whether to share the connection with the sources that have this set and were opened from an equal builder, apart
    /// from [`queue`](Self::queue) and [`signal`](Self::signal): browsers allow only six connections to a host over
    /// HTTP/1.1.
    ///
    /// A source that joins receives what comes from then on. Where the connection is open, the source is open at once, and
    /// [`on_state`](EventSource::on_state) is told so in a later task. Each source has its own listeners and queues, and
    /// counts for itself what does not decode: where its rule reopens then, it leaves and joins again, and misses what
    /// comes meanwhile. [`close`](EventSource::close) and a signal end that one; the last to go closes the connection. What
    /// the server or the policy ends, ends for all that have joined by then. An error of the connection goes to the console
    /// where none of them listens to errors.
    ///
    /// By default [`open`](Self::open) shares nothing; see [`shared_by_default`](Self::shared_by_default).
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
        self.shared = Some(shared.then(Sharing::new));
        self
    }

    /// Shares the connection, unless [`shared`](Self::shared) has been called. For hooks of a framework, which are handed a
    /// builder and whose components share as a rule.
    ///
    /// ```
    /// # use typed_eventsource::{EventSource, EventSourceBuilder, Error};
    /// fn open_for_component(builder: impl Into<EventSourceBuilder>) -> Result<EventSource, Error> {
    ///     builder.into().shared_by_default().open()
    /// }
    /// ```
    pub fn shared_by_default(mut self) -> Self {
        self.shared.get_or_insert(Some(Sharing::new()));
        self
    }

    /// Opens the source. It returns at once, in the state [`Connecting`](crate::State::Connecting) unless it
    /// [shares](Self::shared) a connection; nothing is received before the code that opened it has returned to the event
    /// loop, so that listeners added until then miss nothing.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidUrl`] where the URL cannot be parsed, [`Error::InvalidEventName`] where the terminal event or
    /// the failure event can never come, [`Error::Unsupported`] where there is no `EventSource` (on a server, for instance),
    /// [`Error::InvalidRequest`] where the browser does not take the [`Fetch`](crate::Fetch).
    pub fn open(self) -> Result<EventSource, Error> {
        for name in self.terminal_event.iter().chain(&self.failure_event) {
            check_name(name)?;
        }
        let signal = self.signal.clone();
        let connection = if signal.as_ref().is_some_and(AbortSignal::aborted) {
            let (connector, host) = self.backend()?;
            Connection::closed(self.settings(host), connector.url())
        } else if let Some(Some(sharing)) = self.shared {
            (sharing.open)(self)?
        } else {
            self.connect()?
        };
        if let Some(signal) = &signal {
            connection.close_on_abort(signal);
        }
        Ok(EventSource::new(connection))
    }

    /// Opens a connection.
    pub(super) fn connect(self) -> Result<Rc<Connection>, Error> {
        let (connector, host) = self.backend()?;
        Connection::open(self.settings(host), connector)
    }

    /// What sources have in common that can share a connection.
    pub(super) fn sharing_key(&self) -> Self {
        Self {
            queue: Queue::default(),
            signal: None,
            ..self.clone()
        }
    }

    /// Of one of those who share a connection.
    pub(super) fn subscriber_settings(self, host: Host) -> Settings {
        let settings = self.settings(host);
        Settings {
            options: settings.options.into_subscriber(),
            terminal_event: None,
            terminal_data: None,
            failure_event: None,
            ..settings
        }
    }

    pub(super) fn settings(self, host: Host) -> Settings {
        let mut options = Options::new(Transport::Browser);
        options.policy = self.policy.options;
        options.has_rule = self.policy.rule.is_some();
        options.has_resume_parameter = self.resume_parameter.is_some();
        options.deduplicate = self.deduplicate;
        options.has_terminal = self.terminal_event.is_some() || self.terminal_data.is_some();
        #[cfg(feature = "fetch")]
        if let Some(fetch) = &self.fetch {
            options.transport = Transport::Fetch;
            options.is_repeatable = fetch.is_repeatable();
            options.last_event_id = fetch.start().unwrap_or_default().to_owned();
        }
        Settings {
            options,
            rule: self.policy.rule,
            queue: self.queue,
            terminal_event: self.terminal_event,
            terminal_data: self.terminal_data,
            failure_event: self.failure_event,
            host,
        }
    }

    /// The surroundings that it would be opened in now.
    pub(super) fn host(&self) -> Host {
        #[cfg(any(test, feature = "testing"))]
        if let Some(network) = FakeNetwork::serving(&self.url) {
            return Host::Fake(network.clock.clone());
        }
        Host::Browser
    }

    /// What carries the events, and the surroundings that go with it.
    pub(super) fn backend(&self) -> Result<(Connector, Host), Error> {
        #[cfg(any(test, feature = "testing"))]
        if let Some(network) = FakeNetwork::serving(&self.url) {
            let host = Host::Fake(network.clock.clone());
            let connector = FakeConnector::new(network, &self.url, self.is_fetch());
            return Ok((Connector::Fake(connector), host));
        }
        if !is_javascript() {
            return Err(Error::Unsupported);
        }
        Ok((self.connector()?, Host::Browser))
    }

    #[cfg(any(test, feature = "testing"))]
    fn is_fetch(&self) -> bool {
        #[cfg(feature = "fetch")]
        return self.fetch.is_some();
        #[cfg(not(feature = "fetch"))]
        false
    }

    fn connector(&self) -> Result<Connector, Error> {
        let resume_parameter = self.resume_parameter.clone();
        #[cfg(feature = "fetch")]
        if let Some(fetch) = &self.fetch {
            let fetch = fetch.clone().with_credentials(self.with_credentials);
            let connector = FetchConnector::new(&self.url, fetch, resume_parameter)?;
            return Ok(Connector::Fetch(connector));
        }
        let connector = BrowserConnector::new(&self.url, self.with_credentials, resume_parameter)?;
        Ok(Connector::Browser(connector))
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
