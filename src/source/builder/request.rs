//! How a source makes its requests.

use std::{error::Error as StdError, rc::Rc};

use super::EventSourceBuilder;
use crate::{
    Attempt, AttemptRequest, Fetch, Refresh,
    transport::{UrlFunction, fetch::request_function},
};

/// How the source makes its requests.
impl EventSourceBuilder {
    /// Carries the events by `fetch`, in place of the browser's own `EventSource`.
    pub fn fetch(mut self, fetch: Fetch) -> Self {
        self.fetch = Some(Rc::new(fetch));
        self
    }

    /// A function that is asked for the URL before each attempt, the first included, over either transport: a URL may hold a ticket
    /// that serves once. The builder's URL is that of the source, and the one that sources share by. Over `fetch` it is not asked
    /// where [`Fetch::request`](crate::Fetch::request) is set, which answers more than a URL.
    ///
    /// If it fails, the attempt fails with [`Error::Request`](crate::Error::Request), and the next one follows as after a lost
    /// connection. While it has not answered, the limit of a [slow opening](crate::Policy::on_slow_open) counts. When the attempt
    /// is over, because the source closes for instance, the future is dropped. An invalid URL closes the source with
    /// [`Error::InvalidUrl`](crate::Error::InvalidUrl).
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
    pub fn request_url(
        mut self,
        url: impl AsyncFn(Attempt) -> Result<String, Box<dyn StdError>> + 'static,
    ) -> Self {
        self.request_url = Some(UrlFunction::new(request_function(async move |attempt| {
            Ok(AttemptRequest::new().url(url(attempt).await?))
        })));
        self
    }

    /// Whether to make one more request to find out why a connection failed, which browsers hide.
    ///
    /// Over `fetch`, where this is the default unless the requests are made by [another function](crate::Fetch::fetch_with): if a
    /// request to another origin gets no answer, a GET with the mode `no-cors` asks whether the server can be reached. If so, the
    /// error is not [`Error::ConnectionLost`](crate::Error::ConnectionLost) but [`Error::Cors`](crate::Error::Cors), and says what
    /// the server has to send. The policy treats both alike, since an error page of a proxy may lack the headers, too. If the
    /// method of the source is not GET, a HEAD asks, and CORS is only the probable reason, as the text says.
    ///
    /// A source asks at most once in ten seconds. A failure in between has the error that the last answer leads to. After a request
    /// was answered, such requests are no longer asked about. Those with a `Last-Event-ID` header count separately, since they need
    /// a preflight. A page with `Cross-Origin-Embedder-Policy: require-corp` may get no answer, and is told of a lost connection.
    ///
    /// Over the browser's own transport this is off by default: if the browser gives up, a `fetch` of the same URL shows the
    /// status, the content type or the refusal by CORS. The body is not read. The policy then decides as over `fetch`, so
    /// that a 204 finishes, a 401 closes, and a 503 is retried if [`retry_statuses`](crate::Policy::retry_statuses) has it. If the
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
    pub fn diagnose(mut self, diagnose: bool) -> Self {
        self.diagnose = Some(diagnose);
        self
    }

    /// Refreshes what the server has refused, such as a token: the function is called when it answers with 401, or with another of
    /// the policy's [`refresh_statuses`](crate::Policy::refresh_statuses). Once its future is ready, the request is made again at
    /// once, with the [fresh headers](crate::Fetch::fresh_headers) that are made then. The source is
    /// [`Connecting`](crate::State::Connecting) meanwhile, and no error is reported.
    ///
    /// One call runs at a time, for all sources that have the same [`Refresh`]. A source that was refused with a request from
    /// before the last refresh is not refreshed again, and one that is about to connect waits for a call that runs.
    ///
    /// A second refusal, without a connection in between, closes the source with [`Error::Status`](crate::Error::Status). If the
    /// function fails, or takes longer than the policy's [`refresh_timeout`](crate::Policy::refresh_timeout), the source closes
    /// with [`Error::Refresh`](crate::Error::Refresh), unless the policy's [rule](crate::Policy::rule) reopens it. If the machine
    /// is offline by then, the source tries again when the network is back.
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
    pub fn on_unauthorized(mut self, refresh: impl Into<Refresh>) -> Self {
        self.refresh = Some(refresh.into());
        self
    }
}
