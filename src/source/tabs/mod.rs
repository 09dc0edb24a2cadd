//! Sources that share one connection with the sources of other tabs. The npm package does that: what is listened to here is a
//! source of that package, whose transport is in a shared worker or in a tab.
//!
//! Only a builder that is told to share among tabs refers to this module, so an app that does not has none of it in its wasm.

mod errors;
mod functions;
mod javascript;
mod options;
mod share;
mod told;

use std::{rc::Rc, sync::Arc, time::Duration};

use super::{
    EventSourceBuilder,
    connection::Connection,
    sharing::{Scope, Sharing},
};
use crate::{Error, host::Host, place::Place, transport::is_javascript};
use options::Options;
pub(super) use share::Share;
use share::Source;

/// How sources are shared among tabs: [`EventSourceBuilder::tabs`](crate::EventSourceBuilder::tabs). With the feature `tabs`.
///
/// ```
/// use std::time::Duration;
/// use typed_eventsource::Tabs;
///
/// let tabs = Tabs::new().linger(Duration::from_secs(5)).worker("/assets/tabs/typed-eventsource-worker.js");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use = "it does nothing before it is given to a builder"]
pub struct Tabs {
    linger: Option<Duration>,
    worker: Option<String>,
    key: Option<String>,
}

impl Tabs {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// How long the connection is kept when its last source has gone, so that a page that is reloaded finds it open; half a second
    /// by default.
    pub fn linger(mut self, linger: Duration) -> Self {
        self.linger = Some(linger);
        self
    }

    /// The URL of the worker's script, on the page's origin. By default it is the `typed-eventsource-worker.js` among the snippets that wasm-bindgen
    /// writes. It imports `typed-eventsource.js`, which is beside it there.
    pub fn worker(mut self, url: impl Into<String>) -> Self {
        self.worker = Some(url.into());
        self
    }

    /// Only sources with the same key share a connection. It is for builders whose functions have captured different things, such
    /// as the tokens of two users: the functions themselves cannot be compared among tabs.
    ///
    /// ```
    /// use typed_eventsource::Tabs;
    ///
    /// let tabs = |user: &str| Tabs::new().key(user);
    /// assert_ne!(tabs("ann"), tabs("bob"));
    /// ```
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }
}

/// Who has the connection of a source: [`EventSource::role`](crate::EventSource::role). With the feature `tabs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Role {
    /// The source itself, or its page.
    Own,
    /// A shared worker, for all tabs.
    Worker,
    /// This tab, for all tabs.
    Leader,
    /// Another tab.
    Follower,
}

/// How a source is opened that is shared among tabs.
pub(super) fn sharing() -> Sharing {
    Sharing {
        scope: Scope::Tabs,
        open,
    }
}

/// Opens a source that shares the connection of the sources with an equal key in all tabs, if that can be.
fn open(builder: EventSourceBuilder) -> Result<Rc<Connection>, Error> {
    let host = builder.host();
    if !is_javascript() || !matches!(host, Host::Browser) || !options::can_be_shared(&builder) {
        let in_page = Sharing::new();
        return (in_page.open)(builder.shared(true));
    }
    let key = builder.sharing_key();
    // What is wrong with the URL or the request is found as for any other source.
    let (connector, _) = key.backend()?;
    let url = Arc::clone(connector.url());
    let settings = builder.sharer_settings(host);
    let (source, source_url) = (Place::<Rc<Source>>::default(), Arc::clone(&url));
    let join = move |sharer: &Connection| {
        let joined = match source.get() {
            Some(source) => source.resumed(),
            None => Source::open(&source_url, Options::of(&key), sharer.weak())?,
        };
        source.put(Rc::clone(&joined));
        sharer.share_among_tabs(Rc::new(Share::new(joined)));
        Ok(())
    };
    Connection::join(settings, &url, Rc::new(join))
}
