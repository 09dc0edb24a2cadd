//! The machine behind a policy, for whoever has the errors elsewhere.

use alloc::vec::Vec;
use core::{mem, time::Duration};

use wasm_bindgen::prelude::wasm_bindgen;

use crate::{
    Error, from_milliseconds,
    knobs::{Knob, Limited, Preset, Setup, Then},
    policy::{
        Decision, Policy,
        machine::{self, Trouble, Verdict},
    },
    to_milliseconds,
};

/// Follows one source: set up knob by knob, then started. Where something is wrong it proposes what to do, and is told by
/// [`settle`](Self::settle) what was decided; both leave the details to be asked for.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Machine {
    setup: Setup,
    machine: machine::Machine,
    trouble: Option<Trouble>,
    verdict: Verdict,
    /// Of the last tick: how long was waited.
    waited: Duration,
}

/// What has become of a connection that is gone.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug)]
pub enum Outlook {
    /// The browser makes another by itself.
    Reconnecting = "reconnecting",
    /// Likewise, and nothing is missed where we make one in its place.
    Replaceable = "replaceable",
    /// The standard's "reestablish the connection".
    Reestablish = "reestablish",
    /// The standard's "fail the connection".
    Failed = "failed",
}

/// The codes of the errors that are judged by what they are. Any other code may be handed over.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug)]
pub enum Cause {
    Status = "status",
    ContentType = "content-type",
    EventTooLarge = "event-too-large",
    InvalidRequest = "invalid-request",
}

/// What the clock has brought.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug)]
pub enum Tick {
    Nothing = "nothing",
    /// The wait is over.
    Connect = "connect",
    SlowOpen = "slowOpen",
    Idle = "idle",
    Woken = "woken",
    /// It was down for too long: close, whatever a rule may say.
    Close = "close",
}

#[wasm_bindgen]
#[derive(Clone, Copy, Debug)]
pub enum Action {
    KeepWaiting = "keepWaiting",
    Reopen = "reopen",
    Close = "close",
}

/// Which limit it is that closes a source, beside the error itself.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug)]
pub enum Limit {
    None = "none",
    TooMany = "tooMany",
    DownTooLong = "downTooLong",
}

#[wasm_bindgen]
impl Machine {
    #[wasm_bindgen(constructor)]
    pub fn new(preset: Preset) -> Self {
        Self {
            setup: Setup::new(preset),
            machine: machine::Machine::new(Policy::browser(), false, Duration::ZERO),
            trouble: None,
            verdict: Verdict::KeepWaiting,
            waited: Duration::ZERO,
        }
    }

    pub fn set(&mut self, knob: Knob, value: f64) {
        self.setup = mem::take(&mut self.setup).set(knob, value);
    }

    pub fn limit(&mut self, limited: Limited, after: f64, then: Then) {
        self.setup = mem::take(&mut self.setup).limit(limited, after, then);
    }

    #[wasm_bindgen(js_name = retryStatuses)]
    pub fn retry_statuses(&mut self, statuses: Vec<u16>) {
        self.setup = mem::take(&mut self.setup).retry_statuses(statuses);
    }

    /// The first attempt starts now.
    pub fn start(&mut self, repeatable: bool, now: f64) {
        let (policy, now) = (mem::take(&mut self.setup).finish(), from_milliseconds(now));
        self.machine = machine::Machine::new(policy, repeatable, now);
    }

    pub fn opened(&mut self, now: f64) {
        self.machine.opened(from_milliseconds(now));
    }

    pub fn event(&mut self, now: f64) {
        self.machine.event(|| from_milliseconds(now));
    }

    pub fn comment(&mut self, now: f64) {
        self.machine.comment(|| from_milliseconds(now));
    }

    pub fn retry(&mut self, time: f64) {
        self.machine.retry(from_milliseconds(time));
    }

    pub fn decoded(&mut self) {
        self.machine.decoded();
    }

    #[wasm_bindgen(js_name = decodeFailed)]
    pub fn decode_failed(&mut self, now: f64) {
        let now = from_milliseconds(now);
        let trouble = self.machine.decode_failed(Error::Other, now);
        self.propose(trouble);
    }

    pub fn lost(
        &mut self,
        outlook: Outlook,
        cause: Cause,
        status: u16,
        retry_after: Option<f64>,
        now: f64,
        random: f64,
    ) {
        let outlook = match outlook {
            Outlook::Reconnecting => machine::Outlook::Reconnecting,
            Outlook::Replaceable => machine::Outlook::Replaceable,
            Outlook::Reestablish => machine::Outlook::Reestablish,
            _ => machine::Outlook::Failed {
                retry_after: retry_after.map(from_milliseconds),
            },
        };
        let (error, now) = (cause.error(status), from_milliseconds(now));
        let trouble = self.machine.lost(error, outlook, now, random);
        self.propose(trouble);
    }

    pub fn tick(&mut self, now: f64, random: f64, late: f64) -> Tick {
        let (now, late) = (from_milliseconds(now), from_milliseconds(late));
        let tick = self.machine.tick(now, random, late);
        self.brought(tick)
    }

    pub fn online(&mut self, now: f64, random: f64) -> Tick {
        let tick = self.machine.online(from_milliseconds(now), random);
        self.brought(tick)
    }

    /// When to call [`tick`](Self::tick) next; infinite where there is nothing to wait for.
    #[wasm_bindgen(getter)]
    pub fn deadline(&self) -> f64 {
        let deadline = self.machine.deadline();
        deadline.map_or(f64::INFINITY, to_milliseconds)
    }

    /// Decides on what is wrong: as proposed, unless `decision` says something else.
    pub fn settle(&mut self, decision: Option<Action>, after: f64, now: f64) {
        let Some(trouble) = self.trouble.take() else {
            return;
        };
        let decision = decision.map(|action| match action {
            Action::KeepWaiting => Decision::KeepWaiting,
            Action::Reopen => Decision::Reopen {
                after: from_milliseconds(after),
            },
            _ => Decision::Close,
        });
        self.verdict = match decision {
            Some(decision) => trouble.judge(Some(&move |_| decision)),
            None => trouble.judge(None),
        };
        let now = from_milliseconds(now);
        self.machine.settle(&trouble, &self.verdict, now);
    }

    /// What is proposed, then what is decided.
    #[wasm_bindgen(getter)]
    pub fn action(&self) -> Action {
        match self.verdict {
            Verdict::KeepWaiting => Action::KeepWaiting,
            Verdict::Reopen { .. } => Action::Reopen,
            Verdict::Close(_) => Action::Close,
        }
    }

    /// How long to wait before it is reopened.
    #[wasm_bindgen(getter)]
    pub fn after(&self) -> f64 {
        match self.verdict {
            Verdict::Reopen { after } => to_milliseconds(after),
            Verdict::KeepWaiting | Verdict::Close(_) => 0.0,
        }
    }

    #[wasm_bindgen(getter)]
    pub fn reached(&self) -> Limit {
        match self.verdict {
            Verdict::Close(Error::TooMany { .. }) => Limit::TooMany,
            Verdict::Close(Error::DownTooLong { .. }) => Limit::DownTooLong,
            _ => Limit::None,
        }
    }

    /// The limit itself: a count, or milliseconds.
    #[wasm_bindgen(getter, js_name = limitValue)]
    pub fn limit_value(&self) -> f64 {
        match self.verdict {
            Verdict::Close(Error::TooMany { count, .. }) => f64::from(count),
            Verdict::Close(Error::DownTooLong { limit, .. }) => to_milliseconds(limit),
            _ => to_milliseconds(self.waited),
        }
    }

    #[wasm_bindgen(getter, js_name = decodeErrors)]
    pub fn decode_errors(&self) -> u32 {
        self.trouble.as_ref().map_or(0, Trouble::decode_errors)
    }

    #[wasm_bindgen(getter, js_name = downFor)]
    pub fn down_for(&self) -> f64 {
        let down_for = self.trouble.as_ref().map(Trouble::down_for);
        to_milliseconds(down_for.unwrap_or_default())
    }

    #[wasm_bindgen(getter)]
    pub fn failures(&self) -> u32 {
        self.machine.failures()
    }

    fn propose(&mut self, trouble: Trouble) {
        self.verdict = trouble.judge(None);
        self.trouble = Some(trouble);
    }

    fn brought(&mut self, tick: machine::Tick) -> Tick {
        match tick {
            machine::Tick::Nothing => Tick::Nothing,
            machine::Tick::Connect => Tick::Connect,
            machine::Tick::Trouble(trouble) => {
                let (tick, waited) = match trouble.error {
                    Error::Idle { after } => (Tick::Idle, after),
                    Error::OpenTimeout { after } => (Tick::SlowOpen, after),
                    _ => (Tick::Woken, Duration::ZERO),
                };
                self.waited = waited;
                self.propose(trouble);
                tick
            }
            machine::Tick::Close(error) => {
                self.verdict = Verdict::Close(error);
                Tick::Close
            }
        }
    }
}

impl Cause {
    fn error(self, status: u16) -> Error {
        match self {
            Self::Status => Error::Status { status },
            Self::ContentType => Error::ContentType {},
            // The same request would end in the same way.
            Self::EventTooLarge | Self::InvalidRequest => Error::EventTooLarge {},
            _ => Error::Other,
        }
    }
}
