//! What servers of other origins get when a redirect leads to them.

use typed_eventsource::Text;
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{Attempt, Heard, Script, builder, listen, run};

/// A redirect to another stream.
fn leading_to(url: &str) -> Attempt {
    Attempt::answering(307).header("location", url)
}

/// The page has a third origin, so that both servers are of another origin.
#[wasm_bindgen_test]
async fn cookies_are_sent_to_the_target_of_a_redirect_only_with_credentials() {
    run(async || {
        let cookie = "visitor=42; Path=/streams";
        let given = Attempt::sending("data: 1\n\n").header("set-cookie", cookie);
        let given = Script::put([given]).await;
        let source = given.builder().with_credentials(true).open();
        let source = source.expect("a valid URL");
        listen::<u8>(&source, "message").next().await;
        for (with_credentials, expected) in [(false, ""), (true, "visitor=42")] {
            let target = Script::put([Attempt::sending("data: 1\n\n")]).await;
            let start = Script::put([leading_to(&target.url_on_second_origin())]).await;
            let source = start.builder().with_credentials(with_credentials).open();
            let source = source.expect("a valid URL");
            listen::<u8>(&source, "message").next().await;
            for script in [&start, &target] {
                let seen = script.seen_attempts(1).await;
                assert_eq!(seen[0].header("cookie"), expected, "{}", seen[0].path);
            }
            target.end().await;
        }
    })
    .await;
}

/// The last event id is the page's position in that stream, also at another server.
#[wasm_bindgen_test]
async fn the_last_event_id_is_sent_to_the_target_of_a_redirect() {
    run(async || {
        let target = Script::put([
            Attempt::ending("retry: 10\nid: 7\ndata: 1\n\n"),
            Attempt::sending("data: 2\n\n"),
        ])
        .await;
        let start = Script::put([leading_to(&target.url_on_second_origin())]).await;
        let source = start.open();
        let _messages: Heard<Text> = listen(&source, "message");
        let seen = target.seen_attempts(2).await;
        let ids: Vec<_> = seen
            .iter()
            .map(|attempt| attempt.header("last-event-id"))
            .collect();
        assert_eq!(ids, ["", "7"]);
        target.end().await;
    })
    .await;
}

/// This follows from the browsers' default referrer policy.
#[wasm_bindgen_test]
async fn another_origin_gets_the_pages_origin_and_not_its_url() {
    run(async || {
        let target = Script::put([Attempt::sending("data: 1\n\n")]).await;
        let start = Script::put([leading_to(&target.url_on_second_origin())]).await;
        let source = builder(format!("{}?token=secret", start.url()));
        let source = source.open().expect("a valid URL");
        listen::<u8>(&source, "message").next().await;
        for script in [&start, &target] {
            let seen = script.seen_attempts(1).await;
            let page = seen[0].header("referer");
            let path = page.splitn(4, '/').nth(3);
            // Firefox sends no referrer from a shared worker.
            assert_eq!(path.unwrap_or_default(), "", "{page}");
        }
        target.end().await;
    })
    .await;
}
