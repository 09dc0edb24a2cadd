//! Whether a source shares its connection, and what sources that share one have in common.

use super::EventSourceBuilder;
#[cfg(feature = "tabs")]
use crate::source::tabs::{self, Tabs};
use crate::{
    host::Host,
    source::{
        connection::{Settings, Terminals},
        sharing::Sharing,
    },
};

/// Which sources share a connection.
impl EventSourceBuilder {
    /// Whether to share the connection with other sources that have this set. They have to be opened from an equal
    /// builder, apart from [`queue`](Self::queue) and [`signal`](Self::signal). Browsers allow only six connections to
    /// a host over HTTP/1.1, for all tabs together; each tab and each worker shares within itself.
    ///
    /// A source that joins receives the events that come from then on. If the connection is open, the source is open at
    /// once, and [`on_state`](crate::EventSource::on_state) reports it in a later task. Each source has its own listeners and
    /// queues, and counts the events that it cannot decode: if its rule reopens because of one, it leaves and joins
    /// again, and misses the events in between. [`close`](crate::EventSource::close) and a signal close only that source; the
    /// last source to close closes the connection. If the server or the policy ends the connection, all sources that
    /// have joined close. An error of the connection goes to the console if none of them listens to errors.
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

    /// Shares the connection with the sources of all tabs and windows of the origin that have this set, in whatever tab or window
    /// they are; otherwise as [`shared`](Self::shared). Their builders have to be equal, apart from [`queue`](Self::queue) and
    /// [`signal`](Self::signal). With the feature `tabs`.
    ///
    /// A shared worker has the connection; where there is none, one of the tabs has it and the others follow, by Web Locks and a
    /// `BroadcastChannel`. Where there is neither (plain HTTP without shared workers), each tab has a separate connection, which
    /// the console says once. [`role`](crate::EventSource::role) tells which it is, and [`tabs`](crate::EventSource::tabs) how many
    /// tabs share. The last one to go closes the connection, after a [linger](Tabs::linger).
    ///
    /// Functions of the builder are answered by one of the tabs, and by another one when that goes. Two functions count as equal
    /// whatever they have captured: give builders whose functions do different things different [keys](Tabs::key).
    ///
    /// A request with a body that is not text is shared within the tab alone. One that is made by
    /// [`fetch_with`](crate::Fetch::fetch_with) is made by one of the tabs, also where there are shared workers. On a server, and
    /// over the fake server of tests, it is as [`shared`](Self::shared).
    ///
    /// The crate brings JavaScript with it for this, which wasm-bindgen puts beside the wasm as snippets. Bundlers find the
    /// worker's script there; if it is served from elsewhere, [say where](Tabs::worker). There are no snippets with
    /// `--target no-modules`.
    ///
    /// ```no_run
    /// # use typed_eventsource::{EventSource, Error};
    /// # fn run() -> Result<(), Error> {
    /// let prices = EventSource::builder("/prices").shared_among_tabs().open()?;
    /// println!("{:?}, {} tabs", prices.role(), prices.tabs());
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "tabs")]
    pub fn shared_among_tabs(mut self) -> Self {
        self.shared = Some(Some(tabs::sharing()));
        self
    }

    /// How the connection is [shared among tabs](Self::shared_among_tabs). With the feature `tabs`.
    ///
    /// ```no_run
    /// # use typed_eventsource::{EventSource, Error};
    /// # fn run() -> Result<(), Error> {
    /// use std::time::Duration;
    /// use typed_eventsource::Tabs;
    ///
    /// let tabs = Tabs::new().linger(Duration::from_secs(5));
    /// let prices = EventSource::builder("/prices").shared_among_tabs().tabs(tabs).open()?;
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "tabs")]
    pub fn tabs(mut self, tabs: Tabs) -> Self {
        self.tabs = tabs;
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

    /// The settings that sources have in common if they can share a connection.
    pub(in crate::source) fn sharing_key(&self) -> Self {
        Self {
            queue: None,
            signal: None,
            ..self.clone()
        }
    }

    /// The settings of a source that shares a connection.
    pub(in crate::source) fn sharer_settings(self, host: Host) -> Settings {
        let settings = self.settings(host);
        Settings {
            options: settings.options.into_sharer(),
            #[cfg(feature = "fetch")]
            refresh: None,
            renewal: None,
            terminals: Terminals::default(),
            ..settings
        }
    }
}
