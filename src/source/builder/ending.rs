//! What ends a source.

use typed_eventsource_core::EndOfBody;
use web_sys::AbortSignal;

use super::EventSourceBuilder;

/// What ends the source.
impl EventSourceBuilder {
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
    /// A response that ends within an event has not finished, whatever is set here:
    /// [`Error::UnfinishedEvent`](crate::Error::UnfinishedEvent) holds what had arrived. If that is a terminal event or terminal
    /// data, it counts.
    pub fn end_of_body(mut self, end_of_body: EndOfBody) -> Self {
        self.end_of_body = Some(end_of_body);
        self
    }

    /// The name of the event by which the server says what went wrong, such as `error`. It is delivered like any other. Then the
    /// source closes with [`Error::FailureEvent`](crate::Error::FailureEvent), which holds the event, even if a listener cannot
    /// decode it. No rule is asked. If it has the same name as the [terminal event](Self::terminal_event), this setting counts.
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

    /// Closes the source when the signal is aborted, at once as [`EventSource::close`](crate::EventSource::close) does, with
    /// [`CloseReason::Aborted`](crate::CloseReason::Aborted). If it was aborted before, the source is closed from the start.
    ///
    /// The last item of each stream is [`Error::Aborted`](crate::Error::Aborted), since a stream that just ended would look
    /// complete. The error is not reported anywhere else.
    pub fn signal(mut self, signal: &AbortSignal) -> Self {
        self.signal = Some(signal.clone());
        self
    }
}
