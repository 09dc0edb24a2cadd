//! Which browser this is, where browsers differ and nothing else shows it.

use crate::sys::Navigator;

#[cfg(feature = "fetch")]
pub(super) fn is_firefox() -> bool {
    agent_has(b" Firefox/")
}

/// Whether this is WebKit, which Safari and every browser of iOS have. Chromium's user agent names it too, and
/// has `Chrome/` or `HeadlessChrome/`.
pub(super) fn is_webkit() -> bool {
    agent_has(b" AppleWebKit/") && !agent_has(b"Chrome/")
}

/// By bytes: a search for a text takes a kilobyte of wasm.
fn agent_has(word: &[u8]) -> bool {
    Navigator::user_agent().is_ok_and(|agent| {
        let mut words = agent.as_bytes().windows(word.len());
        words.any(|bytes| bytes == word)
    })
}
