//! Which browser runs the tests.

use js_sys::Reflect;

use super::transport::Transport;

/// Whether this is Firefox.
pub fn is_firefox() -> bool {
    agent().contains(" Firefox/")
}

/// Whether this is WebKit. Chromium's user agent names it too, and
/// has `Chrome/` or `HeadlessChrome/`.
pub fn is_webkit() -> bool {
    let agent = agent();
    agent.contains(" AppleWebKit/") && !agent.contains("Chrome/")
}

/// What the server reads in the header `Last-Event-ID` of the running transport. Of a `fetch`, WebKitGTK takes the bytes of a header
/// for characters, and encodes these once more.
pub fn id_as_sent(id: &str) -> String {
    if is_webkit() && Transport::selected().is_fetch() {
        id.bytes().map(char::from).collect()
    } else {
        id.to_owned()
    }
}

fn agent() -> String {
    let navigator = Reflect::get(&js_sys::global(), &"navigator".into());
    let agent = navigator.and_then(|navigator| Reflect::get(&navigator, &"userAgent".into()));
    let agent = agent.ok().and_then(|agent| agent.as_string());
    agent.expect("a browser has a user agent")
}
