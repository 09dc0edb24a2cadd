//! What a source does about trouble.
//!
//! A policy decides and does nothing: the [machine](machine::Machine) is told what happened and what time it is, and
//! answers what to do. It knows no timer and no browser.

mod backoff;
pub(crate) mod machine;
mod rule;
#[cfg(test)]
mod tests;

use alloc::{rc::Rc, vec::Vec};
use core::{fmt, time::Duration};

pub use backoff::Backoff;
pub use rule::{Decision, Situation};
pub(crate) use rule::{OwnRule, Rule};

/// What a source does about trouble: a set of limits, from one of three presets.
///
/// | | [`browser`](Policy::browser) (default) | [`close_on_error`](Policy::close_on_error) | [`resilient`](Policy::resilient) |
/// | --- | --- | --- | --- |
/// | connection lost | reconnect | close | reconnect |
/// | given up | close | close | reopen with [`Backoff`] |
/// | … with a known status or content type (fetch) | close | close | reopen at 408, 425, 429, 500, 502, 503 and 504, else close |
/// | data that does not decode | report it | close | report it |
/// | not open after | – | – | 30 s: reopen |
/// | no sign of life for | – | – | – |
/// | page slept, network back | – | – | reopen |
///
/// The browser's own source reconnects by itself, and tells neither when nor with which status it gave up. On the
/// [fetch transport](crate::Fetch) the policy does all of that: it waits for the server's `retry` time, and no shorter
/// than `Retry-After` says. It does not send a request again whose method is not safe, a POST for instance, unless
/// [`resend`](Policy::resend) says so.
///
/// Each method changes one of them. Counters and backoff start again after an event, or once a connection has stayed
/// open for [`healthy_after`](Policy::healthy_after), and never on `open` alone: a server that answers 200 and hangs up
/// at once is not hammered.
///
/// Nor is one that asks for it. Whatever the server's `retry` field or the
/// [reconnection time](Policy::reconnection_time) says, no wait is shorter than 10 milliseconds, and from the fourth
/// loss in a row on none without backoff is shorter than a second. Only a [rule](Policy::rule), a page that wakes and a
/// network that comes back go below that.
///
/// On average that goes for the browser's own source too. Where it reconnects with less of a wait (Chromium may do so
/// hundreds of times a second), the source is reopened in its place, unless the last event that was heard had an id and
/// there is no [`resume_parameter`](crate::EventSourceBuilder::resume_parameter): then only the browser itself can go on
/// from there.
///
/// ```
/// use std::time::Duration;
/// use typed_eventsource::{Policy, Then};
///
/// let policy = Policy::resilient()
///     .close_after_decode_errors(3)
///     .on_idle(Duration::from_secs(45), Then::Reopen)
///     .close_when_down_for(Duration::from_secs(600));
/// ```
///
/// Two policies are equal where they say the same, and have the same rule: one of a policy and its clone.
#[derive(Clone, PartialEq)]
pub struct Policy {
    close_after_losses: Option<u32>,
    close_when_down_for: Option<Duration>,
    given_up: Then,
    retry_statuses: Option<Vec<u16>>,
    backoff: Backoff,
    reconnection_time: Option<Duration>,
    back_off_after_losses: bool,
    resend: bool,
    close_after_decode_errors: Option<u32>,
    idle: Option<Limit>,
    opening: Option<Limit>,
    healthy_after: Duration,
    reopen_on_wake: bool,
    rule: Option<OwnRule>,
}

/// A time, and what to do when it is over.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Limit {
    after: Duration,
    then: Then,
}

/// What to do at a limit.
///
/// ```
/// use std::time::Duration;
/// use typed_eventsource::{Policy, Then};
///
/// // A server that sends nothing for a minute is dead: ask it anew.
/// let policy = Policy::browser().on_idle(Duration::from_secs(60), Then::Reopen);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// Close the source, with the error as the reason.
    Close,
    /// Close the connection and open another after the [`Backoff`].
    Reopen,
}

impl Policy {
    /// What the browser does by itself: it reconnects for ever after a loss, and gives up for ever on an HTTP error, a
    /// wrong content type or a CORS refusal, which closes the source. Data that does not decode is reported.
    pub fn browser() -> Self {
        Self {
            close_after_losses: None,
            close_when_down_for: None,
            given_up: Then::Close,
            retry_statuses: None,
            backoff: Backoff::new(),
            reconnection_time: None,
            back_off_after_losses: false,
            resend: false,
            close_after_decode_errors: None,
            idle: None,
            opening: None,
            healthy_after: Duration::from_secs(5),
            reopen_on_wake: false,
            rule: None,
        }
    }

    /// The first lost connection, refusal or event that does not decode closes the source.
    pub fn close_on_error() -> Self {
        Self::browser()
            .close_after_losses(1)
            .close_after_decode_errors(1)
    }

    /// Goes on until it is closed: where the browser gives up, or takes more than 30 seconds to connect, the source is
    /// reopened with backoff; likewise after a sleep of the page. On the fetch transport it is not reopened where that is
    /// in vain (401, 404, another content type), and backs off after lost connections too.
    pub fn resilient() -> Self {
        Self::browser()
            .on_given_up(Then::Reopen)
            .retry_statuses([408, 425, 429, 500, 502, 503, 504])
            .back_off_after_losses(true)
            .reopen_on_wake(true)
            .on_slow_open(Duration::from_secs(30), Then::Reopen)
    }

    /// Closes at the n-th lost connection in a row, also where the browser would go on reconnecting. Zero counts as 1.
    pub fn close_after_losses(mut self, losses: u32) -> Self {
        self.close_after_losses = Some(losses.max(1));
        self
    }

    /// Closes with [`Error::DownTooLong`](crate::Error::DownTooLong) when the source has been without a healthy
    /// connection for longer than this, from the first failure on, or from its beginning where it has not opened yet.
    pub fn close_when_down_for(mut self, limit: Duration) -> Self {
        self.close_when_down_for = Some(limit);
        self
    }

    /// What to do when the browser gives up without saying why: an HTTP error, a wrong content type, a CORS refusal, in
    /// some browsers also a server that cannot be reached.
    ///
    /// On the fetch transport, which knows why, this decides on an HTTP error and on a wrong content type too, unless
    /// [`retry_statuses`](Self::retry_statuses) does. What would only come again, an event that is too large or a
    /// request that cannot be made, always closes the source.
    pub fn on_given_up(mut self, then: Then) -> Self {
        self.given_up = then;
        self
    }

    /// At which HTTP statuses to try again with the [`Backoff`], and no sooner than a `Retry-After` header says,
    /// whatever [`on_given_up`](Self::on_given_up) says. At all others, and at a wrong content type, the source closes.
    /// Fetch transport only: the browser's own source does not tell the status.
    pub fn retry_statuses(mut self, statuses: impl IntoIterator<Item = u16>) -> Self {
        self.retry_statuses = Some(statuses.into_iter().collect());
        self
    }

    /// The standard's reconnection time: how long to wait after a lost connection, until the server sets it by a `retry`
    /// field. With backoff it is the least wait, as the server's is, and zero unless told.
    ///
    /// Without, it is 3 seconds unless told, and at least 10 milliseconds, from the fourth loss in a row on a second.
    /// What the browser's own source makes again by itself waits as the browser has it, unless that is hardly a wait.
    pub fn reconnection_time(mut self, time: Duration) -> Self {
        self.reconnection_time = Some(time);
        self
    }

    /// Whether the wait after a lost connection grows as the [`Backoff`] says, and is never shorter than the
    /// [reconnection time](Self::reconnection_time) that the server or the policy has set, or is that time however often
    /// it happens. Fetch transport only.
    pub fn back_off_after_losses(mut self, back_off: bool) -> Self {
        self.back_off_after_losses = back_off;
        self
    }

    /// Whether a request whose method is not safe (other than GET and HEAD) may be sent more than once. Unless it may,
    /// what would make another attempt closes the source, but for a [slow opening](Self::on_slow_open), which is put up
    /// with. Fetch transport only.
    pub fn resend(mut self, resend: bool) -> Self {
        self.resend = resend;
        self
    }

    #[cfg(feature = "fetch")]
    pub(crate) fn resends(&self) -> bool {
        self.resend
    }

    /// How to wait before the source is reopened, and how often.
    pub fn backoff(mut self, backoff: Backoff) -> Self {
        self.backoff = backoff;
        self
    }

    /// Closes at the n-th event in a row whose data does not decode. Zero counts as 1.
    pub fn close_after_decode_errors(mut self, errors: u32) -> Self {
        self.close_after_decode_errors = Some(errors.max(1));
        self
    }

    /// What to do when an open connection shows no sign of life for this long.
    ///
    /// On the fetch transport every event and every comment is one. The browser's own source shows only the events that
    /// somebody listens to, and no comments: a server's heartbeat has to be a listened-to event to count.
    ///
    /// The timers of a hidden page fire late, by up to a minute in Chrome, and silence is told of no sooner. What was
    /// sent meanwhile may then still wait to be read, and has two seconds for that.
    ///
    /// A request that may not be [sent again](Self::resend) closes with [`Error::Idle`](crate::Error::Idle) also where
    /// this says [`Then::Reopen`]: a response that has fallen silent is dead.
    pub fn on_idle(mut self, after: Duration, then: Then) -> Self {
        self.idle = Some(Limit { after, then });
        self
    }

    /// What to do when the connection is not open after this long. While the browser reconnects by itself, its own
    /// wait before the attempt counts too.
    ///
    /// A request that may not be [sent again](Self::resend) has no such limit where it says [`Then::Reopen`]: a slow
    /// answer is better than none.
    pub fn on_slow_open(mut self, after: Duration, then: Then) -> Self {
        self.opening = Some(Limit { after, then });
        self
    }

    /// How long a connection has to stay open without an event before the counters and the backoff start again.
    /// 5 seconds unless told.
    pub fn healthy_after(mut self, after: Duration) -> Self {
        self.healthy_after = after;
        self
    }

    /// Whether to open another connection at once, in place of an open one, when the page wakes from a sleep or the
    /// network comes back: the old one may be dead without knowing.
    ///
    /// A source that waits tries again when the network comes back in any case. That ends the [`Backoff`]'s wait, but
    /// not what the server or the [reconnection time](Self::reconnection_time) asks for, nor what a [rule](Self::rule)
    /// chose in place of the wait that was proposed.
    pub fn reopen_on_wake(mut self, reopen: bool) -> Self {
        self.reopen_on_wake = reopen;
        self
    }

    /// A rule of your own, asked whenever something goes wrong; it sees what the limits above propose and has the last
    /// word.
    ///
    /// ```
    /// use typed_eventsource::{Decision, Error, Policy};
    ///
    /// let policy = Policy::resilient().rule(|situation| match situation.error {
    ///     Error::Decode(error) if error.event().name() == "checksum" => Decision::Close,
    ///     _ => situation.proposed,
    /// });
    /// ```
    pub fn rule(mut self, rule: impl Fn(&Situation<'_>) -> Decision + 'static) -> Self {
        self.rule = Some(OwnRule(Rc::new(rule)));
        self
    }
}

impl Default for Policy {
    /// [`Policy::browser`].
    fn default() -> Self {
        Self::browser()
    }
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policy")
            .field("close_after_losses", &self.close_after_losses)
            .field("close_when_down_for", &self.close_when_down_for)
            .field("given_up", &self.given_up)
            .field("retry_statuses", &self.retry_statuses)
            .field("backoff", &self.backoff)
            .field("reconnection_time", &self.reconnection_time)
            .field("back_off_after_losses", &self.back_off_after_losses)
            .field("resend", &self.resend)
            .field("close_after_decode_errors", &self.close_after_decode_errors)
            .field("idle", &self.idle)
            .field("opening", &self.opening)
            .field("healthy_after", &self.healthy_after)
            .field("reopen_on_wake", &self.reopen_on_wake)
            .field("rule", &self.rule.as_ref().map(|_| ".."))
            .finish()
    }
}
