//! Observes what sources do to the global scope.

use wasm_bindgen::prelude::wasm_bindgen;

use super::transport::Transport;

#[wasm_bindgen(module = "/src/support.js")]
extern "C" {
    #[derive(Debug)]
    type Observation;

    #[wasm_bindgen(constructor)]
    fn new() -> Observation;

    #[wasm_bindgen(method)]
    fn listeners(this: &Observation) -> u32;

    #[wasm_bindgen(method)]
    fn connections(this: &Observation) -> u32;

    #[wasm_bindgen(method)]
    fn attempts(this: &Observation) -> u32;

    #[wasm_bindgen(method)]
    fn timers(this: &Observation) -> u32;

    #[wasm_bindgen(method)]
    fn stop(this: &Observation);

    #[derive(Debug)]
    type ConsoleLines;

    #[wasm_bindgen(constructor)]
    fn new() -> ConsoleLines;

    #[wasm_bindgen(method)]
    fn errors(this: &ConsoleLines) -> Vec<String>;

    #[wasm_bindgen(method)]
    fn hints(this: &ConsoleLines) -> Vec<String>;

    #[wasm_bindgen(method)]
    fn stop(this: &ConsoleLines);
}

/// Observes `addEventListener`, `fetch` and `setTimeout`, and what undoes them, while it lives.
#[derive(Debug)]
pub struct Observed(Observation);

/// What is left of the sources that were made since the observation began.
#[derive(Debug, PartialEq, Eq)]
pub struct Left {
    /// DOM listeners on sources of the browser, and for `online`, `offline` and `abort`.
    pub listeners: u32,
    /// Sources of the browser that are not closed, and requests that are not aborted.
    pub connections: u32,
    /// Timers that are set.
    pub timers: u32,
}

impl Left {
    /// Nothing is left.
    pub const NOTHING: Self = Self {
        listeners: 0,
        connections: 0,
        timers: 0,
    };

    /// What an open source without listeners needs: DOM listeners to `online`, `offline`, `resume` and `pageshow`, and on the
    /// browser's own source to `open` and `error`.
    pub fn of_open_source() -> Self {
        Self {
            listeners: if Transport::selected().is_fetch() {
                4
            } else {
                6
            },
            connections: 1,
            timers: 0,
        }
    }
}

impl Observed {
    /// Begins the observation.
    #[expect(clippy::new_without_default, reason = "it changes the global scope")]
    pub fn new() -> Self {
        Self(Observation::new())
    }

    /// How many connections were attempted.
    pub fn attempts(&self) -> u32 {
        self.0.attempts()
    }

    /// What is left now.
    pub fn left(&self) -> Left {
        Left {
            listeners: self.0.listeners(),
            connections: self.0.connections(),
            timers: self.0.timers(),
        }
    }
}

impl Drop for Observed {
    fn drop(&mut self) {
        self.0.stop();
    }
}

/// Collects what goes to `console.error` and `console.info` while it lives.
#[derive(Debug)]
pub struct Console(ConsoleLines);

impl Console {
    /// Begins to collect.
    #[expect(clippy::new_without_default, reason = "it changes the global scope")]
    pub fn new() -> Self {
        Self(ConsoleLines::new())
    }

    /// The lines of `console.error` so far.
    pub fn errors(&self) -> Vec<String> {
        self.0.errors()
    }

    /// The hints so far: the lines of `console.info`.
    pub fn hints(&self) -> Vec<String> {
        self.0.hints()
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        self.0.stop();
    }
}
