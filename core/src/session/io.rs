//! What goes into a session, and what comes out.

use alloc::{boxed::Box, string::String};
use core::time::Duration;

use super::ids::Gap;
use crate::{Policy, Span};

/// What carries the events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// The browser's own `EventSource`. It reconnects after a loss without being asked, and tells neither statuses nor
    /// comments nor whether an event has an `id` field.
    Browser,
    /// HTTP and the [parser](crate::parser). It does not reconnect, and tells everything.
    Fetch,
}

/// What a session has to know of its source.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// The limits. In a box, since to hand them on would weigh more in wasm than what is done with them.
    pub policy: Box<Policy>,
    /// Whether the body has a rule of its user's to ask: it is then told to [`Decide`](Output::Decide).
    pub has_rule: bool,
    /// What carries the events.
    pub transport: Transport,
    /// Whether the request may be made more than once, since its method is safe.
    pub is_repeatable: bool,
    /// Whether the URL has a parameter for the last event id, which then is in every attempt of ours.
    pub has_resume_parameter: bool,
    /// The id of the event to go on after; empty where there is none.
    pub last_event_id: String,
    /// How many ids to remember, to leave out events that come again. Zero for none.
    pub deduplicate: usize,
    /// Whether the server says by an event or by data that it has finished. Otherwise, the end of the response to a request
    /// that is sent once is what there is to wait for.
    pub has_terminal: bool,
    /// Whether the machine has no network now.
    pub is_offline: bool,
}

impl Options {
    /// The options of a source that has none: [`Policy::browser`], a safe request, from the first event on.
    pub fn new(transport: Transport) -> Self {
        Self {
            policy: Box::new(Policy::browser()),
            has_rule: false,
            transport,
            is_repeatable: true,
            has_resume_parameter: false,
            last_event_id: String::new(),
            deduplicate: 0,
            has_terminal: false,
            is_offline: false,
        }
    }

    /// The options of one among many sources that share a connection: what is a subscriber's own, which is what becomes of
    /// events that do not decode. The connection has a session too, with all other options, whose outputs are
    /// [relayed](Input::Relayed) to this one. To connect is to join it, and to disconnect to leave it: a rule that reopens
    /// after such an event has the subscriber leave and join again. The network is the connection's matter: a body does not
    /// tell the session of a subscriber that it comes or goes.
    pub fn into_subscriber(self) -> Self {
        // Whatever carries the connection, it knows the last event id from its beginning on, as over fetch.
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
    /// The server has answered with an event stream.
    Opened,
    /// A comment has arrived.
    Comment,
    /// Something has arrived that nobody listens to.
    Unlistened {
        /// Whether it was an event; otherwise a comment, or an `id` without an event.
        is_event: bool,
        /// The last event id, where it may have changed.
        last_event_id: Option<&'a str>,
    },
    /// The server has set the reconnection time with a `retry` field.
    Retry(Span),
    /// There is no connection any more, or it could not be made.
    Lost(Loss),
    /// The response has ended as HTTP has it.
    BodyEnded,
    /// The server wants no other attempt: HTTP status 204.
    Finished,
    /// An event was decoded. Only needed while [`Session::wants_decoded`](super::Session::wants_decoded) says so.
    Decoded,
    /// The event in hand was not decoded by some of those who listen to it. It counts once, however many they are.
    DecodeFailed,
    /// What the user's rule has answered to [`Output::Decide`].
    Decided(Decision),
    /// The [deadline](super::Session::next_timeout) has come.
    Timeout {
        /// How late the timer fired, by the time of day, which goes on while a machine sleeps.
        late: Span,
    },
    /// The network is there again, or has changed.
    Online,
    /// The network is gone.
    Offline,
    /// A queue is full from which nothing may be dropped.
    Overflowed,
    /// The user closes the source: [`CloseReason::Requested`] or [`CloseReason::Dropped`].
    Close(CloseReason),
    /// The session of the shared connection has put this out, which concerns all of its subscribers.
    Relayed(Output),
}

/// What becomes of a connection that is gone.
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
        /// What is known of why.
        class: FailureClass,
        /// When the server wants to be asked again.
        retry_after: Option<Span>,
    },
}

/// Why a connection failed for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FailureClass {
    /// An HTTP status other than 200.
    Status(u16),
    /// An answer that is no event stream.
    ContentType,
    /// The same request would end in the same way: an event that is too large, a request that cannot be made, a fault of
    /// the body itself.
    Hopeless,
    /// Anything else.
    Other,
}

/// An event for those who listen, as far as a session has to know it.
#[derive(Clone, Copy, Debug)]
pub struct ReceivedEvent<'a> {
    /// The last event id as it was dispatched. Only needed while [`Session::wants_ids`](super::Session::wants_ids) says so.
    pub last_event_id: Option<&'a str>,
    /// Whether it has an `id` field.
    pub id_field: IdField,
    /// Whether the server says with it that nothing follows.
    pub terminal: Option<Terminal>,
}

/// Whether an event has its own `id` field. Without one it carries the id of the event before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdField {
    /// It has.
    Present,
    /// It has not.
    Absent,
    /// The transport does not know.
    Unknown,
}

/// How a server says that nothing follows.
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

/// What to do with the event that was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum EventOutcome {
    /// Deliver it. There are no outputs.
    Deliver,
    /// Leave it out: it was delivered before, or the source has closed. There are no outputs.
    Skip,
    /// Poll: [`Output::Deliver`] is among the outputs where it is to be delivered.
    Poll,
}

/// What a session tells its body to do.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
#[must_use]
pub enum Output {
    /// Connect, from the session's [`last_event_id`](super::Session::last_event_id) on.
    Connect,
    /// Close the connection that there is.
    Disconnect,
    /// Deliver the event in hand.
    Deliver,
    /// Tell of a gap before the event in hand.
    Gap(Gap),
    /// Ask the user's rule, and answer with [`Input::Decided`]. Without an answer, the next input does first what was
    /// proposed.
    Decide(FailureContext),
    /// Tell of an error.
    Report(Report),
    /// Tell of the [state](super::Session::state), which is this by now.
    State(State),
    /// Close the connection that there is, and tell that the source has closed. Nothing follows.
    Closed(CloseReason),
}

/// An error to tell of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report {
    /// Which one.
    pub failure: Failure,
    /// How many times in a row the connection has failed, where this is a failure of the connection. The body keeps the
    /// last one of these, for [`Failure::Earlier`].
    pub attempt: Option<u32>,
}

/// An error, which the body knows in full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// What the input in hand has told of.
    Told,
    /// The last failure of the connection.
    Earlier,
    /// The response has ended.
    BodyEnded,
    /// The connection was not open in [time](super::Session::time_limit).
    OpenTimeout,
    /// Nothing was received in [time](super::Session::time_limit).
    Idle,
    /// The connection may not have outlived a sleep or a change of the network.
    Suspended,
    /// The server has said with an event what went wrong: the one in hand.
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
    /// How long ago the first of these failures of the connection was: zero at the first, and where there is none.
    pub down_for: Span,
    /// What the policy does if the rule says nothing else.
    pub proposed: Decision,
}

/// What to do about a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Decision {
    /// What the policy proposes.
    AsProposed,
    /// Nothing: go on with the connection that there is, or reconnect as the standard has it. Where there is neither, since
    /// the connection failed for good, this closes the source.
    KeepWaiting,
    /// Close the connection and open another after this time, at least 10 milliseconds. Nothing shortens it.
    Reopen {
        /// The wait before the attempt. A [`Duration`], since users' rules answer with it.
        after: Duration,
    },
    /// Close the source.
    Close,
}

/// Where a source stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum State {
    /// A connection is being made.
    Connecting,
    /// The server has answered with an event stream.
    Open,
    /// The connection is gone and will be tried again.
    Waiting {
        /// How many times in a row the connection has failed.
        attempt: u32,
        /// How long until the next attempt. None where the browser reconnects, since it does not say.
        retry_in: Option<Span>,
    },
    /// The machine has no network: the next attempt is made when it is back.
    Offline {
        /// How many times in a row the connection has failed.
        attempt: u32,
    },
    /// It is over.
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
    /// Nobody holds it any more.
    Dropped,
    /// An error closed it: the policy says so, a queue may drop nothing, or the server has said what went wrong.
    Failed {
        /// Which one.
        failure: Failure,
        /// The limit that it has reached, where it is not the failure alone.
        limit: Option<LimitReached>,
    },
}

/// A limit of the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LimitReached {
    /// So many in a row.
    TooMany {
        /// How many.
        count: u32,
    },
    /// Without a healthy connection for so long.
    DownTooLong {
        /// How long.
        limit: Span,
    },
}
