//! Random policies, and what may happen to a source.

use std::vec;

use arbitrary::{Arbitrary, Result, Unstructured};

use crate::{
    Backoff, Decision, FailureClass, LimitAction, Options, Policy, Span, TimeLimit, Transport,
};

/// Any time. Most times are short, and some are as long as possible.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Time(pub(crate) Span);

impl<'a> Arbitrary<'a> for Time {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Self(match bytes.arbitrary::<u8>()? {
            0 => Span::ZERO,
            1 => Span::MAX,
            2..16 => Span::from_nanos(bytes.arbitrary()?),
            16..32 => Span::from_secs(bytes.arbitrary()?),
            32..128 => Span::from_secs(bytes.arbitrary::<u8>()?.into()),
            _ => Span::from_millis(bytes.arbitrary::<u16>()?.into()),
        }))
    }
}

/// The settings of a policy, and of the source that it is for.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub(crate) struct Settings {
    pub(crate) close_after_losses: Option<u8>,
    pub(crate) close_when_down_for: Option<Time>,
    pub(crate) reopens: bool,
    pub(crate) retries_503: bool,
    pub(crate) initial: Time,
    pub(crate) factor: Option<f64>,
    pub(crate) max: Time,
    pub(crate) jitter: bool,
    pub(crate) max_attempts: Option<u8>,
    pub(crate) max_elapsed: Option<Time>,
    pub(crate) reconnection_time: Option<Time>,
    pub(crate) back_off_after_losses: bool,
    pub(crate) reopen_on_wake: bool,
    pub(crate) close_after_decode_errors: Option<u8>,
    pub(crate) idle: Option<(Time, Then)>,
    pub(crate) opening: Option<(Time, Then)>,
    pub(crate) healthy_after: Time,
    pub(crate) rule: Option<Ruling>,
    pub(crate) is_safe: bool,
    pub(crate) resend: bool,
    pub(crate) random: f64,
    pub(crate) max_server_delay: Option<Time>,
    pub(crate) is_offline: bool,
    pub(crate) is_sharer: bool,
    pub(crate) pause_when_hidden: Option<Time>,
    pub(crate) asks_request: bool,
    pub(crate) has_refresh: bool,
    pub(crate) refresh_timeout: Time,
}

/// What to do at a time limit.
#[derive(Arbitrary, Clone, Copy, Debug, PartialEq)]
pub(crate) enum Then {
    Close,
    Reopen,
    KeepWaiting,
}

/// What a rule answers each time.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub(crate) enum Ruling {
    KeepWaiting,
    Reopen(Time),
    Close,
}

impl Ruling {
    pub(crate) fn decision(self) -> Decision {
        match self {
            Self::KeepWaiting => Decision::KeepWaiting,
            Self::Reopen(Time(after)) => Decision::Reopen {
                after: after.into(),
            },
            Self::Close => Decision::Close,
        }
    }
}

fn action(reopens: bool) -> LimitAction {
    match reopens {
        true => LimitAction::Reopen,
        false => LimitAction::Close,
    }
}

fn limit(limit: Option<(Time, Then)>) -> Option<TimeLimit> {
    limit.map(|(Time(after), then)| TimeLimit {
        after,
        then: match then {
            Then::Close => LimitAction::Close,
            Then::Reopen => LimitAction::Reopen,
            Then::KeepWaiting => LimitAction::KeepWaiting,
        },
    })
}

fn time(time: Option<Time>) -> Option<Span> {
    time.map(|Time(time)| time)
}

impl Settings {
    pub(crate) fn options(&self) -> Options {
        let mut options = Options::new(Transport::Fetch);
        options.policy = self.policy().into();
        options.has_rule = self.rule.is_some();
        options.is_repeatable = self.is_safe;
        options.asks_request = self.asks_request;
        options.is_offline = self.is_offline;
        options.has_refresh = self.has_refresh;
        // Only the browser can send this id, so the session leaves reconnecting to the browser.
        options.last_event_id = "1".into();
        match self.is_sharer {
            true => options.into_sharer(),
            false => options,
        }
    }

    fn policy(&self) -> Policy {
        let mut policy = Policy::browser();
        policy.close_after_losses = self.close_after_losses.map(u32::from);
        policy.close_when_down_for = time(self.close_when_down_for);
        policy.on_given_up = action(self.reopens);
        policy.retry_statuses = self.retries_503.then(|| vec![503]);
        policy.backoff = self.backoff();
        policy.reconnection_time = time(self.reconnection_time);
        policy.back_off_after_losses = self.back_off_after_losses;
        policy.reopen_on_wake = self.reopen_on_wake;
        policy.close_after_decode_errors = self.close_after_decode_errors.map(u32::from);
        policy.on_idle = limit(self.idle);
        policy.on_slow_open = limit(self.opening);
        policy.healthy_after = self.healthy_after.0;
        policy.resend = self.resend;
        policy.max_server_delay = self.max_server_delay();
        policy.pause_when_hidden = time(self.pause_when_hidden);
        policy.refresh_timeout = self.refresh_timeout.0;
        policy
    }

    /// The longest wait that a server can ask for.
    pub(crate) fn max_server_delay(&self) -> Span {
        time(self.max_server_delay).unwrap_or(Span::MAX)
    }

    pub(crate) fn backoff(&self) -> Backoff {
        let mut backoff = Backoff::new();
        backoff.initial = self.initial.0;
        backoff.factor = self.factor.unwrap_or(backoff.factor);
        backoff.max = self.max.0;
        backoff.jitter = self.jitter;
        backoff.max_attempts = self.max_attempts.map(u32::from);
        backoff.max_elapsed = time(self.max_elapsed);
        backoff
    }
}

/// What may happen to a source that shares no connection.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub(crate) enum Happening {
    Opened,
    Event,
    Comment,
    Decoded,
    DecodeFailed,
    Retry(Time),
    Lost,
    HungUp,
    Failed(Refusal, Option<Time>),
    Online,
    Passes(Time),
    Sleeps(Time),
    Deadline,
    Closes,
    Offline,
    BodyEnded,
    Unlistened(bool),
    HeldBack,
    ReadOn,
    Reconnect,
    Pause,
    Resume,
    Hidden,
    Visible,
    Woken,
    /// The function answers with a request; it is safe if this is true.
    Requested(bool),
    Refreshing,
    Refreshed,
    RefreshFailed,
    ExpiresIn(Time),
    Renewed,
    RenewalFailed,
}

/// Why a transport gives up.
#[derive(Arbitrary, Clone, Copy, Debug, PartialEq)]
pub(crate) enum Refusal {
    GivenUp,
    Unavailable,
    Unauthorized,
    TooLarge,
}

impl Refusal {
    pub(crate) fn class(self) -> FailureClass {
        match self {
            Self::GivenUp => FailureClass::Other,
            Self::Unavailable => FailureClass::Status(503),
            Self::Unauthorized => FailureClass::Status(401),
            Self::TooLarge => FailureClass::Hopeless,
        }
    }
}
