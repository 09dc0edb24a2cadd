//! The options of the JavaScript class.

use std::time::Duration;

use serde::{Deserialize, Deserializer, de};
use wasm_bindgen::JsValue;

use crate::{Backoff, EventSource, EventSourceBuilder, Policy, Then};

/// A builder set up by the options, or a `TypeError` that says what is wrong with them.
pub(super) fn builder(url: String, options: JsValue) -> Result<EventSourceBuilder, JsValue> {
    let options: Options = read(options, "options")?;
    let mut builder = EventSource::builder(url)
        .with_credentials(options.with_credentials.unwrap_or_default())
        .policy(policy(options.policy)?);
    if let Some(name) = options.resume_parameter {
        builder = builder.resume_parameter(name);
    }
    if let Some(name) = options.terminal_event {
        builder = builder.terminal_event(name);
    }
    if let Some(data) = options.terminal_data {
        builder = builder.terminal_data(data);
    }
    Ok(builder)
}

fn policy(value: JsValue) -> Result<Policy, JsValue> {
    if value.is_string() {
        return read::<Option<Preset>>(value, "policy").map(preset);
    }
    read::<PolicyOptions>(value, "policy").map(PolicyOptions::policy)
}

fn read<T: Default + de::DeserializeOwned>(value: JsValue, what: &str) -> Result<T, JsValue> {
    if value.is_undefined() || value.is_null() {
        return Ok(T::default());
    }
    serde_wasm_bindgen::from_value(value)
        .map_err(|error| js_sys::TypeError::new(&format!("EventSource {what}: {error}")).into())
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Options {
    with_credentials: Option<bool>,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    policy: JsValue,
    resume_parameter: Option<String>,
    terminal_event: Option<String>,
    terminal_data: Option<String>,
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
    backoff: Option<BackoffOptions>,
    close_after_decode_errors: Option<u32>,
    idle: Option<Limit>,
    opening: Option<Limit>,
    healthy_after: Option<Milliseconds>,
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
