//! The builder of a source: its options, by subject, and how it opens the source.

mod closures;
mod ending;
mod opening;
#[cfg(feature = "fetch")]
mod request;
mod sharing;

#[cfg(feature = "fetch")]
use std::rc::Rc;
use std::time::SystemTime;

use typed_eventsource_core::EndOfBody;
use web_sys::AbortSignal;

#[cfg(feature = "tabs")]
use super::tabs::Tabs;
use super::{
    connection::{Renewal, Terminals},
    queue::Queue,
    sharing::Sharing,
};
use crate::Policy;
#[cfg(feature = "fetch")]
use crate::{Fetch, Refresh, transport::UrlFunction};

/// Sets up an [`EventSource`](crate::EventSource); created by [`EventSource::builder`](crate::EventSource::builder).
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
/// Two builders are equal if they set up the same source.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a builder opens nothing until `open` is called"]
pub struct EventSourceBuilder {
    pub(super) url: String,
    pub(super) with_credentials: bool,
    pub(super) policy: Policy,
    /// `None` if it was not set.
    pub(super) queue: Option<Queue>,
    pub(super) deduplicate: usize,
    pub(super) resume_parameter: Option<String>,
    pub(super) terminals: Terminals,
    pub(super) end_of_body: Option<EndOfBody>,
    pub(super) signal: Option<AbortSignal>,
    /// `None` if it was not set.
    pub(super) shared: Option<Option<Sharing>>,
    #[cfg(feature = "tabs")]
    pub(super) tabs: Tabs,
    #[cfg(feature = "fetch")]
    pub(super) fetch: Option<Rc<Fetch>>,
    #[cfg(feature = "fetch")]
    pub(super) request_url: Option<UrlFunction>,
    #[cfg(feature = "fetch")]
    pub(super) diagnose: Option<bool>,
    #[cfg(feature = "fetch")]
    pub(super) refresh: Option<Refresh>,
    pub(super) renewal: Option<Renewal>,
}

impl EventSourceBuilder {
    pub(in crate::source) fn new(url: String) -> Self {
        Self {
            url,
            with_credentials: false,
            policy: Policy::default(),
            queue: None,
            deduplicate: 0,
            resume_parameter: None,
            terminals: Terminals::default(),
            end_of_body: None,
            signal: None,
            shared: None,
            #[cfg(feature = "tabs")]
            tabs: Tabs::default(),
            #[cfg(feature = "fetch")]
            fetch: None,
            #[cfg(feature = "fetch")]
            request_url: None,
            #[cfg(feature = "fetch")]
            diagnose: None,
            #[cfg(feature = "fetch")]
            refresh: None,
            renewal: None,
        }
    }

    /// Whether cookies and other credentials are sent to another origin, like the DOM's `withCredentials`. They are
    /// always sent to the page's own.
    pub fn with_credentials(mut self, with_credentials: bool) -> Self {
        self.with_credentials = with_credentials;
        self
    }

    /// What to do when something goes wrong; [`Policy::browser`] by default.
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// How many events each stream of this source holds for a slow consumer, and what happens when there are more;
    /// [`Queue::drop_oldest`] of 4,096 by default. Over `fetch`, a request that is sent once (a POST, for instance, unless the
    /// policy [resends](crate::Policy::resend)) has a [`Queue::wait`](crate::Queue) of 4,096, so that no part of
    /// its answer is dropped.
    pub fn queue(mut self, queue: Queue) -> Self {
        self.queue = Some(queue);
        self
    }

    /// Skips duplicates: events whose id is among the last `window` distinct ids that were delivered. A server that
    /// sends missed events again after a reconnection may begin too early. With 0, the default, no id is remembered.
    ///
    /// A duplicate counts as data received, like a comment, but does not make counters and backoff start again. Its id
    /// still becomes the last event id.
    ///
    /// - An event without an `id` field is never a duplicate. Nor is the event by which the server says that it has
    ///   finished, or what went wrong.
    /// - The browser's own source does not tell whether an event has an `id` field. There, an event with the id of the
    ///   previous event of the same connection counts as one without the field, and the first event of a connection as
    ///   one with it. So send each event with an id, or use [`fetch`](Self::fetch).
    /// - After an event with an empty `id`, by which a server resets the last event id, all ids are forgotten, since
    ///   the server may count from the start again.
    /// - A server that was restarted may count from the start again without saying so. That is noticed where ids are decimal
    ///   integers: a new connection begins with an id that is no higher than any before, and brings an event whose data is not what
    ///   it was under its id. [`on_gap`](crate::EventSource::on_gap) is told of it, all earlier ids are forgotten, and the event is
    ///   delivered. A server that sends all its events again at each connection has to send the same data again.
    /// - The id that a source [continues from](crate::Fetch::last_event_id) counts as delivered.
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

    /// The query parameter that tells the server the last event id when the policy reopens the source.
    ///
    /// The browser sends the `Last-Event-ID` header only when it reconnects; a new `EventSource` of the browser cannot
    /// send it. The fetch transport always can; with a parameter, it sends the id in the query instead. The browser's
    /// `URLSearchParams` then writes the query, and spells some characters differently.
    pub fn resume_parameter(mut self, name: impl Into<String>) -> Self {
        self.resume_parameter = Some(name.into());
        self
    }

    /// Renews the connection before what it was made with expires. The function is called each time the source has opened, and
    /// returns when that is; `None` if it does not expire.
    ///
    /// Half a minute before then (in the middle of the time, if less than a minute is left), the function of `on_unauthorized` is
    /// called if there is one, and another connection is opened after the last event id. Once it is open, the first is closed, and
    /// the source goes on with the other, without a change of state. Events that come over both are delivered once, by their ids: a
    /// server has to send ids, and the events after the last one again. Events without an id may be missed or come twice. If the
    /// other connection cannot be made, the error is reported, the first goes on, and it is tried twice more. The new
    /// connection is renewed in its turn if the function then returns a later time.
    ///
    /// The browser's own transport sends the id only with a [`resume_parameter`](Self::resume_parameter). A request that is sent
    /// once is not renewed.
    ///
    /// ```
    /// # use typed_eventsource::{EventSource, Error};
    /// use std::time::{Duration, SystemTime};
    ///
    /// # fn run(seconds: u64) -> Result<(), Error> {
    /// // The `exp` of a JSON Web Token.
    /// let expiry = move || Some(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
    /// let orders = EventSource::builder("/orders").renew_before(expiry).open()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn renew_before(mut self, expiry: impl Fn() -> Option<SystemTime> + 'static) -> Self {
        self.renewal = Some(Renewal::new(expiry));
        self
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
