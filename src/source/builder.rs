//! The builder of a source.

#[cfg(feature = "fetch")]
use std::rc::Rc;
use std::time::SystemTime;

use typed_eventsource_core::{EndOfBody, Options, Transport};
use web_sys::AbortSignal;

#[cfg(feature = "fetch")]
use super::connection::NEEDS_SAFE_REQUEST;
#[cfg(feature = "tabs")]
use super::tabs::{self, Tabs};
use super::{
    EventSource,
    connection::{Connection, Renewal, Settings, Terminals},
    queue::Queue,
    sharing::Sharing,
    subscriptions::check_name,
};
#[cfg(any(test, feature = "testing"))]
use crate::transport::fake::{FakeConnector, FakeNetwork};
#[cfg(feature = "fetch")]
use crate::{
    Attempt, AttemptRequest, Fetch, Refresh,
    transport::{
        UrlFunction,
        fetch::{FetchConnector, RequestFunction, request_function},
    },
};
use crate::{
    Error, Policy,
    host::Host,
    transport::{BrowserConnector, Connector, is_javascript},
};

/// Sets up an [`EventSource`]; created by [`EventSource::builder`].
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
    pub(super) fn new(url: String) -> Self {
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

    /// Carries the events by `fetch`, in place of the browser's own `EventSource`.
    #[cfg(feature = "fetch")]
    pub fn fetch(mut self, fetch: Fetch) -> Self {
        self.fetch = Some(Rc::new(fetch));
        self
    }

    /// A function that is asked for the URL before each attempt, the first included, over either transport: a URL may hold a ticket
    /// that serves once. The builder's URL is that of the source, and the one that sources share by. Over `fetch` it is not asked
    /// where [`Fetch::request`](crate::Fetch::request) is set, which answers more than a URL.
    ///
    /// If it fails, the attempt fails with [`Error::Request`], and the next one follows as after a lost connection. While it has
    /// not answered, the limit of a [slow opening](crate::Policy::on_slow_open) counts. When the attempt is over, because
    /// the source closes for instance, the future is dropped. An invalid URL closes the source with [`Error::InvalidUrl`].
    ///
    /// The browser would reconnect to the URL that it has. So over the browser's own transport each loss is followed by another
    /// source of the browser's, after the policy's [`reconnection_time`](crate::Policy::reconnection_time), since the browser
    /// does not tell a `retry` of the server. It sends no last event id as a header: set a
    /// [`resume_parameter`](Self::resume_parameter), or put the id into the URL. With [`diagnose`](Self::diagnose), a URL is asked
    /// again to find out why the browser has given up, which a ticket that serves once does not allow.
    ///
    /// ```
    /// # use typed_eventsource::{EventSource, Error};
    /// # async fn ticket() -> Result<String, std::fmt::Error> { Ok("…".into()) }
    /// # fn run() -> Result<(), Error> {
    /// let prices = EventSource::builder("/prices")
    ///     .request_url(async |_| Ok(format!("/prices?ticket={}", ticket().await?)))
    ///     .open()?;
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "fetch")]
    pub fn request_url(
        mut self,
        url: impl AsyncFn(Attempt) -> Result<String, Box<dyn std::error::Error>> + 'static,
    ) -> Self {
        self.request_url = Some(UrlFunction::new(request_function(async move |attempt| {
            Ok(AttemptRequest::new().url(url(attempt).await?))
        })));
        self
    }

    /// Whether to make one more request to find out why a connection failed, which browsers hide.
    ///
    /// Over `fetch`, where this is the default unless the requests are made by [another function](crate::Fetch::fetch_with): if a request to another origin gets no answer, a GET with the mode `no-cors` asks
    /// whether the server can be reached. If so, the error is not [`Error::ConnectionLost`] but [`Error::Cors`], and says what the
    /// server has to send. The policy treats both alike, since an error page of a proxy may lack the headers, too. If the method
    /// of the source is not GET, a HEAD asks, and CORS is only the probable reason, as the text says.
    ///
    /// A source asks at most once in ten seconds. A failure in between has the error that the last answer leads to. After a
    /// request was answered, such requests are no longer asked about. Those with a `Last-Event-ID` header count separately, since
    /// they need a preflight. A page with `Cross-Origin-Embedder-Policy: require-corp` may get no answer, and is told of a lost connection.
    ///
    /// Over the browser's own transport this is off by default: if the browser gives up, a `fetch` of the same URL shows the
    /// status, the content type or the refusal by CORS. The body is not read. The policy then decides as over `fetch`, so
    /// that a 204 finishes, a 401 closes, and a 503 is retried if [`retry_statuses`](Policy::retry_statuses) has it. If the
    /// server cannot be reached, the connection is lost.
    ///
    /// ```
    /// # use typed_eventsource::{EventSource, Error};
    /// # fn run() -> Result<(), Error> {
    /// use typed_eventsource::Policy;
    ///
    /// let prices = EventSource::builder("/prices").policy(Policy::resilient()).diagnose(true).open()?;
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "fetch")]
    pub fn diagnose(mut self, diagnose: bool) -> Self {
        self.diagnose = Some(diagnose);
        self
    }

    /// Refreshes what the server has refused, such as a token: the function is called when it answers with 401, or with another of
    /// the policy's [`refresh_statuses`](Policy::refresh_statuses). Once its future is ready, the request is made again at once, with
    /// the [fresh headers](crate::Fetch::fresh_headers) that are made then. The source is
    /// [`Connecting`](crate::State::Connecting) meanwhile, and no error is reported.
    ///
    /// One call runs at a time, for all sources that have the same [`Refresh`]. A source that was refused with a request from
    /// before the last refresh is not refreshed again, and one that is about to connect waits for a call that runs.
    ///
    /// A second refusal, without a connection in between, closes the source with [`Error::Status`]. If the function fails, or takes
    /// longer than the policy's [`refresh_timeout`](Policy::refresh_timeout), the source closes with [`Error::Refresh`], unless the
    /// policy's [rule](Policy::rule) reopens it. If the machine is offline by then, the source tries again when the network is back.
    ///
    /// A request that is otherwise sent once (a POST, for instance) is sent again too: the server has refused it, and this
    /// function is the word that it may. The browser's own transport shows the status only if it may [ask](Self::diagnose).
    ///
    /// ```
    /// # use typed_eventsource::{EventSource, Error};
    /// use typed_eventsource::Refresh;
    ///
    /// # async fn renew_session() -> Result<(), std::fmt::Error> { Ok(()) }
    /// # fn run() -> Result<(), Error> {
    /// let refresh = Refresh::new(|| async { Ok(renew_session().await?) });
    /// let orders = EventSource::builder("/orders").diagnose(true).on_unauthorized(&refresh).open()?;
    /// let prices = EventSource::builder("/prices").diagnose(true).on_unauthorized(&refresh).open()?;
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "fetch")]
    pub fn on_unauthorized(mut self, refresh: impl Into<Refresh>) -> Self {
        self.refresh = Some(refresh.into());
        self
    }

    /// Renews the connection before what it was made with expires. The function is called each time the source has opened, and
    /// returns when that is; `None` if it does not expire.
    ///
    /// Half a minute before then (in the middle of the time, if less than a minute is left), the function of `on_unauthorized` is
    /// called if there is one, and another connection is opened after the last event id. Once it is open, the first is closed, and
    /// the source goes on with the other, without a change of state. Events that come over both are delivered once, by their ids: a
    /// server has to send ids, and the events after the last one again. Events without an id may be missed or come twice. If the
    /// other connection cannot be made, the error is reported, the first goes on, and it is tried twice more. If the time has not
    /// moved on by then, it is not renewed again.
    ///
    /// The browser's own transport sends the id only with a [`resume_parameter`](Self::resume_parameter). A request that is sent once
    /// is not renewed.
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

    /// What to do when something goes wrong; [`Policy::browser`] by default.
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// How many events each stream of this source holds for a slow consumer, and what happens when there are more;
    /// [`Queue::drop_oldest`] of 4,096 by default. Over `fetch`, a request that is sent once (a POST, for instance, unless the
    /// policy [resends](crate::Policy::resend)) has a [`Queue::wait`](crate::Queue) of 4,096: what it costs is not dropped.
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
    ///   it was under its id. [`on_gap`](EventSource::on_gap) is told of it, all earlier ids are forgotten, and the event is
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

    /// The name of an event by which the server says that it has finished. Each call adds one. It is delivered like any other.
    /// Then the source closes with [`CloseReason::Finished`](crate::CloseReason::Finished).
    ///
    /// By the standard, an event without data is not dispatched: the server has to send some data with it.
    ///
    /// ```no_run
    /// # use typed_eventsource::EventSource;
    /// let source = EventSource::builder("/v1/responses")
    ///     .terminal_event("response.completed")
    ///     .terminal_event("response.incomplete")
    ///     .open()?;
    /// # Ok::<(), typed_eventsource::Error>(())
    /// ```
    pub fn terminal_event(mut self, name: impl Into<String>) -> Self {
        self.terminals.events.push(name.into());
        self
    }

    /// The data by which the server says that it has finished, such as `[DONE]`, in an event of any name. It is not delivered;
    /// the source closes with [`CloseReason::Finished`](crate::CloseReason::Finished). The browser's own source reports only
    /// unnamed events and events that have a listener.
    pub fn terminal_data(mut self, data: impl Into<String>) -> Self {
        self.terminals.data = Some(data.into());
        self
    }

    /// What the end of a response means: that the server has [finished](EndOfBody::Finished), or a loss, after which the request
    /// is made again ([`Reconnect`](EndOfBody::Reconnect)), also where its method is not safe. Fetch transport only.
    ///
    /// By default it is a loss, as in the standard, except for a request that is sent once, such as a POST: that finishes with its
    /// response. Even then it is a loss if the builder has a [terminal event](Self::terminal_event) or
    /// [data](Self::terminal_data), or if the server has sent a `retry` field or an `id`.
    ///
    /// A response that ends within an event has not finished, whatever is set here: [`Error::UnfinishedEvent`] holds what had
    /// arrived. If that is a terminal event or terminal data, it counts.
    pub fn end_of_body(mut self, end_of_body: EndOfBody) -> Self {
        self.end_of_body = Some(end_of_body);
        self
    }

    /// The name of the event by which the server says what went wrong, such as `error`. It is delivered like any other.
    /// Then the source closes with [`Error::FailureEvent`], which holds the event, even if a listener cannot decode it.
    /// No rule is asked. If it has the same name as the [terminal event](Self::terminal_event), this setting counts.
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
        self.terminals.failure = Some(name.into());
        self
    }

    /// Closes the source when the signal is aborted, at once as [`EventSource::close`] does, with
    /// [`CloseReason::Aborted`](crate::CloseReason::Aborted). If it was aborted before, the source is closed from the start.
    ///
    /// The last item of each stream is [`Error::Aborted`], since a stream that just ended would look complete. The error is not
    /// reported anywhere else.
    pub fn signal(mut self, signal: &AbortSignal) -> Self {
        self.signal = Some(signal.clone());
        self
    }

    /// Whether to share the connection with other sources that have this set. They have to be opened from an equal
    /// builder, apart from [`queue`](Self::queue) and [`signal`](Self::signal). Browsers allow only six connections to
    /// a host over HTTP/1.1, for all tabs together; each tab and each worker shares within itself.
    ///
    /// A source that joins receives the events that come from then on. If the connection is open, the source is open at
    /// once, and [`on_state`](EventSource::on_state) reports it in a later task. Each source has its own listeners and
    /// queues, and counts the events that it cannot decode: if its rule reopens because of one, it leaves and joins
    /// again, and misses the events in between. [`close`](EventSource::close) and a signal close only that source; the
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
    /// the console says once. [`role`](EventSource::role) tells which it is, and [`tabs`](EventSource::tabs) how many tabs share.
    /// The last one to go closes the connection, after a [linger](Tabs::linger).
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

    /// Takes over the closures of a newer builder (its [rule](crate::Policy::rule), its
    /// [fresh headers](crate::Fetch::fresh_headers), its [`accept`](crate::Fetch::accept) and the like, those of a refresh and of a renewal too) if both builders set up the same source otherwise. Returns whether they do.
    ///
    /// It is for hooks of a framework. A component that sets up its source in its body makes new closures at each render,
    /// for which no other source is to be opened. A source that was opened from this builder or a clone of it calls the
    /// new closures from then on.
    ///
    /// ```
    /// use typed_eventsource::{Decision, EventSource, Policy};
    ///
    /// let render = |url| EventSource::builder(url).policy(Policy::resilient().rule(|_| Decision::AsProposed));
    /// let first = render("/prices");
    /// assert!(first != render("/prices"));
    /// assert!(first.adopt_closures(&render("/prices")));
    /// assert!(!first.adopt_closures(&render("/scores")));
    /// ```
    pub fn adopt_closures(&self, newer: &Self) -> bool {
        let mut newer_data = newer.clone();
        let rules = self.policy.rule.as_ref().zip(newer.policy.rule.as_ref());
        if let Some((rule, _)) = rules {
            newer_data.policy.rule = Some(rule.clone());
        }
        let renewals = self.renewal.as_ref().zip(newer.renewal.as_ref());
        if let Some((renewal, _)) = renewals {
            newer_data.renewal = Some(renewal.clone());
        }
        #[cfg(feature = "fetch")]
        let refreshes = self.refresh.as_ref().zip(newer.refresh.as_ref());
        #[cfg(feature = "fetch")]
        if let Some((refresh, _)) = refreshes {
            newer_data.refresh = Some(refresh.clone());
        }
        #[cfg(feature = "fetch")]
        let fetches = self.fetch.as_ref().zip(newer.fetch.as_ref());
        #[cfg(feature = "fetch")]
        if let Some((fetch, newer)) = fetches {
            newer_data.fetch = Some(Rc::new(Fetch::clone(newer).with_closures_of(fetch)));
        }
        #[cfg(feature = "fetch")]
        let urls = self.request_url.as_ref().zip(newer.request_url.as_ref());
        #[cfg(feature = "fetch")]
        if let Some((url, _)) = urls {
            newer_data.request_url = Some(url.clone());
        }
        if *self != newer_data {
            return false;
        }
        if let Some((rule, newer)) = rules {
            rule.replace_by(newer);
        }
        if let Some((renewal, newer)) = renewals {
            renewal.expiry.replace_by(&newer.expiry);
        }
        #[cfg(feature = "fetch")]
        if let Some((refresh, newer)) = refreshes {
            refresh.replace_by(newer);
        }
        #[cfg(feature = "fetch")]
        if let Some((fetch, newer)) = fetches {
            fetch.adopt_closures(newer);
        }
        #[cfg(feature = "fetch")]
        if let Some((url, newer)) = urls {
            url.function.replace_by(&newer.function);
        }
        true
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
    /// [`Error::InvalidUrl`] if the URL cannot be parsed, [`Error::InvalidEventName`] if no event can have the name of
    /// the terminal event or the failure event, [`Error::Unsupported`] if there is no `EventSource` (on a server, for
    /// instance), [`Error::InvalidRequest`] if the browser refuses the [`Fetch`](crate::Fetch) or a request that is sent once was to
    /// be [renewed](Self::renew_before), [`Error::NeedsFetch`] if the source is not over `fetch` and its queue is to wait or it
    /// is to [refresh](Self::on_unauthorized) without [asking](Self::diagnose).
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

    /// The settings that sources have in common if they can share a connection.
    pub(super) fn sharing_key(&self) -> Self {
        Self {
            queue: None,
            signal: None,
            ..self.clone()
        }
    }

    /// The settings of a source that shares a connection.
    pub(super) fn sharer_settings(self, host: Host) -> Settings {
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

    pub(super) fn settings(self, host: Host) -> Settings {
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
    pub(super) fn host(&self) -> Host {
        #[cfg(any(test, feature = "testing"))]
        if let Some(network) = FakeNetwork::serving(&self.url) {
            return Host::Fake(network.clock.clone());
        }
        Host::Browser
    }

    /// The connector, and the host that belongs to it.
    pub(super) fn backend(&self) -> Result<(Connector, Host), Error> {
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
    pub(super) fn request(&self) -> Option<RequestFunction> {
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
