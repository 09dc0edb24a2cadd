//! Every policy, and whatever may happen to a source.

use std::time::Duration;

use arbitrary::{Arbitrary, Result, Unstructured};

use crate::policy::{Backoff, Decision, Policy, Then};

/// Any time, of which the most are short and some are as long as can be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Time(pub(super) Duration);

impl<'a> Arbitrary<'a> for Time {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Self(match bytes.arbitrary::<u8>()? {
            0 => Duration::ZERO,
            1 => Duration::MAX,
            2..16 => Duration::from_nanos(bytes.arbitrary()?),
            16..32 => Duration::from_secs(bytes.arbitrary()?),
            32..128 => Duration::from_secs(bytes.arbitrary::<u8>()?.into()),
            _ => Duration::from_millis(bytes.arbitrary::<u16>()?.into()),
        }))
    }
}

/// What a policy says, and of what kind its source is.
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
}

/// What a rule says each time.
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
            Self::Reopen(Time(after)) => Decision::Reopen { after },
            Self::Close => Decision::Close,
        }
    }
}

pub(super) fn then(reopens: bool) -> Then {
    if reopens { Then::Reopen } else { Then::Close }
}

impl Settings {
    pub(super) fn repeatable(&self) -> bool {
        self.is_safe || self.resend
    }

    pub(super) fn policy(&self) -> Policy {
        let mut policy = Policy::browser()
            .on_given_up(then(self.reopens))
            .backoff(self.backoff())
            .back_off_after_losses(self.back_off_after_losses)
            .reopen_on_wake(self.reopen_on_wake)
            .healthy_after(self.healthy_after.0)
            .resend(self.resend);
        if let Some(losses) = self.close_after_losses {
            policy = policy.close_after_losses(losses.into());
        }
        if let Some(Time(limit)) = self.close_when_down_for {
            policy = policy.close_when_down_for(limit);
        }
        if self.retries_503 {
            policy = policy.retry_statuses([503]);
        }
        if let Some(Time(time)) = self.reconnection_time {
            policy = policy.reconnection_time(time);
        }
        if let Some(errors) = self.close_after_decode_errors {
            policy = policy.close_after_decode_errors(errors.into());
        }
        if let Some((Time(after), reopens)) = self.idle {
            policy = policy.on_idle(after, then(reopens));
        }
        if let Some((Time(after), reopens)) = self.opening {
            policy = policy.on_slow_open(after, then(reopens));
        }
        if let Some(ruling) = self.rule {
            policy = policy.rule(move |_| ruling.decision());
        }
        policy
    }

    fn backoff(&self) -> Backoff {
        let mut backoff = Backoff::new()
            .initial(self.initial.0)
            .max(self.max.0)
            .jitter(self.jitter);
        if let Some(factor) = self.factor {
            backoff = backoff.factor(factor);
        }
        if let Some(attempts) = self.max_attempts {
            backoff = backoff.max_attempts(attempts.into());
        }
        if let Some(Time(elapsed)) = self.max_elapsed {
            backoff = backoff.max_elapsed(elapsed);
        }
        backoff
    }
}

#[derive(Arbitrary, Clone, Copy, Debug)]
pub(super) enum Happening {
    Opened,
    Event,
    Comment,
    Decoded,
    Undecodable,
    Retry(Time),
    Lost,
    HungUp,
    Failed(Failure, Option<Time>),
    Online,
    Passes(Time),
    Sleeps(Time),
    Deadline,
    Closes,
}

#[derive(Arbitrary, Clone, Copy, Debug, PartialEq)]
pub(super) enum Failure {
    GivenUp,
    Unavailable,
    Unauthorized,
    TooLarge,
}
