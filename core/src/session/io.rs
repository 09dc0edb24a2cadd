//! The inputs and outputs of a session.

use alloc::{boxed::Box, string::String};
use core::time::Duration;

use super::{attempts::EndedAttempt, ids::Gap};
use crate::{Policy, Span};

/// What carries the events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// The browser's own `EventSource`. It reconnects after a loss without being asked. It hides statuses, comments and
    /// whether an event has an `id` field.
    Browser,
    /// HTTP and the [parser](crate::parser). It does not reconnect, and hides nothing.
    Fetch,
}

/// What a session has to know about its source.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// The limits. Boxed, since moving them would take more wasm code than using them.
    pub policy: Box<Policy>,
    /// Whether the user has a rule, which the body asks when told to [`Decide`](Output::Decide).
    pub has_rule: bool,
    /// What carries the events.
    pub transport: Transport,
    /// Whether the request may be made more than once, since its method is safe.
    pub is_repeatable: bool,
    /// Whether a function of the user is asked for the request of each attempt, the first included. The body then tells what
    /// it has answered by [`Input::Requested`]. What was sent decides whether that request may be made more than once, in
    /// place of `is_repeatable`; and each failure may lead to another attempt, since its request may be another one.
    pub asks_request: bool,
    /// Whether the URL has a parameter for the last event id. The body then sets it at each
    /// [`Connect`](Output::Connect).
    pub has_resume_parameter: bool,
    /// The id of the event to continue after; empty if there is none.
    pub last_event_id: String,
    /// How many ids to remember, to skip events that come again. Zero for none. An id that comes again with other data is not
    /// skipped where the server counts from the start again: it is a decimal integer below the highest one, and none above that
    /// has come since the connection was made.
    pub deduplicate: usize,
    /// Whether the server says by an event or by data that it has finished.
    pub has_terminal: bool,
    /// What the end of a response means, if the user has said so. Otherwise it is a loss. A request that is sent only once
    /// finishes with its response, unless it has a terminal, or the server has said when or from where to go on.
    pub end_of_body: Option<EndOfBody>,
    /// Whether the user has a function for a [refresh](Output::Refresh).
    pub has_refresh: bool,
    /// Whether the machine is offline now.
    pub is_offline: bool,
    /// Whether the page is hidden now.
    pub is_hidden: bool,
}

impl Options {
    /// The default options: [`Policy::browser`], a safe request, from the first event on.
    pub fn new(transport: Transport) -> Self {
        Self {
            policy: Box::new(Policy::browser()),
            has_rule: false,
            transport,
            is_repeatable: true,
            asks_request: false,
            has_resume_parameter: false,
            last_event_id: String::new(),
            deduplicate: 0,
            has_terminal: false,
            end_of_body: None,
            has_refresh: false,
            is_offline: false,
            is_hidden: false,
        }
    }

    /// The options of a sharer: one of many sources that share a connection. A sharer's session only decides
    /// about events that do not decode. The connection has another session, with all other options, whose outputs are
    /// [relayed](Input::Relayed) to this one. For a sharer, to connect means to join the connection, and to
    /// disconnect means to leave it: if a rule reopens after an event that does not decode, the sharer leaves and
    /// joins again, and it leaves while it is paused. Only the connection's session is told that the network comes or goes, that
    /// the page is hidden or seen, or that it has woken. To reconnect is for that session, too.
    pub fn into_sharer(self) -> Self {
        // Over any transport, the connection knows the last event id from its beginning on, as over fetch.
        let mut options = Self::new(Transport::Fetch);
        options.policy.close_after_decode_errors = self.policy.close_after_decode_errors;
        options.has_rule = self.has_rule;
        options.last_event_id = self.last_event_id;
        options
    }
}

/// What a body tells a session.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Input<'a> {
    /// Too many sources open now ([`OpenRate`](crate::OpenRate)): the answer to the first [`Output::Connect`], which comes
    /// again after this time. The source is connecting meanwhile.
    Postponed(Span),
    /// A refresh is under way that another source has asked for: the answer to [`Output::Connect`], which comes again once this
    /// one is [told](Self::Refreshed) of its end. The source is connecting meanwhile.
    Refreshing,
    /// What the server has refused is refreshed: the answer to [`Output::Refresh`], or what follows [`Refreshing`](Self::Refreshing).
    Refreshed,
    /// The refresh has failed.
    RefreshFailed,
    /// What the open connection was made with, such as a token, expires after this time.
    ExpiresIn(Span),
    /// The connection of [`Output::Renew`] is open.
    Renewed,
    /// The connection of [`Output::Renew`] could not be made.
    RenewalFailed,
    /// The user's function has answered with a request, which is sent next: the session may close in place of that. It comes
    /// before [`Opened`](Self::Opened) and any [`Lost`](Self::Lost), unless the function failed, and only with
    /// [`Options::asks_request`].
    Requested {
        /// Whether the method of this request is safe. If it is not, and one that is not safe was sent before, the source
        /// closes with the earlier error; unless it may be sent again by the policy, the user's rule,
        /// [`EndOfBody::Reconnect`], or since the user has [reconnected](Self::Reconnect) or [resumed](Self::Resume) the source.
        is_safe: bool,
    },
    /// The server has answered with an event stream.
    Opened,
    /// A comment has arrived.
    Comment,
    /// Something has arrived that nobody listens to. Every byte is a sign of life, so this is also what a chunk is that holds
    /// nothing complete.
    Unlistened {
        /// Whether it was an event; otherwise a comment, an `id` without an event, or a part of anything.
        is_event: bool,
        /// The last event id, if it may have changed.
        last_event_id: Option<&'a str>,
    },
    /// The server has set the reconnection time with a `retry` field.
    Retry(Span),
    /// The connection was lost, or could not be made.
    Lost(Loss),
    /// The response has ended.
    BodyEnded {
        /// Whether it is complete, as HTTP defines it. Otherwise the connection broke.
        is_whole: bool,
        /// What was unfinished at that moment.
        unfinished: Unfinished,
    },
    /// The server wants no further attempt: HTTP status 204.
    Finished,
    /// An event was decoded. Only needed while [`Session::wants_decoded`](super::Session::wants_decoded) is true.
    Decoded,
    /// Some listeners could not decode the current event. It counts once, however many they are.
    DecodeFailed,
    /// The answer of the user's rule to [`Output::Decide`].
    Decided(Decision),
    /// The [deadline](super::Session::next_timeout) has passed.
    Timeout {
        /// How late the timer fired by the wall clock, which goes on while a machine sleeps.
        late: Span,
    },
    /// The network is back, or has changed.
    Online,
    /// The network is gone.
    Offline,
    /// The user wants a new connection at once. It counts as no failure, and the request is sent again even if it is otherwise
    /// sent only once. Nothing happens while such an attempt, or any other that is not half a second old, is under way. In a
    /// burst, there is one attempt in half a second. Offline, the attempt is made when the network is back.
    Reconnect,
    /// The user pauses the source: it disconnects, and nothing happens until [`Resume`](Self::Resume) or
    /// [`Reconnect`](Self::Reconnect).
    Pause,
    /// The user resumes a source that is paused. It connects as after [`Reconnect`](Self::Reconnect); earlier failures are
    /// forgotten.
    Resume,
    /// The page is hidden. Only needed with [`Policy::pause_when_hidden`].
    Hidden,
    /// The page is seen again.
    Visible,
    /// The page was frozen, or in the back/forward cache, and runs again.
    Woken,
    /// A queue that may drop nothing is full.
    Overflowed,
    /// The response is read no further until a queue has room. Silence says nothing meanwhile.
    HeldBack,
    /// There is room, and the response is read on.
    ReadOn,
    /// The user closes the source: [`CloseReason::Requested`] or [`CloseReason::Dropped`].
    Close(CloseReason),
    /// An output of the shared connection's session that concerns all of its sharers.
    Relayed(Output),
}

/// What the end of a response means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndOfBody {
    /// The server has finished.
    Finished,
    /// The connection is lost, and the request is made again: the standard's
    /// [*reestablish the connection*](https://html.spec.whatwg.org/multipage/server-sent-events.html#reestablish-the-connection),
    /// even if the request is otherwise sent only once.
    Reconnect,
}

/// What is unfinished when a response ends. By the standard it is no event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfinished {
    /// Nothing: the response ends between two events.
    Nothing,
    /// An event.
    Event,
    /// An event by which the server says that it has finished, or failed. It counts, but is not delivered.
    Terminal(Terminal),
}

/// What happens after a connection is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// The browser reconnects without being asked.
    BrowserReconnects,
    /// The standard's
    /// [*reestablish the connection*](https://html.spec.whatwg.org/multipage/server-sent-events.html#reestablish-the-connection).
    Reestablish,
    /// The standard's
    /// [*fail the connection*](https://html.spec.whatwg.org/multipage/server-sent-events.html#fail-the-connection).
    Fail {
        /// The reason, as far as it is known.
        class: FailureClass,
        /// How long the server asks to wait before the next request.
        retry_after: Option<Span>,
    },
}

/// Why a connection failed for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FailureClass {
    /// An HTTP status other than 200.
    Status(u16),
    /// A response that is not an event stream.
    ContentType,
    /// The same request would fail again: an event that is too large, a request that cannot be made, a bug in the body
    /// itself.
    Hopeless,
    /// Anything else.
    Other,
}

/// An event that has listeners, as far as a session has to know it.
#[derive(Clone, Copy, Debug)]
pub struct ReceivedEvent<'a> {
    /// The last event id when it was dispatched. Only needed while [`Session::wants_ids`](super::Session::wants_ids) is
    /// true.
    pub last_event_id: Option<&'a str>,
    /// Whether it has an `id` field.
    pub id_field: IdField,
    /// The [digest](super::digest) of its data. Only needed while [`Session::wants_digests`](super::Session::wants_digests) is
    /// true; 0 otherwise.
    pub digest: u32,
    /// How the event ends the stream, if it does.
    pub terminal: Option<Terminal>,
}

/// Whether an event has its own `id` field. If not, it has the id of the previous event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdField {
    /// It has one.
    Present,
    /// It has none.
    Absent,
    /// The transport does not know.
    Unknown,
}

/// How a server ends its stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Terminal {
    /// By the name of the event, which is delivered like any other.
    Event,
    /// By the data of the event, which is not delivered.
    Data,
    /// By the name of an event that says what went wrong. It is delivered like any other, then the source closes with
    /// [`Failure::Event`].
    Failure,
}

/// What to do with an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum EventOutcome {
    /// Deliver it. There are no outputs.
    Deliver,
    /// Skip it: it was delivered before, or the source has closed. There are no outputs.
    Skip,
    /// Poll: [`Output::Deliver`] is among the outputs if it is to be delivered.
    Poll,
}

/// What a session tells its body to do.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
#[must_use]
pub enum Output {
    /// Connect, and continue after the session's [`last_event_id`](super::Session::last_event_id).
    Connect,
    /// Close the current connection, and one that was to [renew](Self::Renew) it.
    Disconnect,
    /// Have the user's function refresh what the server has refused, and tell its end: [`Input::Refreshed`] or
    /// [`Input::RefreshFailed`]. If it was refreshed after the request was made, that end is told at once.
    Refresh,
    /// Connect another time while the current connection goes on, and continue after the session's
    /// [`last_event_id`](super::Session::last_event_id). The answer is [`Input::Renewed`] or [`Input::RenewalFailed`]. What arrives
    /// over the new connection is told after [`HandOver`](Self::HandOver).
    Renew,
    /// Close the current connection. The one that renews it is the current one from now on.
    HandOver,
    /// Deliver the current event.
    Deliver,
    /// Report a gap before the current event.
    Gap(Gap),
    /// Ask the user's rule, and answer with [`Input::Decided`]. If there is no answer, the next input first applies
    /// what was proposed.
    Decide(FailureContext),
    /// Tell of an attempt that has ended, if [they are told](super::Session::tell_attempts).
    Attempt(EndedAttempt),
    /// Report an error.
    Report(Report),
    /// Report the [state](super::Session::state), which is now this one.
    State(State),
    /// Close the current connection, and report that the source has closed. This is the last output.
    Closed(CloseReason),
}

/// An error to report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report {
    /// The error.
    pub failure: Failure,
    /// How many times in a row the connection has failed, if this is a failure of the connection. The body keeps the
    /// last error that has this, for [`Failure::Earlier`].
    pub attempt: Option<u32>,
}

/// An error, whose details the body knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// The error that the current input reports.
    Told,
    /// The last failure of the connection.
    Earlier,
    /// The response has ended within an event.
    UnfinishedEvent,
    /// The connection was not open in [time](super::Session::time_limit).
    OpenTimeout,
    /// Nothing was received in [time](super::Session::time_limit).
    Idle,
    /// A refresh has not ended in [time](super::Session::time_limit).
    RefreshTimeout,
    /// The connection may not have survived a sleep or a change of the network.
    Suspended,
    /// The server said what went wrong with the current event.
    Event,
}

/// What a rule is asked about.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct FailureContext {
    /// What went wrong.
    pub failure: Failure,
    /// How many times in a row the connection has failed, this time included.
    pub failures: u32,
    /// How many events in a row did not decode, this one included.
    pub decode_errors: u32,
    /// How long ago the first of these failures of the connection was: zero at the first, and if there is none.
    pub down_for: Span,
    /// What the policy does unless the rule decides otherwise.
    pub proposed: Decision,
}

/// What to do about a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Decision {
    /// Do what the policy proposes.
    AsProposed,
    /// Do nothing: keep the connection, or reconnect as the standard says. If the connection failed for good, there is
    /// neither, and this closes the source.
    KeepWaiting,
    /// Close the connection and open another after this time, at least 10 milliseconds. Nothing shortens it.
    Reopen {
        /// The wait before the attempt. A [`Duration`], since users' rules return it.
        after: Duration,
    },
    /// Close the source.
    Close,
}

/// The state of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum State {
    /// A connection is being made.
    Connecting,
    /// The server has answered with an event stream.
    Open,
    /// The connection is lost, and another attempt will follow.
    Waiting {
        /// How many times in a row the connection has failed.
        attempt: u32,
        /// How long until the next attempt. None if the browser reconnects, since it does not say.
        retry_in: Option<Span>,
    },
    /// The machine is offline: the next attempt is made when the network is back.
    Offline {
        /// How many times in a row the connection has failed.
        attempt: u32,
    },
    /// The user, or a page that is hidden, has paused the source. There is no connection until it is resumed.
    Paused,
    /// The source has closed.
    Closed,
}

/// Why a source closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CloseReason {
    /// The server has finished.
    Finished,
    /// The user closed it.
    Requested,
    /// The last handle was dropped.
    Dropped,
    /// An error closed it: because the policy says so, because a queue that may drop nothing is full, or because the
    /// server said what went wrong.
    Failed {
        /// The error.
        failure: Failure,
        /// The limit that it reached, unless the failure alone closed the source.
        limit: Option<LimitReached>,
    },
}

/// A limit of the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LimitReached {
    /// Too many failures in a row.
    TooMany {
        /// The limit.
        count: u32,
    },
    /// No healthy connection for too long.
    DownTooLong {
        /// The limit.
        limit: Span,
    },
}
