//! The turns in which sources let other tasks run.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(module = "/src/turns.js")]
extern "C" {
    #[wasm_bindgen(js_name = holdTurns)]
    fn hold_turns();

    #[wasm_bindgen(js_name = letTurnsEnd)]
    fn let_turns_end();
}

/// While this lives, a source that lets other tasks run does not continue. A source that has let other tasks run before is not held:
/// it keeps the real `MessageChannel`.
#[derive(Debug)]
pub struct HeldTurns(());

impl HeldTurns {
    /// Holds the turns from now on.
    pub fn begin() -> Self {
        hold_turns();
        Self(())
    }

    /// Lets the held sources continue, also those that a failed test has held.
    pub(super) fn end() {
        let_turns_end();
    }
}

impl Drop for HeldTurns {
    fn drop(&mut self) {
        Self::end();
    }
}
