//! What a source does when something goes wrong: the users' side.

use std::{rc::Rc, time::Duration};

pub use typed_eventsource_core::Decision;
use typed_eventsource_core::{LimitAction, TimeLimit, for_policy_options};

use crate::{Error, closure::SharedClosure};

/// What a source does when something goes wrong: a set of limits, based on one of three presets.
///
/// | | [`browser`](Policy::browser) (default) | [`close_on_error`](Policy::close_on_error) | [`resilient`](Policy::resilient) |
/// | --- | --- | --- | --- |
/// | connection lost | reconnect | close | reconnect |
/// | given up | close | close | reopen with [`Backoff`] |
/// | … with a known status or content type (fetch) | close | close | reopen at the [statuses to retry](Policy::retry_statuses), else close |
/// | data that does not decode | report it | close | report it |
/// | [not open in time](Policy::on_slow_open) | – | – | report it, and keep waiting |
/// | page slept, network back | – | – | reopen |
///
/// The [table of all options](crate#policies) has the values of each preset.
///
/// The browser's own source reconnects without being asked, and hides when it will, and the status with which it gave
/// up. On the [fetch transport](crate::Fetch) the policy does all of that: it waits for the server's `retry` time, and
/// no shorter than `Retry-After` says. A request whose method is not safe, a POST for instance, is not sent again
/// unless [`resend`](Policy::resend), [`resend_refused`](Policy::resend_refused) or
/// [`end_of_body`](crate::EventSourceBuilder::end_of_body) says so.
///
/// Each method changes one limit. Counters and backoff start again after an event, or once a connection has stayed open
/// for [`healthy_after`](Policy::healthy_after), and never on `open` alone: a server that answers 200 and hangs up at
/// once is not hammered. For a request whose method is not safe, losses and attempts count as long as the source lives.
///
/// Nor is a server that asks for it. Whatever the server's `retry` field or the [reconnection
/// time](Policy::reconnection_time) says, no wait is shorter than 10 milliseconds. Without backoff, none is shorter
/// than a second from the fourth loss in a row on. Only a page that wakes and a network that comes back go below that,
/// and a [rule](Policy::rule) may go below the second.
///
/// On average this is also true of the browser's own source. If it reconnects sooner (Chromium may do so hundreds of
/// times a second), the policy reopens the source in its place, unless there is a last event id and no
/// [`resume_parameter`](crate::EventSourceBuilder::resume_parameter): then only the browser can continue from there.
///
/// Without a network no attempt is made and none is counted: the source is [`Offline`](crate::State::Offline) until the
/// network is back.
///
/// ```
/// use std::time::Duration;
/// use typed_eventsource::{LimitAction, Policy};
///
/// let policy = Policy::resilient()
///     .close_after_decode_errors(3)
///     .on_idle(Duration::from_secs(45), LimitAction::Reopen)
///     .close_when_down_for(Duration::from_secs(600));
/// ```
///
/// Two policies are equal if they have the same options and the same rule, as a policy and its clone have.
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use = "a policy does nothing before it is given to a source"]
pub struct Policy {
    pub(crate) options: Box<typed_eventsource_core::Policy>,
    pub(crate) rule: Option<Rule>,
}

/// How a source waits between the attempts that it makes itself, and how many it makes.
///
/// The n-th wait in a row is at most `initial × factorⁿ⁻¹`, capped at `max`. With full jitter, the default, it is a
/// random time between zero and that ceiling, so that a server that comes back is not asked by all of its clients at
/// once. No wait is shorter than 10 milliseconds.
///
/// ```
/// use std::time::Duration;
/// use typed_eventsource::{Backoff, Policy};
///
/// let policy = Policy::resilient().backoff(
///     Backoff::new()
///         .initial(Duration::from_millis(500))
///         .max(Duration::from_secs(10))
///         .max_attempts(20),
/// );
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use = "a backoff does nothing before it is given to a policy"]
pub struct Backoff {
    options: typed_eventsource_core::Backoff,
}

/// A method that sets one option, by the option's kind.
macro_rules! define_setter {
    ([$($doc:tt)*] $name:ident count($least:literal)) => {
        $($doc)*
        pub fn $name(mut self, count: u32) -> Self {
            self.options.$name = Some(u32::max(count, $least));
            self
        }
    };
    ([$($doc:tt)*] $name:ident time) => {
        $($doc)*
        pub fn $name(mut self, time: Duration) -> Self {
            self.options.$name = time.into();
            self
        }
    };
    ([$($doc:tt)*] $name:ident optional_time) => {
        $($doc)*
        pub fn $name(mut self, time: Duration) -> Self {
            self.options.$name = Some(time.into());
            self
        }
    };
    ([$($doc:tt)*] $name:ident number) => {
        $($doc)*
        pub fn $name(mut self, number: f64) -> Self {
            self.options.$name = number;
            self
        }
    };
    ([$($doc:tt)*] $name:ident flag) => {
        $($doc)*
        pub fn $name(mut self, $name: bool) -> Self {
            self.options.$name = $name;
            self
        }
    };
    ([$($doc:tt)*] $name:ident action) => {
        $($doc)*
        pub fn $name(mut self, then: LimitAction) -> Self {
            self.options.$name = then;
            self
        }
    };
    ([$($doc:tt)*] $name:ident limit) => {
        $($doc)*
        pub fn $name(mut self, after: Duration, then: LimitAction) -> Self {
            let after = after.into();
            self.options.$name = Some(TimeLimit { after, then });
            self
        }
    };
    ([$($doc:tt)*] $name:ident statuses) => {
        $($doc)*
        pub fn $name(mut self, statuses: impl IntoIterator<Item = u16>) -> Self {
            self.options.$name = Some(statuses.into_iter().collect());
            self
        }
    };
}

/// The methods for all options, from the core's table.
macro_rules! define_setters {
    (
        [policy]
        $($(#[doc = $doc:literal])* $name:ident $js:literal $kind:ident $(($least:literal))? = $value:expr;)*
        [backoff]
        $($(#[doc = $b_doc:literal])* $b_name:ident $b_js:literal $b_kind:ident $(($b_least:literal))? = $b_value:expr;)*
    ) => {
        /// The limits, one by one.
        impl Policy {
            $(define_setter! { [$(#[doc = $doc])*] $name $kind $(($least))? })*
        }

        /// The options, one by one.
        impl Backoff {
            $(define_setter! { [$(#[doc = $b_doc])*] $b_name $b_kind $(($b_least))? })*
        }
    };
}

for_policy_options!(define_setters);

impl Policy {
    /// What the browser does: it reconnects after every loss, and gives up for good on an HTTP error, a wrong content
    /// type or a CORS refusal, which closes the source. Data that does not decode is reported.
    pub fn browser() -> Self {
        Self::without_rule(typed_eventsource_core::Policy::browser())
    }

    /// The first lost connection, refusal or event that does not decode closes the source.
    pub fn close_on_error() -> Self {
        Self::without_rule(typed_eventsource_core::Policy::close_on_error())
    }

    /// Goes on until the source is closed. If the browser gives up, the source is reopened with backoff. It is also
    /// reopened after the page has slept. Over fetch it is reopened only at the [statuses](Self::retry_statuses) at which
    /// that can help, and backs off after lost connections too. A connection that takes [long](Self::on_slow_open) to
    /// open is reported once, and kept.
    pub fn resilient() -> Self {
        Self::without_rule(typed_eventsource_core::Policy::resilient())
    }

    fn without_rule(options: typed_eventsource_core::Policy) -> Self {
        Self {
            options: Box::new(options),
            rule: None,
        }
    }

    /// How long to wait before the source is reopened, and how many times.
    pub fn backoff(mut self, backoff: Backoff) -> Self {
        self.options.backoff = backoff.options;
        self
    }

    /// A rule of your own, called whenever something goes wrong. It sees what the limits above propose and has the last
    /// word. It is not called for a [failure event](crate::EventSourceBuilder::failure_event), which closes the source.
    ///
    /// ```
    /// use typed_eventsource::{Decision, Error, Policy};
    ///
    /// let policy = Policy::resilient().rule(|context| match context.error {
    ///     Error::Decode(error) if error.event().name() == "checksum" => Decision::Close,
    ///     _ => Decision::AsProposed,
    /// });
    /// ```
    pub fn rule(mut self, rule: impl Fn(&FailureContext<'_>) -> Decision + 'static) -> Self {
        self.rule = Some(SharedClosure::new(Rc::new(rule)));
        self
    }
}

impl Backoff {
    /// A backoff that grows with each attempt, with full jitter and no limit.
    pub fn new() -> Self {
        Self::default()
    }
}

/// A user's own rule.
pub(crate) type Rule = SharedClosure<dyn Fn(&FailureContext<'_>) -> Decision>;

/// What a [rule](Policy::rule) is asked about.
///
/// ```
/// use std::time::Duration;
/// use typed_eventsource::{Decision, Error, FailureContext, Policy};
///
/// fn five_minutes(context: &FailureContext<'_>) -> Decision {
///     if context.down_for > Duration::from_secs(300) {
///         return Decision::Close;
///     }
///     Decision::AsProposed
/// }
///
/// let policy = Policy::resilient().rule(five_minutes);
///
/// // A rule can be tested without a source.
/// let lost = Error::connection_lost("/prices");
/// let mut context = FailureContext::new(&lost);
/// assert_eq!(five_minutes(&context), Decision::AsProposed);
/// context.down_for = Duration::from_secs(301);
/// assert_eq!(five_minutes(&context), Decision::Close);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct FailureContext<'a> {
    /// What went wrong.
    pub error: &'a Error,
    /// How many times in a row the connection has failed, this time included.
    pub failures: u32,
    /// How many events in a row did not decode, this one included.
    pub decode_errors: u32,
    /// How long ago the first of these failures of the connection was: zero at the first, and if there is none.
    pub down_for: Duration,
    /// What the policy does unless the rule decides otherwise.
    pub proposed: Decision,
}

impl<'a> FailureContext<'a> {
    /// The first failure in a row, for which the policy proposes to [keep waiting](Decision::KeepWaiting). It is for
    /// the tests of a rule, which can set its fields.
    pub fn new(error: &'a Error) -> Self {
        let is_decode_error = matches!(error, Error::Decode(_));
        Self {
            error,
            failures: u32::from(!is_decode_error),
            decode_errors: u32::from(is_decode_error),
            down_for: Duration::ZERO,
            proposed: Decision::KeepWaiting,
        }
    }
}
