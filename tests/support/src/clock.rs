//! The clock of the sources under test, which a test can stop and advance.

use std::time::Duration;

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(module = "/src/support.js")]
extern "C" {
    #[wasm_bindgen(js_name = stopClock)]
    fn stop_clock();

    #[wasm_bindgen(js_name = advanceClock)]
    fn advance_clock(milliseconds: f64);

    #[wasm_bindgen(js_name = startClock)]
    fn start_clock();
}

/// The clock of all sources, which stands still while this lives. Their timers fire as usual, but the sources find that it is too
/// early. So even on a busy machine no limit is reached and no wait ends before the test advances the clock.
#[derive(Debug)]
pub struct Clock(());

impl Clock {
    /// Stops the clock.
    pub fn stopped() -> Self {
        stop_clock();
        Self(())
    }

    /// Advances the stopped clock.
    pub fn advance(by: Duration) {
        advance_clock(by.as_secs_f64() * 1000.0);
    }

    /// Starts the clock, also after a failed test that had stopped it.
    pub(super) fn start() {
        start_clock();
    }
}

impl Drop for Clock {
    fn drop(&mut self) {
        Self::start();
    }
}
