//! Every policy, and whatever may happen to a source.

use arbitrary::{Arbitrary, Result, Unstructured};

use typed_eventsource_core::{
    Backoff, Decision, LimitAction, Options, Policy, Span, TimeLimit, Transport,
};

/// Any time, of which the most are short and some are as long as can be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Time(pub(super) Span);

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

/// What a policy says, and what kind of source it is for.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub(super) struct Settings {
    pub(super) close_after_losses: Option<u8>,
    pub(super) close_when_down_for: Option<Time>,
    pub(super) reopens: bool,
    pub(super) retries_503: bool,
    pub(super) initial: Time,
    pub(super) factor: Option<f64>,
    pub(super) max: Time,
    pub(super) jitter: bool,
    pub(super) max_attempts: Option<u8>,
    pub(super) max_elapsed: Option<Time>,
    pub(super) reconnection_time: Option<Time>,
    pub(super) back_off_after_losses: bool,
    pub(super) reopen_on_wake: bool,
    pub(super) close_after_decode_errors: Option<u8>,
    pub(super) idle: Option<(Time, bool)>,
    pub(super) opening: Option<(Time, bool)>,
    pub(super) healthy_after: Time,
    pub(super) rule: Option<Ruling>,
    pub(super) is_safe: bool,
    pub(super) resend: bool,
    pub(super) random: f64,
    pub(super) max_server_delay: Option<Time>,
    pub(super) is_offline: bool,
    pub(super) is_subscriber: bool,
}

/// What a rule answers each time.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub(super) enum Ruling {
    KeepWaiting,
    Reopen(Time),
    Close,
}

impl Ruling {
    pub(super) fn decision(self) -> Decision {
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

fn limit(limit: Option<(Time, bool)>) -> Option<TimeLimit> {
    limit.map(|(Time(after), reopens)| TimeLimit {
        after,
        then: action(reopens),
    })
}

fn time(time: Option<Time>) -> Option<Span> {
    time.map(|Time(time)| time)
}

impl Settings {
    pub(super) fn is_repeatable(&self) -> bool {
        self.is_safe || self.resend
    }

    pub(super) fn options(&self) -> Options {
        let mut options = Options::new(Transport::Fetch);
        options.policy = self.policy().into();
        options.has_rule = self.rule.is_some();
        options.is_repeatable = self.is_safe;
        options.is_offline = self.is_offline;
        // Only the browser itself can go on after this event.
        options.last_event_id = "1".into();
        match self.is_subscriber {
            true => options.into_subscriber(),
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
        policy
    }

    /// The most that a server can ask for.
    pub(super) fn max_server_delay(&self) -> Span {
        time(self.max_server_delay).unwrap_or(Span::MAX)
    }

    fn backoff(&self) -> Backoff {
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

#[derive(Arbitrary, Clone, Copy, Debug)]
pub(super) enum Happening {
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
}

#[derive(Arbitrary, Clone, Copy, Debug, PartialEq)]
pub(super) enum Refusal {
    GivenUp,
    Unavailable,
    Unauthorized,
    TooLarge,
}
