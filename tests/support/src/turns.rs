//! The turns in which sources let other tasks run.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(module = "/src/turns.js")]
extern "C" {
    #[wasm_bindgen(js_name = holdTurns)]
    fn hold_turns();

    #[wasm_bindgen(js_name = letTurnsEnd)]
    fn let_turns_end();
}

/// While this lives, a source that lets other tasks run does not go on. This works only for a source that has not let other tasks
/// run before: such a source keeps the real `MessageChannel`.
#[derive(Debug)]
pub struct HeldTurns(());

impl HeldTurns {
    /// Holds the turns from now on.
    pub fn begin() -> Self {
        hold_turns();
        Self(())
    }

    /// Lets the sources go on, also after a failed test that had held them.
    pub(super) fn end() {
        let_turns_end();
    }
}

impl Drop for HeldTurns {
    fn drop(&mut self) {
        Self::end();
    }
}
