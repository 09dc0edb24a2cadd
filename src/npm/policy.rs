//! The policy among the options of the JavaScript class.

use std::time::Duration;

use serde::{Deserialize, Deserializer, de};
use wasm_bindgen::JsValue;

use super::options::read;
use crate::{Backoff, Policy, Then};

/// A policy by the name of a preset, or by its limits.
pub(super) fn policy(value: JsValue) -> Result<Policy, JsValue> {
    if value.is_string() {
        return read::<Option<Preset>>(value, "policy").map(preset);
    }
    read::<PolicyOptions>(value, "policy").map(PolicyOptions::policy)
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Preset {
    Browser,
    CloseOnError,
    Resilient,
}

fn preset(preset: Option<Preset>) -> Policy {
    match preset {
        None | Some(Preset::Browser) => Policy::browser(),
        Some(Preset::CloseOnError) => Policy::close_on_error(),
        Some(Preset::Resilient) => Policy::resilient(),
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct PolicyOptions {
    preset: Option<Preset>,
    close_after_losses: Option<u32>,
    close_when_down_for: Option<Milliseconds>,
    given_up: Option<Then>,
    retry_statuses: Option<Vec<u16>>,
    reconnection_time: Option<Milliseconds>,
    back_off_after_losses: Option<bool>,
    resend: Option<bool>,
    backoff: Option<BackoffOptions>,
    close_after_decode_errors: Option<u32>,
    idle: Option<Limit>,
    opening: Option<Limit>,
    healthy_after: Option<Milliseconds>,
    reopen_on_wake: Option<bool>,
}

impl PolicyOptions {
    fn policy(self) -> Policy {
        let policy = preset(self.preset);
        let policy = with(policy, self.close_after_losses, Policy::close_after_losses);
        let policy = with(
            policy,
            self.close_when_down_for,
            |policy, Milliseconds(limit)| policy.close_when_down_for(limit),
        );
        let policy = with(policy, self.given_up, Policy::on_given_up);
        let policy = with(policy, self.retry_statuses, Policy::retry_statuses);
        let policy = with(
            policy,
            self.reconnection_time,
            |policy, Milliseconds(time)| policy.reconnection_time(time),
        );
        let policy = with(
            policy,
            self.back_off_after_losses,
            Policy::back_off_after_losses,
        );
        let policy = with(policy, self.resend, Policy::resend);
        let policy = with(policy, self.reopen_on_wake, Policy::reopen_on_wake);
        let policy = with(policy, self.backoff, |policy, options| {
            policy.backoff(options.backoff())
        });
        let policy = with(
            policy,
            self.close_after_decode_errors,
            Policy::close_after_decode_errors,
        );
        let policy = with(policy, self.idle, |policy, limit| {
            policy.on_idle(limit.after.0, limit.then)
        });
        let policy = with(policy, self.opening, |policy, limit| {
            policy.on_slow_open(limit.after.0, limit.then)
        });
        with(policy, self.healthy_after, |policy, Milliseconds(after)| {
            policy.healthy_after(after)
        })
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct BackoffOptions {
    initial: Option<Milliseconds>,
    factor: Option<f64>,
    max: Option<Milliseconds>,
    jitter: Option<bool>,
    max_attempts: Option<u32>,
    max_elapsed: Option<Milliseconds>,
}

impl BackoffOptions {
    fn backoff(self) -> Backoff {
        let backoff = Backoff::new();
        let backoff = with(backoff, self.initial, |backoff, Milliseconds(wait)| {
            backoff.initial(wait)
        });
        let backoff = with(backoff, self.factor, Backoff::factor);
        let backoff = with(backoff, self.max, |backoff, Milliseconds(wait)| {
            backoff.max(wait)
        });
        let backoff = with(backoff, self.jitter, Backoff::jitter);
        let backoff = with(backoff, self.max_attempts, Backoff::max_attempts);
        with(backoff, self.max_elapsed, |backoff, Milliseconds(limit)| {
            backoff.max_elapsed(limit)
        })
    }
}

#[derive(Deserialize)]
struct Limit {
    after: Milliseconds,
    then: Then,
}

struct Milliseconds(Duration);

impl<'de> Deserialize<'de> for Milliseconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let milliseconds = f64::deserialize(deserializer)?;
        Duration::try_from_secs_f64(milliseconds / 1000.0)
            .map(Self)
            .map_err(|_| de::Error::custom(format!("{milliseconds} is no number of milliseconds")))
    }
}

/// Sets what was given.
fn with<T, V>(target: T, value: Option<V>, set: impl FnOnce(T, V) -> T) -> T {
    match value {
        Some(value) => set(target, value),
        None => target,
    }
}
