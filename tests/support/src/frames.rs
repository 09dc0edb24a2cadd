//! The frames of the page.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(module = "/src/support.js")]
extern "C" {
    #[wasm_bindgen(js_name = stopFrames)]
    fn stop_frames();

    #[wasm_bindgen(js_name = frameRequests)]
    fn frame_requests() -> u32;

    #[wasm_bindgen(js_name = hidePage)]
    fn hide_page();

    #[wasm_bindgen(js_name = showFrames)]
    fn show_frames();

    /// The time of the page's current frame; `None` in a worker.
    #[wasm_bindgen(js_name = frameTime)]
    pub fn frame_time() -> Option<f64>;
}

/// While this lives, no frame comes, as in a window that others cover.
#[derive(Debug)]
pub struct StoppedFrames(());

impl StoppedFrames {
    /// Stops the frames.
    pub fn begin() -> Self {
        stop_frames();
        Self(())
    }

    /// Stops the frames, and hides the page, if there is one.
    pub fn with_hidden_page() -> Self {
        hide_page();
        Self::begin()
    }

    /// How many frames were requested since then.
    pub fn requests(&self) -> u32 {
        frame_requests()
    }

    /// Lets frames come again, also after a failed test that had stopped them.
    pub(super) fn end_all() {
        show_frames();
    }
}

impl Drop for StoppedFrames {
    fn drop(&mut self) {
        Self::end_all();
    }
}
