//! Which server is told what, where a redirect leads: shown by what arrived there.

use typed_eventsource::Text;
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{Attempt, Heard, Script, builder, listen, run};

/// Leads to another stream.
fn leading_to(url: &str) -> Attempt {
    Attempt::answering(307).header("location", url)
}

/// The page is of a third origin, so that both servers are another.
#[wasm_bindgen_test]
async fn cookies_go_where_a_redirect_leads_only_where_asked_for() {
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

/// It is the page's position in that stream, wherever the server has it from.
#[wasm_bindgen_test]
async fn the_last_event_id_goes_where_a_redirect_leads() {
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
        let ids: Vec<_> = seen.iter().map(|one| one.header("last-event-id")).collect();
        assert_eq!(ids, ["", "7"]);
        target.end().await;
    })
    .await;
}

/// By the referrer policy that browsers have by default.
#[wasm_bindgen_test]
async fn another_origin_is_told_the_page_s_origin_and_not_its_address() {
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
            // From a shared worker Firefox tells nothing at all.
            assert_eq!(path.unwrap_or_default(), "", "{page}");
        }
        target.end().await;
    })
    .await;
}
