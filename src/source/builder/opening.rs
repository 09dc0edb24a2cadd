//! Opens a source: with its settings for the session, its transport and its host.

#[cfg(feature = "fetch")]
use std::rc::Rc;

use typed_eventsource_core::{Options, Transport};

use super::EventSourceBuilder;
#[cfg(feature = "fetch")]
use crate::source::connection::NEEDS_SAFE_REQUEST;
#[cfg(any(test, feature = "testing"))]
use crate::transport::fake::{FakeConnector, FakeNetwork};
#[cfg(feature = "fetch")]
use crate::transport::fetch::{FetchConnector, RequestFunction};
use crate::{
    Error, EventSource, Queue,
    host::Host,
    source::{
        connection::{Connection, Settings},
        subscriptions::check_name,
    },
    transport::{BrowserConnector, Connector, is_javascript},
};

/// How the source is opened.
impl EventSourceBuilder {
    /// Opens the source. This returns at once, with the source in the state [`Connecting`](crate::State::Connecting)
    /// unless it [shares](Self::shared) a connection. Nothing is received before the code that opened the source has
    /// returned to the event loop, so listeners added until then miss nothing.
    ///
    /// Twenty sources of a page or worker may open one URL at once, and then one more each second. Others wait, still
    /// `Connecting`, and the console says so once: a component that opens a source at each render would flood its
    /// server. Sources that [share](Self::shared) a connection count as one, and URLs that differ do not count
    /// together, even if only their fragments differ.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidUrl`] if the URL cannot be parsed, [`Error::InvalidEventName`] if no event can have the name of the terminal
    /// event or the failure event, [`Error::Unsupported`] if there is no `EventSource` (on a server, for instance),
    /// [`Error::InvalidRequest`] if the browser refuses the [`Fetch`](crate::Fetch) or a request that is sent once was to be
    /// [renewed](Self::renew_before), [`Error::NeedsFetch`] if the source is not over `fetch` and its queue is to wait or it is to
    /// [refresh](Self::on_unauthorized) without [asking](Self::diagnose).
    pub fn open(self) -> Result<EventSource, Error> {
        for name in self.terminals.names() {
            check_name(name)?;
        }
        #[cfg(feature = "fetch")]
        if self.fetch.is_none()
            && (self.queue.is_some_and(Queue::waits)
                || (self.refresh.is_some() && self.diagnose != Some(true)))
        {
            return Err(Error::NeedsFetch);
        }
        #[cfg(feature = "fetch")]
        if self.renewal.is_some()
            && let Some(fetch) = &self.fetch
            && !(fetch.is_repeatable()
                || fetch.request_function().is_some()
                || self.policy.options.resend)
        {
            return Err(Error::InvalidRequest {
                url: self.url.into(),
                message: NEEDS_SAFE_REQUEST.into(),
            });
        }
        let signal = self.signal.clone();
        let aborted = signal.as_ref().filter(|signal| signal.aborted());
        let connection = match self.shared {
            Some(Some(sharing)) if aborted.is_none() => (sharing.open)(self)?,
            _ => {
                let (connector, host) = self.backend()?;
                Connection::open(self.settings(host), connector, aborted)?
            }
        };
        if let Some(signal) = &signal {
            connection.close_on_abort(signal);
        }
        Ok(EventSource::new(connection))
    }

    /// Writes an error to the console for which the source could not be opened. It is for hooks of a framework, whose components
    /// may not show an error; [`EventSource::report_error`] is for the errors of a source that is open. It may only be called in
    /// a browser.
    ///
    /// ```no_run
    /// # use typed_eventsource::EventSource;
    /// let builder = EventSource::builder("/prices");
    /// if let Err(error) = builder.clone().open() {
    ///     builder.report_error(&error);
    /// }
    /// ```
    pub fn report_error(&self, error: &Error) {
        self.host().report(error, 0);
    }

    pub(in crate::source) fn settings(self, host: Host) -> Settings {
        let mut options = Options::new(Transport::Browser);
        #[cfg(feature = "fetch")]
        {
            options.asks_request = self.request().is_some();
        }
        options.policy = self.policy.options;
        options.has_rule = self.policy.rule.is_some();
        options.has_resume_parameter = self.resume_parameter.is_some();
        options.deduplicate = self.deduplicate;
        options.has_terminal = !self.terminals.events.is_empty() || self.terminals.data.is_some();
        options.end_of_body = self.end_of_body;
        #[cfg(feature = "fetch")]
        {
            options.has_refresh = self.refresh.is_some();
        }
        #[cfg(feature = "fetch")]
        if let Some(fetch) = &self.fetch {
            options.transport = Transport::Fetch;
            options.is_repeatable = fetch.is_repeatable();
            options.last_event_id = fetch.start().unwrap_or_default().to_owned();
        }
        #[cfg(feature = "fetch")]
        let default_queue = if options.is_repeatable || options.policy.resend {
            Queue::default()
        } else {
            Queue::default().waiting()
        };
        #[cfg(not(feature = "fetch"))]
        let default_queue = Queue::default();
        Settings {
            #[cfg(feature = "fetch")]
            is_fetch: self.fetch.is_some(),
            options,
            rule: self.policy.rule,
            #[cfg(feature = "fetch")]
            refresh: self.refresh,
            renewal: self.renewal,
            queue: self.queue.unwrap_or(default_queue),
            terminals: self.terminals,
            host,
        }
    }

    /// The host that it would be opened on now.
    pub(in crate::source) fn host(&self) -> Host {
        #[cfg(any(test, feature = "testing"))]
        if let Some(network) = FakeNetwork::serving(&self.url) {
            return Host::Fake(network.clock.clone());
        }
        Host::Browser
    }

    /// The connector, and the host that belongs to it.
    pub(in crate::source) fn backend(&self) -> Result<(Connector, Host), Error> {
        #[cfg(any(test, feature = "testing"))]
        if let Some(network) = FakeNetwork::serving(&self.url) {
            let host = Host::Fake(network.clock.clone());
            let (is_fetch, sees_status) = (self.is_fetch(), self.sees_status());
            let connector = FakeConnector::new(network, &self.url, is_fetch, sees_status);
            #[cfg(feature = "fetch")]
            let connector = connector.with_fetch(self.fetch.as_deref().cloned(), self.request());
            return Ok((Connector::Fake(connector), host));
        }
        if !is_javascript() {
            return Err(Error::Unsupported);
        }
        Ok((self.connector()?, Host::Browser))
    }

    /// The function that is asked for the request of each attempt.
    #[cfg(feature = "fetch")]
    pub(in crate::source) fn request(&self) -> Option<RequestFunction> {
        let fetch = self.fetch.as_ref();
        let request = fetch.and_then(|fetch| fetch.request_function());
        let url = self.request_url.as_ref().map(|url| &url.function);
        request.or(url).cloned()
    }

    /// What asks why the browser has given up, if that is wanted. `fetch` refuses a URL with a password in it.
    #[cfg(feature = "fetch")]
    fn asker(&self) -> Option<FetchConnector> {
        self.diagnose.filter(|diagnoses| *diagnoses)?;
        let (fetch, with_credentials) = (Rc::default(), self.with_credentials);
        FetchConnector::new(&self.url, fetch, with_credentials, None, None, Some(true)).ok()
    }

    /// Whether the source sees the status of a response.
    #[cfg(any(test, feature = "testing"))]
    fn sees_status(&self) -> bool {
        #[cfg(feature = "fetch")]
        return self.fetch.is_some() || self.diagnose == Some(true);
        #[cfg(not(feature = "fetch"))]
        false
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
            let connector = FetchConnector::new(
                &self.url,
                Rc::clone(fetch),
                self.with_credentials,
                resume_parameter,
                self.terminals.data.as_deref().map(Into::into),
                self.diagnose,
            )?;
            return Ok(Connector::Fetch(connector.with_request(self.request())));
        }
        let connector = BrowserConnector::new(&self.url, self.with_credentials, resume_parameter)?;
        #[cfg(feature = "fetch")]
        let connector = connector
            .with_asker(self.asker())
            .with_request(self.request_url.clone());
        Ok(Connector::Browser(connector))
    }
}
