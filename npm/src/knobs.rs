//! The policy of a source, knob by knob.

use alloc::vec::Vec;

use wasm_bindgen::prelude::wasm_bindgen;

use crate::{
    from_milliseconds,
    policy::{Backoff, Policy, Then as CrateThen},
};

#[wasm_bindgen]
#[derive(Clone, Copy, Debug)]
pub enum Preset {
    Browser = "browser",
    CloseOnError = "closeOnError",
    Resilient = "resilient",
}

/// What there is to set about a policy or its backoff by a number: a count, milliseconds, or whether to do it.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug)]
pub enum Knob {
    CloseAfterLosses = "closeAfterLosses",
    CloseWhenDownFor = "closeWhenDownFor",
    ReconnectionTime = "reconnectionTime",
    BackOffAfterLosses = "backOffAfterLosses",
    Resend = "resend",
    CloseAfterDecodeErrors = "closeAfterDecodeErrors",
    HealthyAfter = "healthyAfter",
    ReopenOnWake = "reopenOnWake",
    Initial = "initial",
    Factor = "factor",
    Max = "max",
    Jitter = "jitter",
    MaxAttempts = "maxAttempts",
    MaxElapsed = "maxElapsed",
}

/// What there is to set about a policy by a limit.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug)]
pub enum Limited {
    Idle = "idle",
    Opening = "opening",
    /// At once.
    GivenUp = "givenUp",
}

#[wasm_bindgen]
#[derive(Clone, Copy, Debug)]
pub enum Then {
    Close = "close",
    Reopen = "reopen",
}

/// A policy that is still being put together.
#[derive(Debug, Default)]
pub(crate) struct Setup {
    policy: Policy,
    backoff: Backoff,
}

impl Setup {
    pub(crate) fn new(preset: Preset) -> Self {
        let policy = match preset {
            Preset::CloseOnError => Policy::close_on_error(),
            Preset::Resilient => Policy::resilient(),
            _ => Policy::browser(),
        };
        Self {
            policy,
            backoff: Backoff::new(),
        }
    }

    pub(crate) fn set(self, knob: Knob, value: f64) -> Self {
        let Self { policy, backoff } = self;
        let (time, count, flag) = (from_milliseconds(value), value as u32, value != 0.0);
        let backoff = match knob {
            Knob::Initial => backoff.initial(time),
            Knob::Factor => backoff.factor(value),
            Knob::Max => backoff.max(time),
            Knob::Jitter => backoff.jitter(flag),
            Knob::MaxAttempts => backoff.max_attempts(count),
            Knob::MaxElapsed => backoff.max_elapsed(time),
            _ => backoff,
        };
        let policy = match knob {
            Knob::CloseAfterLosses => policy.close_after_losses(count),
            Knob::CloseWhenDownFor => policy.close_when_down_for(time),
            Knob::ReconnectionTime => policy.reconnection_time(time),
            Knob::BackOffAfterLosses => policy.back_off_after_losses(flag),
            Knob::Resend => policy.resend(flag),
            Knob::CloseAfterDecodeErrors => policy.close_after_decode_errors(count),
            Knob::HealthyAfter => policy.healthy_after(time),
            Knob::ReopenOnWake => policy.reopen_on_wake(flag),
            _ => policy,
        };
        Self { policy, backoff }
    }

    pub(crate) fn limit(self, limited: Limited, after: f64, then: Then) -> Self {
        let (after, then) = (from_milliseconds(after), then.into());
        let policy = match limited {
            Limited::Idle => self.policy.on_idle(after, then),
            Limited::Opening => self.policy.on_slow_open(after, then),
            _ => self.policy.on_given_up(then),
        };
        Self { policy, ..self }
    }

    pub(crate) fn retry_statuses(self, statuses: Vec<u16>) -> Self {
        let policy = self.policy.retry_statuses(statuses);
        Self { policy, ..self }
    }

    pub(crate) fn finish(self) -> Policy {
        self.policy.backoff(self.backoff)
    }
}

impl From<Then> for CrateThen {
    fn from(then: Then) -> Self {
        match then {
            Then::Reopen => Self::Reopen,
            _ => Self::Close,
        }
    }
}
