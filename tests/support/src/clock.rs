//! A clock that tests turn by hand.

use std::time::Duration;

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(module = "/src/clock.js")]
extern "C" {
    #[wasm_bindgen(js_name = stopClock)]
    fn stop_clock();

    #[wasm_bindgen(js_name = turnClock)]
    fn turn_clock(milliseconds: f64);

    #[wasm_bindgen(js_name = startClock)]
    fn start_clock();
}

/// The clock that sources go by, which stands still while this lives. Their timers ring as ever, and find that it is not
/// time yet: no limit is reached before the test wants it to be, however busy the machine. Nor does a wait end.
#[derive(Debug)]
pub struct Clock(());

impl Clock {
    /// Stops it.
    pub fn stopped() -> Self {
        stop_clock();
        Self(())
    }

    /// Turns the clock that stands still.
    pub fn advance(by: Duration) {
        turn_clock(by.as_secs_f64() * 1000.0);
    }

    /// Lets it go, also where a test has failed that had stopped it.
    pub(super) fn start() {
        start_clock();
    }
}

impl Drop for Clock {
    fn drop(&mut self) {
        Self::start();
    }
}
