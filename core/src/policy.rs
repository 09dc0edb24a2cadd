//! A policy as data: what a source does when something goes wrong. The table of its options is the only place that
//! gives an option its name, description and default.

use alloc::{vec, vec::Vec};

use crate::Span;

/// What to do at a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitAction {
    /// Close the source, with the error as the reason.
    Close,
    /// Close the connection and open another after the backoff.
    Reopen,
    /// Report the error once, and keep the connection. If it failed for good, there is none to keep, and this closes the
    /// source.
    KeepWaiting,
}

/// A time limit, and what to do when it is over.
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
    /// A whole number, at least `least`. None unless it is set.
    Count {
        /// The smallest value.
        least: u32,
    },
    /// A span of time, which always has a value.
    Time,
    /// A span of time. None unless it is set.
    OptionalTime,
    /// A number.
    Number,
    /// Yes or no.
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
    /// For [`OptionKind::Count`].
    Count(u32),
    /// For [`OptionKind::Time`] and [`OptionKind::OptionalTime`].
    Time(Span),
    /// For [`OptionKind::Number`].
    Number(f64),
    /// For [`OptionKind::Flag`].
    Flag(bool),
    /// For [`OptionKind::Action`].
    Action(LimitAction),
    /// For [`OptionKind::Limit`].
    Limit(TimeLimit),
    /// For [`OptionKind::Statuses`].
    Statuses(Vec<u16>),
}

/// The names, kind and description of an option.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct OptionInfo {
    /// The name of its method in Rust.
    pub rust_name: &'static str,
    /// The name of its property in JavaScript.
    pub js_name: &'static str,
    /// The kind of its value.
    pub kind: OptionKind,
    /// What it does, line by line, in Markdown.
    pub doc: &'static [&'static str],
}

/// Passes the tables of all options to a macro: `[policy]` with the options of a [`Policy`], `[backoff]` with those of
/// a [`Backoff`].
///
/// A row is the option's description, its name in Rust, its name in JavaScript, its kind, and its default: the value in
/// [`Policy::browser`].
#[doc(hidden)]
#[macro_export]
macro_rules! for_policy_options {
    ($callback:ident) => {
        $callback! {
            [policy]
            /// Closes the source at the n-th lost connection in a row, even if the browser would go on reconnecting.
            /// Zero counts as 1.
            close_after_losses "closeAfterLosses" count(1) = None;
            /// Closes the source, with an error that says so, when it has had no healthy connection for longer than
            /// this: since the first failure, or since its creation if it has not opened yet.
            close_when_down_for "closeWhenDownFor" optional_time = None;
            /// What to do when the connection fails for good: the browser gives up without saying why (an HTTP error, a
            /// wrong content type, a CORS refusal, in some browsers also an unreachable server).
            ///
            /// The fetch transport knows why, and so does `diagnose`. There, this also decides on HTTP errors and wrong content types, unless
            /// there is a list of statuses to retry. A failure that a retry would only repeat (an event that is too
            /// large, a request that cannot be made) always closes the source.
            on_given_up "givenUp" action = LimitAction::Close;
            /// The HTTP statuses at which to try again, with the backoff and no sooner than the `Retry-After` header
            /// says. At all others, and at a wrong content type, the source closes. The browser's own source hides the
            /// status, unless `diagnose` asks for it.
            retry_statuses "retryStatuses" statuses = None;
            /// The HTTP statuses at which the function for a refresh is called, if the source has one. By default it is 401 alone.
            refresh_statuses "refreshStatuses" statuses = None;
            /// How long a refresh may take. One that takes longer has failed.
            refresh_timeout "refreshTimeout" time = Span::from_secs(30);
            /// The standard's reconnection time: how long to wait after a lost connection, until the server sets it
            /// with a `retry` field. With backoff it is the shortest wait.
            ///
            /// If neither sets it, it is 3 seconds without backoff and zero with it. No wait is shorter than 10 ms.
            /// Without backoff, none is shorter than a second from the fourth loss in a row on. The browser's own
            /// reconnections use the browser's time, unless that is close to zero.
            reconnection_time "reconnectionTime" optional_time = None;
            /// The longest that a server can make the source wait, by a `retry` field or a `Retry-After` header. A
            /// longer time counts as this.
            max_server_delay "maxServerDelay" time = HOUR;
            /// Whether the wait after a lost connection grows with the backoff (never below the reconnection time) or is
            /// the reconnection time each time. Fetch transport only.
            back_off_after_losses "backOffAfterLosses" flag = false;
            /// Whether a request whose method is not safe (other than GET and HEAD) may be sent more than once. Its losses
            /// and attempts then count as long as the source lives. Otherwise anything that would cause a retry closes the
            /// source, except a slow opening, which is tolerated, and what `resend_refused` or the end of a response that
            /// is to be asked for again allows. Fetch transport only.
            resend "resend" flag = false;
            /// Whether such a request may be sent again if the server has refused it with an HTTP status at which to try
            /// again. An answer that begins and breaks off is not a refusal. Fetch transport only.
            resend_refused "resendRefused" flag = false;
            /// Closes the source at the n-th event in a row whose data does not decode. Zero counts as 1.
            close_after_decode_errors "closeAfterDecodeErrors" count(1) = None;
            /// What to do when an open connection receives nothing for this long.
            ///
            /// Over fetch, every byte counts: comments, line ends, the middle of a long event. The browser's own source
            /// shows only events that have listeners, and no comments: to count, a server's heartbeat has to be an event
            /// with a listener.
            ///
            /// The timers of a hidden page fire late, by up to a minute in Chrome, so silence is noticed late. Data
            /// that arrived in the meantime may still be unread, so there are two more seconds to read it.
            ///
            /// If the request may not be sent again, the source closes with the error even if this says to reopen: a
            /// response that has fallen silent is dead.
            on_idle "idle" limit = None;
            /// What to do when the connection is not open after this long. While the browser reconnects, its own wait
            /// before the attempt counts too.
            ///
            /// Many servers send the headers of their answer with the first event. So a feed that is quiet is not open
            /// either, and to close its connection would lose that event. To keep waiting reports the error once for each
            /// attempt. To reopen does not wait longer each time: at most as long as the first wait of the backoff.
            ///
            /// If the request may not be sent again, there is no limit unless this says to close: a slow answer is better
            /// than none.
            on_slow_open "opening" limit = None;
            /// How long a connection without events has to stay open before the counters and the backoff start again.
            healthy_after "healthyAfter" time = Span::from_secs(5);
            /// Whether to replace a connection at once when the page wakes from sleep or the network comes back, be it open
            /// or still to open: it may have died unnoticed.
            ///
            /// A waiting source always tries again when the network comes back. That ends a wait of the backoff, but
            /// not one that the server, the reconnection time or a rule asked for.
            ///
            /// A page wakes when it was frozen, or in the back/forward cache, and runs again, or when its timers are more than 90 seconds
            /// late.
            reopen_on_wake "reopenOnWake" flag = false;
            /// Pauses the source when its page has been hidden for this long. When the page is seen again, the source goes on at once
            /// from the last event id, with its earlier failures forgotten. The browser's own source needs a resume parameter for that.
            ///
            /// A source that the user has paused stays so. A request that may not be sent again is not paused. Workers do not know
            /// whether a page is hidden, and the timers of a hidden page fire late, by up to a minute in Chrome.
            pause_when_hidden "pauseWhenHidden" optional_time = None;

            [backoff]
            /// The ceiling of the first wait.
            initial "initial" time = Span::from_secs(1);
            /// The factor by which the ceiling grows with each attempt. Anything below 1 counts as 1.
            factor "factor" number = 2.0;
            /// The highest ceiling. Waits that a server asks for have another limit.
            max "max" time = Span::from_secs(30);
            /// Whether the wait is a random time between zero and the ceiling, or the ceiling itself.
            jitter "jitter" flag = true;
            /// The most attempts in a row: when that many have failed, the source closes. Zero allows none.
            max_attempts "maxAttempts" count(0) = None;
            /// The longest time to keep trying: no attempt starts later than this after the first failure. If the next
            /// one would, the source closes. The time for which the machine is offline does not count.
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

/// The field of a policy that holds an option.
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

/// Zero empties the list. Any other status is added to it.
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
    /// The value, for all kinds but an action.
    pub number: f64,
    /// The action, for the kinds that have one.
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
            /// How long to wait before the source is reopened, and how many times.
            pub backoff: Backoff,
        }

        impl Policy {
            /// What the browser does: it reconnects after each loss, and gives up on an HTTP error, a wrong content
            /// type or a CORS refusal, which closes the source. Data that does not decode is reported.
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

            /// Sets the option with this number among the [`OPTIONS`](Self::OPTIONS), followed by those of the backoff.
            /// Zero empties a list of statuses, and any other status is added to it. A number that is too large sets
            /// nothing. Not inlined: in a loop that would make much more code.
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
        /// The n-th wait in a row is at most `initial × factorⁿ⁻¹`, capped at `max`. With full jitter, the default, it
        /// is a random time between zero and that ceiling, so that a server that comes back is not asked by all of its
        /// clients at once. No wait is shorter than 10 milliseconds.
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        #[must_use]
        pub struct Backoff {
            $($(#[doc = $b_doc])* pub $b_name: type_of!($b_kind),)*
        }

        impl Backoff {
            /// A backoff that grows with each attempt, with full jitter and no limit.
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

    /// Goes on until the source is closed. If the browser gives up, the source is reopened with backoff. It is also
    /// reopened after the page has slept. Over fetch it is reopened only at the [statuses](Self::retry_statuses) at which
    /// that can help, and backs off after lost connections too. A connection that takes [long](Self::on_slow_open) to
    /// open is reported once, and kept.
    pub fn resilient() -> Self {
        Self {
            on_given_up: LimitAction::Reopen,
            retry_statuses: Some(vec![408, 425, 429, 500, 502, 503, 504]),
            back_off_after_losses: true,
            on_slow_open: Some(TimeLimit {
                after: Span::from_secs(30),
                then: LimitAction::KeepWaiting,
            }),
            reopen_on_wake: true,
            ..Self::browser()
        }
    }

    /// A preset by its number: [`browser`](Self::browser) (0), [`close_on_error`](Self::close_on_error) (1) or
    /// [`resilient`](Self::resilient) (any other).
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
    /// The longest possible wait after this many attempts in a row.
    pub(crate) fn ceiling(&self, attempts_before: u32) -> Span {
        if self.initial == Span::ZERO {
            return Span::ZERO;
        }
        let growth = power(self.factor.max(1.0), attempts_before);
        whole_milliseconds(self.initial.as_millis_f64() * growth).min(self.max)
    }

    /// The wait after this many attempts in a row, given a random number from 0 (included) to 1 (excluded).
    pub(crate) fn wait(&self, attempts_before: u32, random: f64) -> Span {
        let ceiling = self.ceiling(attempts_before);
        if self.jitter {
            whole_milliseconds(ceiling.as_millis_f64() * random.clamp(0.0, 1.0)).min(ceiling)
        } else {
            ceiling
        }
    }
}

/// Users see the waits, and need no finer steps.
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
