//! Reconnection times.

use wasm_bindgen_test::wasm_bindgen_test;

use super::super::support::{Attempt, Script, listen, run};

#[wasm_bindgen_test]
async fn attempts_that_the_policy_makes_for_a_browser_that_hardly_waits_continue_after_the_last_event()
 {
    run(async || {
        let attempts = (1..=6).map(|id| {
            let text = format!("retry: 0\nid: {id}\ndata: {id}\n\n");
            Attempt::ending(&text)
        });
        let attempts: Vec<_> = attempts.chain([Attempt::sending("data: 7\n\n")]).collect();
        let script = Script::put(attempts).await;
        let source = script.builder().resume_parameter("after").open();
        let mut numbers = listen::<u8>(&source.expect("a valid URL"), "message");
        assert_eq!(numbers.take(7).await, [1, 2, 3, 4, 5, 6, 7]);
        let seen = script.seen().await;
        for (index, seen) in seen.iter().enumerate().skip(1) {
            let by_query = seen.path.ends_with(&format!("?after={index}"));
            let by_header = seen.header("last-event-id") == index.to_string();
            assert!(by_query || by_header, "{seen:?}");
        }
    })
    .await;
}
