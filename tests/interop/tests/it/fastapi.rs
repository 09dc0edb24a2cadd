//! FastAPI with sse-starlette, by Uvicorn.

use serde_json::{Value, json};
use typed_eventsource_harness::{Process, Stage};

use crate::{
    support::{
        TRANSPORTS, crate_path, get, open_client, run_over, run_over_each, served_folder, tool,
    },
    tests,
};

tests! {
    pings_end_silence_over_fetch,
    the_server_notices_a_source_that_closes,
    a_post_with_a_token_streams_words,
}

pub(crate) async fn fastapi() -> (Process, String) {
    let mut python = tool("PYTHON");
    python
        .args(["-m", "uvicorn", "app:app", "--port", "0"])
        .current_dir(crate_path("servers/fastapi"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("WWW", served_folder());
    Process::start_announced(python).await
}

/// Every four seconds there is news, and every second a comment. The source closes after two and a half seconds of silence.
async fn pings_end_silence_over_fetch(stage: &Stage) {
    let (_fastapi, origin) = fastapi().await;
    let page = stage.browser().await;
    let watch = "
        const heard = [];
        const source = client.watchNews(transport, (number) => {
            if (heard.push(number) === 2) source.close();
        });
        const reason = await source.closed;
        return { heard, reason: reason.type, code: reason.error?.code };";
    let [(_, over_browser), (_, over_fetch)] =
        run_over_each(&page, &origin, "fastapi", watch).await;
    assert_eq!(over_fetch["heard"], json!([1, 2]));
    assert_eq!(over_fetch["reason"], "requested");
    // The browser's own source does not report comments.
    assert_eq!(over_browser["heard"], json!([1]));
    assert_eq!(over_browser["code"], "idle");
}

async fn the_server_notices_a_source_that_closes(stage: &Stage) {
    let (_fastapi, origin) = fastapi().await;
    let page = stage.browser().await;
    for transport in TRANSPORTS {
        open_client(&page, &origin, "fastapi").await;
        run_over(
            &page,
            transport,
            "await new Promise((resolve) => { window.source = client.watchNews(transport, resolve); });",
        )
        .await;
        let streams = format!("{origin}/streams");
        assert_eq!(get(&streams).await, (200, "1".to_owned()), "{transport}");
        page.run(
            "source.close();
             while (await (await fetch('/streams')).json() > 0);",
            Value::Null,
        )
        .await;
    }
}

async fn a_post_with_a_token_streams_words(stage: &Stage) {
    let (_fastapi, origin) = fastapi().await;
    let page = stage.browser().await;
    open_client(&page, &origin, "fastapi").await;
    let outcome = page
        .run(
            "const words = [], tokens = [];
             const token = async () => {
                 const fresh = await (await fetch('/token', { method: 'POST' })).json();
                 // The first token has expired when it is used.
                 tokens.push(tokens.length === 0 ? 'expired' : fresh);
                 return tokens.at(-1);
             };
             await client.complete('one event a word', token, (word) => words.push(word));
             await client.complete('and again', token, (word) => words.push(word));
             return { words, tokens: tokens.length };",
            Value::Null,
        )
        .await;
    assert_eq!(
        outcome["words"],
        json!(["ONE", "EVENT", "A", "WORD", "AND", "AGAIN"])
    );
    assert_eq!(outcome["tokens"], 3);
}
