//! The turns in which sources let other tasks run.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(module = "/src/turns.js")]
extern "C" {
    #[wasm_bindgen(js_name = holdTurns)]
    fn hold_turns();

    #[wasm_bindgen(js_name = letTurnsEnd)]
    fn let_turns_end();
}

/// The turns of other tasks, which do not end while this lives: a source that has let others run does not go on. It holds
/// sources that have not had such a turn yet.
#[derive(Debug)]
pub struct HeldTurns(());

impl HeldTurns {
    /// Holds the turns from now on.
    pub fn begin() -> Self {
        hold_turns();
        Self(())
    }

    /// Lets them end, also where a test has failed that had held them.
    pub(super) fn end() {
        let_turns_end();
    }
}

impl Drop for HeldTurns {
    fn drop(&mut self) {
        Self::end();
    }
}
