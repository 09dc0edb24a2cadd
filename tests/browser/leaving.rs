//! A link that does not leave the page, such as a download or an answer with status 204. Firefox and WebKit end the page's
//! connections when they follow the link, and their own sources do not report that.

use typed_eventsource::Policy;
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{Attempt, Script, errors, is_firefox, is_webkit, listen, run};

/// Follows a link that the server answers with status 204. Returns false in a worker, which has no page.
async fn follow_link_to_nothing() -> bool {
    let Some(window) = web_sys::window() else {
        return false;
    };
    let nothing = Script::put([Attempt::answering(204)]).await;
    let opened = window.open_with_url_and_target(&nothing.url(), "_self");
    opened.expect("it may be followed");
    nothing.seen_closed(1).await;
    true
}

#[wasm_bindgen_test]
async fn a_source_stays_open_or_reconnects_if_its_page_stays() {
    run(async || {
        let attempts = [
            Attempt::sending("id: 1\ndata: 1\n\n"),
            Attempt::sending("id: 2\ndata: 2\n\n"),
        ];
        let script = Script::put(attempts).await;
        let source = script.open_with(Policy::resilient());
        let mut errors = errors(&source);
        let mut messages = listen::<u8>(&source, "message");
        assert_eq!(messages.next().await, 1);
        if !follow_link_to_nothing().await {
            return;
        }
        if is_firefox() || is_webkit() {
            script.seen_closed(1).await;
            assert!(errors.so_far().is_empty(), "the page may still be left");
            assert_eq!(messages.next().await, 2);
            assert_eq!(errors.so_far().len(), 1);
        } else {
            assert_eq!(script.seen().await.len(), 1);
        }
    })
    .await;
}
