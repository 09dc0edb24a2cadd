//! A policy as data: what a source does when something goes wrong. The table of its options is the one place where an
//! option is named, described and given its values.

use alloc::{vec, vec::Vec};

use crate::Span;

/// What to do at a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitAction {
    /// Close the source, with the error as the reason.
    Close,
    /// Close the connection and open another after the backoff.
    Reopen,
}

/// A time, and what to do when it is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeLimit {
    /// How long to wait.
    pub after: Span,
    /// What to do then.
    pub then: LimitAction,
}

/// What kind of value an option takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OptionKind {
    /// A whole number, at least this. None unless it is set.
    Count {
        /// The least that it can be.
        least: u32,
    },
    /// A span of time, which always has a value.
    Time,
    /// A span of time. None unless it is set.
    OptionalTime,
    /// A number.
    Number,
    /// Whether to do it.
    Flag,
    /// What to do: [`LimitAction`].
    Action,
    /// A time and what to do then: [`TimeLimit`]. None unless it is set.
    Limit,
    /// A list of HTTP statuses. None unless it is set.
    Statuses,
}

/// The value of an option in a policy.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum OptionValue {
    /// It is not set.
    None,
    /// Of [`OptionKind::Count`].
    Count(u32),
    /// Of [`OptionKind::Time`] and [`OptionKind::OptionalTime`].
    Time(Span),
    /// Of [`OptionKind::Number`].
    Number(f64),
    /// Of [`OptionKind::Flag`].
    Flag(bool),
    /// Of [`OptionKind::Action`].
    Action(LimitAction),
    /// Of [`OptionKind::Limit`].
    Limit(TimeLimit),
    /// Of [`OptionKind::Statuses`].
    Statuses(Vec<u16>),
}

/// What there is to know of an option.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct OptionInfo {
    /// The name of its method in Rust.
    pub rust_name: &'static str,
    /// The name of its property in JavaScript.
    pub js_name: &'static str,
    /// What it takes.
    pub kind: OptionKind,
    /// What it does, line by line, in Markdown.
    pub doc: &'static [&'static str],
}

/// Hands the tables of all options to a macro: `[policy]` with the options of a [`Policy`], `[backoff]` with those of a
/// [`Backoff`].
///
/// A row is the option's description, its name in Rust, its name in JavaScript, its kind, and its default: the value in
/// [`Policy::browser`].
#[doc(hidden)]
#[macro_export]
macro_rules! for_policy_options {
    ($callback:ident) => {
        $callback! {
            [policy]
            /// Closes at the n-th lost connection in a row, also where the browser would go on reconnecting. Zero counts
            /// as 1.
            close_after_losses "closeAfterLosses" count(1) = None;
            /// Closes with an error that says so when the source has been without a healthy connection for longer than
            /// this: since the first failure, or since its beginning where it has not opened yet.
            close_when_down_for "closeWhenDownFor" optional_time = None;
            /// What to do when the connection failed for good: the browser gave up without saying why (an HTTP error, a
            /// wrong content type, a refusal of CORS, in some browsers also a server that cannot be reached).
            ///
            /// The fetch transport knows why. There this decides on HTTP errors and wrong content types too, unless the
            /// list of statuses to retry does. What would only fail again (an event that is too large, a request that
            /// cannot be made) always closes the source.
            on_given_up "givenUp" action = LimitAction::Close;
            /// At which HTTP statuses to try again with the backoff, and no sooner than the `Retry-After` header says. At
            /// all others, and at a wrong content type, the source closes. Fetch transport only: the browser's own source
            /// does not tell the status.
            retry_statuses "retryStatuses" statuses = None;
            /// The standard's reconnection time: how long to wait after a lost connection until the server sets it with a
            /// `retry` field. With backoff it is the least wait.
            ///
            /// Where neither sets it, it is 3 seconds without backoff and zero with it. It is never below 10 ms, and from
            /// the fourth loss in a row on never below a second. The browser's own reconnections use the browser's time,
            /// unless that is close to zero.
            reconnection_time "reconnectionTime" optional_time = None;
            /// The most that a server can make the source wait: by its `retry` field, by a `Retry-After` header. A longer
            /// time counts as this.
            max_server_delay "maxServerDelay" time = HOUR;
            /// Whether the wait after a lost connection grows with the backoff (never below the reconnection time) or is
            /// the reconnection time each time. Fetch transport only.
            back_off_after_losses "backOffAfterLosses" flag = false;
            /// Whether a request whose method is not safe (other than GET and HEAD) may be sent more than once. Otherwise
            /// anything that would cause a retry closes the source, except a slow opening, which is tolerated. Fetch
            /// transport only.
            resend "resend" flag = false;
            /// Whether such a request may be sent again where the server has refused it: by an HTTP status at which to try
            /// again. An answer that has begun and breaks off is no refusal. Fetch transport only.
            resend_refused "resendRefused" flag = false;
            /// Closes at the n-th event in a row whose data does not decode. Zero counts as 1.
            close_after_decode_errors "closeAfterDecodeErrors" count(1) = None;
            /// What to do when an open connection receives nothing for this long.
            ///
            /// Over fetch every event and every comment counts as received. The browser's own source shows only events
            /// that have listeners, and no comments: a server's heartbeat has to be an event with a listener to count.
            ///
            /// The timers of a hidden page fire late, by up to a minute in Chrome, and silence is not noticed before. What
            /// was sent meanwhile may then still wait to be read, and has two seconds for that.
            ///
            /// A request that may not be sent again closes the source with the error also where this says to reopen: a
            /// response that has fallen silent is dead.
            on_idle "idle" limit = None;
            /// What to do when the connection is not open after this long. While the browser reconnects, its own wait
            /// before the attempt counts too.
            ///
            /// A request that may not be sent again has no such limit where this says to reopen: a slow answer is better
            /// than none.
            on_slow_open "opening" limit = None;
            /// How long a connection has to stay open without an event before the counters and the backoff start again.
            healthy_after "healthyAfter" time = Span::from_secs(5);
            /// Whether to open another connection at once, in place of an open one, when the page wakes from a sleep or
            /// the network comes back: the old one may be dead without knowing.
            ///
            /// A source that waits tries again when the network comes back in any case. That ends the wait of the backoff,
            /// but not what the server or the reconnection time asks for, nor what a rule chose.
            reopen_on_wake "reopenOnWake" flag = false;

            [backoff]
            /// The ceiling of the first wait.
            initial "initial" time = Span::from_secs(1);
            /// By how much the ceiling grows with each attempt. Anything below 1 counts as 1.
            factor "factor" number = 2.0;
            /// The most that the ceiling can be. What a server asks for has another limit.
            max "max" time = Span::from_secs(30);
            /// Whether the wait is drawn evenly from zero up to the ceiling, or is the ceiling itself.
            jitter "jitter" flag = true;
            /// The most attempts in a row; after that many have failed the source closes. Zero allows none.
            max_attempts "maxAttempts" count(0) = None;
            /// The most time to go on for: no attempt starts later than this after the first failure. Where the next one
            /// would, the source closes. The time in which the machine is offline does not count.
            max_elapsed "maxElapsed" optional_time = None;
        }
    };
}

const HOUR: Span = Span::from_secs(3600);

/// The type of an option, by its kind.
macro_rules! type_of {
    (count) => { Option<u32> };
    (time) => { Span };
    (optional_time) => { Option<Span> };
    (number) => { f64 };
    (flag) => { bool };
    (action) => { LimitAction };
    (limit) => { Option<TimeLimit> };
    (statuses) => { Option<Vec<u16>> };
}

macro_rules! kind_of {
    (count($least:literal)) => {
        OptionKind::Count { least: $least }
    };
    (time) => {
        OptionKind::Time
    };
    (optional_time) => {
        OptionKind::OptionalTime
    };
    (number) => {
        OptionKind::Number
    };
    (flag) => {
        OptionKind::Flag
    };
    (action) => {
        OptionKind::Action
    };
    (limit) => {
        OptionKind::Limit
    };
    (statuses) => {
        OptionKind::Statuses
    };
}

macro_rules! slot_of {
    (count($least:literal), $field:expr) => {
        OptionSlot::Count {
            value: &mut $field,
            least: $least,
        }
    };
    (time, $field:expr) => {
        OptionSlot::Time(&mut $field)
    };
    (optional_time, $field:expr) => {
        OptionSlot::OptionalTime(&mut $field)
    };
    (number, $field:expr) => {
        OptionSlot::Number(&mut $field)
    };
    (flag, $field:expr) => {
        OptionSlot::Flag(&mut $field)
    };
    (action, $field:expr) => {
        OptionSlot::Action(&mut $field)
    };
    (limit, $field:expr) => {
        OptionSlot::Limit(&mut $field)
    };
    (statuses, $field:expr) => {
        OptionSlot::Statuses(&mut $field)
    };
}

/// Where a policy has an option.
enum OptionSlot<'a> {
    Count {
        value: &'a mut Option<u32>,
        least: u32,
    },
    Time(&'a mut Span),
    OptionalTime(&'a mut Option<Span>),
    Number(&'a mut f64),
    Flag(&'a mut bool),
    Action(&'a mut LimitAction),
    Limit(&'a mut Option<TimeLimit>),
    Statuses(&'a mut Option<Vec<u16>>),
}

impl OptionSlot<'_> {
    fn value(self) -> OptionValue {
        match self {
            Self::Count { value, .. } => value.map_or(OptionValue::None, OptionValue::Count),
            Self::Time(value) => OptionValue::Time(*value),
            Self::OptionalTime(value) => value.map_or(OptionValue::None, OptionValue::Time),
            Self::Number(value) => OptionValue::Number(*value),
            Self::Flag(value) => OptionValue::Flag(*value),
            Self::Action(value) => OptionValue::Action(*value),
            Self::Limit(value) => value.map_or(OptionValue::None, OptionValue::Limit),
            Self::Statuses(value) => value
                .clone()
                .map_or(OptionValue::None, OptionValue::Statuses),
        }
    }

    fn set(self, NumericValue { number, then }: NumericValue) {
        let time = Span::from_millis_f64(number);
        match self {
            Self::Count { value, least } => *value = Some((number as u32).max(least)),
            Self::Time(value) => *value = time,
            Self::OptionalTime(value) => *value = Some(time),
            Self::Number(value) => *value = number,
            Self::Flag(value) => *value = number != 0.0,
            Self::Action(value) => *value = then,
            Self::Limit(value) => *value = Some(TimeLimit { after: time, then }),
            Self::Statuses(value) => set_statuses(value, number as u16),
        }
    }
}

/// Zero empties the list, and each status is added to it.
fn set_statuses(statuses: &mut Option<Vec<u16>>, status: u16) {
    if status == 0 {
        *statuses = Some(Vec::new());
    } else {
        statuses.get_or_insert_with(Vec::new).push(status);
    }
}

/// An option's value as numbers: milliseconds, a count, a flag (0 or 1), a status.
#[derive(Clone, Copy, Debug)]
pub struct NumericValue {
    /// Everything but an action.
    pub number: f64,
    /// What to do, for the kinds that have it.
    pub then: LimitAction,
}

macro_rules! define_policy {
    (
        [policy]
        $($(#[doc = $doc:literal])* $name:ident $js:literal $kind:ident $(($least:literal))? = $value:expr;)*
        [backoff]
        $($(#[doc = $b_doc:literal])* $b_name:ident $b_js:literal $b_kind:ident $(($b_least:literal))? = $b_value:expr;)*
    ) => {
        /// What a source does when something goes wrong: a set of limits, from one of three presets.
        ///
        /// ```
        /// use typed_eventsource_core::{LimitAction, Policy, Span, TimeLimit};
        ///
        /// let mut policy = Policy::resilient();
        /// policy.close_after_decode_errors = Some(3);
        /// policy.on_idle = Some(TimeLimit {
        ///     after: Span::from_secs(45),
        ///     then: LimitAction::Reopen,
        /// });
        /// policy.backoff.max_attempts = Some(10);
        /// ```
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        #[must_use]
        pub struct Policy {
            $($(#[doc = $doc])* pub $name: type_of!($kind),)*
            /// How to wait before the source is reopened, and how often.
            pub backoff: Backoff,
        }

        impl Policy {
            /// What the browser does: it reconnects after each loss, and gives up on an HTTP error, a wrong
            /// content type or a refusal of CORS, which closes the source. Data that does not decode is reported.
            pub fn browser() -> Self {
                Self { $($name: $value,)* backoff: Backoff::new() }
            }

            /// The options, in the order of their numbers, without those of the [`Backoff`].
            pub const OPTIONS: &'static [OptionInfo] = &[
                $(OptionInfo {
                    rust_name: stringify!($name),
                    js_name: $js,
                    kind: kind_of!($kind $(($least))?),
                    doc: &[$($doc),*],
                },)*
            ];

            /// The values of the [`OPTIONS`](Self::OPTIONS), in their order, followed by those of the backoff.
            pub fn values(mut self) -> Vec<OptionValue> {
                (0..).map_while(|option| self.slot(option).map(OptionSlot::value)).collect()
            }

            /// Sets the option of this number among the [`OPTIONS`](Self::OPTIONS), followed by those of the backoff. Of a
            /// list of statuses, zero makes an empty one, and each status is added to those that there are. A number that
            /// is too large sets nothing.
            // Not inlined: in a loop it would be compiled to much more.
            #[inline(never)]
            pub fn set(&mut self, option: usize, value: NumericValue) {
                if let Some(slot) = self.slot(option) {
                    slot.set(value);
                }
            }

            fn slot(&mut self, option: usize) -> Option<OptionSlot<'_>> {
                let mut number = 0..;
                $(if number.next() == Some(option) {
                    return Some(slot_of!($kind $(($least))?, self.$name));
                })*
                $(if number.next() == Some(option) {
                    return Some(slot_of!($b_kind $(($b_least))?, self.backoff.$b_name));
                })*
                None
            }
        }

        /// How a source waits between the attempts that it makes itself, and how many it makes.
        ///
        /// The n-th wait in a row is at most `initial × factorⁿ⁻¹`, capped at `max`. With full jitter, the default, it is
        /// drawn evenly from zero up to that ceiling, so that the clients of a server that comes back do not all come back
        /// at once. No wait is shorter than 10 milliseconds.
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        #[must_use]
        pub struct Backoff {
            $($(#[doc = $b_doc])* pub $b_name: type_of!($b_kind),)*
        }

        impl Backoff {
            /// It grows with each attempt, with full jitter and without an end.
            pub fn new() -> Self {
                Self { $($b_name: $b_value,)* }
            }

            /// The options, in the order of their numbers.
            pub const OPTIONS: &'static [OptionInfo] = &[
                $(OptionInfo {
                    rust_name: stringify!($b_name),
                    js_name: $b_js,
                    kind: kind_of!($b_kind $(($b_least))?),
                    doc: &[$($b_doc),*],
                },)*
            ];
        }
    };
}

for_policy_options!(define_policy);

/// The other presets.
impl Policy {
    /// The first lost connection, refusal or event that does not decode closes the source.
    pub fn close_on_error() -> Self {
        Self {
            close_after_losses: Some(1),
            close_after_decode_errors: Some(1),
            ..Self::browser()
        }
    }

    /// Goes on until it is closed: where the browser gives up, or takes [too long](Self::on_slow_open) to connect, the
    /// source is reopened with backoff; likewise after a sleep of the page. Over fetch it is reopened only at the
    /// [statuses](Self::retry_statuses) where that can help, and backs off after lost connections too.
    pub fn resilient() -> Self {
        Self {
            on_given_up: LimitAction::Reopen,
            retry_statuses: Some(vec![408, 425, 429, 500, 502, 503, 504]),
            back_off_after_losses: true,
            on_slow_open: Some(TimeLimit {
                after: Span::from_secs(30),
                then: LimitAction::Reopen,
            }),
            reopen_on_wake: true,
            ..Self::browser()
        }
    }

    /// A preset by its number: [`browser`](Self::browser) (0), [`close_on_error`](Self::close_on_error) (1), or else
    /// [`resilient`](Self::resilient).
    pub fn preset(number: usize) -> Self {
        match number {
            0 => Self::browser(),
            1 => Self::close_on_error(),
            _ => Self::resilient(),
        }
    }
}

impl Default for Policy {
    /// [`Policy::browser`].
    fn default() -> Self {
        Self::browser()
    }
}

impl Default for Backoff {
    fn default() -> Self {
        Self::new()
    }
}

impl Backoff {
    /// The longest that the wait can be after so many attempts in a row.
    pub(crate) fn ceiling(&self, attempts_before: u32) -> Span {
        if self.initial == Span::ZERO {
            return Span::ZERO;
        }
        let growth = power(self.factor.max(1.0), attempts_before);
        whole_milliseconds(self.initial.as_millis_f64() * growth).min(self.max)
    }

    /// The wait after so many attempts in a row, given a random number from 0 (included) to 1 (excluded).
    pub(crate) fn wait(&self, attempts_before: u32, random: f64) -> Span {
        let ceiling = self.ceiling(attempts_before);
        if self.jitter {
            whole_milliseconds(ceiling.as_millis_f64() * random.clamp(0.0, 1.0)).min(ceiling)
        } else {
            ceiling
        }
    }
}

/// Waits are told to users, who care for no more.
fn whole_milliseconds(milliseconds: f64) -> Span {
    Span::from_millis((milliseconds + 0.5) as u64)
}

/// By squaring: `core` has no `powi`.
fn power(mut base: f64, mut exponent: u32) -> f64 {
    let mut power = 1.0;
    while exponent > 0 {
        if exponent % 2 == 1 {
            power *= base;
        }
        base *= base;
        exponent /= 2;
    }
    power
}
