//! The turns in which sources let other tasks run.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(module = "/src/support.js")]
extern "C" {
    #[wasm_bindgen(js_name = holdTurns)]
    fn hold_turns();

    #[wasm_bindgen(js_name = letTurnsEnd)]
    fn let_turns_end();
}

/// While this lives, a source that pauses to let other tasks run stays paused. This replaces `MessageChannel`, by which sources
/// pause: a source that has paused before keeps its real channel, and is not held.
#[derive(Debug)]
pub struct HeldTurns(());

impl HeldTurns {
    /// Holds the turns from now on.
    pub fn begin() -> Self {
        hold_turns();
        Self(())
    }

    /// Lets all held sources continue. The guard calls this before each test, since a test that failed has dropped nothing.
    pub(super) fn end_all() {
        let_turns_end();
    }
}

impl Drop for HeldTurns {
    fn drop(&mut self) {
        Self::end_all();
    }
}
