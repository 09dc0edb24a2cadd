//! What the npm package does while its page is being left.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::sleep;
use typed_eventsource_e2e::BrowserKind;
use typed_eventsource_server::script::SeenAttempt;

use crate::{Stage, tests};

/// The streams of the sources.
const IDS: [&str; 3] = ["browser", "fetch", "post"];

tests! {
    a_source_stays_open_or_reconnects_if_its_page_stays,
    no_error_is_reported_and_no_request_is_sent_while_the_page_is_being_left,
}

/// Opens a source over each transport, and one whose POST may be sent again. Waits until each has heard one event.
async fn open_sources(stage: &Stage<'_>) {
    stage.goto("/pages/side_by_side/index.html").await;
    let open = "
        const { EventSource, init } = await import('/pkg/index.js');
        await init();
        localStorage.errors = '';
        window.heard = {};
        const post = { transport: 'fetch', method: 'POST', policy: { preset: 'resilient', resend: true } };
        const inits = { browser: { policy: 'resilient' }, fetch: { transport: 'fetch', policy: 'resilient' }, post };
        for (const [id, init] of Object.entries(inits)) {
            const attempts = [1, 2].map((number) => ({ steps: [{ send: `data: ${number}\\n\\n` }, 'silence'] }));
            await fetch(`/scripts/${id}`, { method: 'PUT', body: JSON.stringify({ attempts }) });
            const source = new EventSource(`/streams/${id}`, init);
            source.onError(({ message }) => (localStorage.errors += message));
            window.heard[id] = [];
            await new Promise((resolve) => source.on('message', ({ data }) => resolve(window.heard[id].push(data))));
        }";
    stage.browser.run(open, Value::Null).await;
}

/// Follows a link that the server answers with this attempt.
async fn follow_link(stage: &Stage<'_>, answer: Value) {
    // The page follows the link after the script has returned, since the driver would wait for the link's answer.
    let follow = "
        const put = (id, attempt) => fetch(`/scripts/${id}`, { method: 'PUT', body: JSON.stringify({ attempts: [attempt] }) });
        await put('link', argument);
        await put('start', { before: ['wait'], steps: ['end'] });
        fetch('/streams/start').then(() => (location.href = '/streams/link'));";
    stage.browser.run(follow, answer).await;
    stage.server.release("start");
    until_seen(stage, "link", |link| !link.is_empty()).await;
}

async fn until_seen(stage: &Stage<'_>, id: &str, is_enough: impl Fn(&[SeenAttempt]) -> bool) {
    while !is_enough(&stage.server.seen(id).attempts) {
        sleep(Duration::from_millis(10)).await;
    }
}

async fn until_first_attempts_are_closed(stage: &Stage<'_>) {
    for id in IDS {
        until_seen(stage, id, |seen| seen[0].closed_by.is_some()).await;
    }
}

async fn a_source_stays_open_or_reconnects_if_its_page_stays(stage: &mut Stage<'_>) {
    open_sources(stage).await;
    follow_link(stage, json!({ "status": 204 })).await;
    // In Chromium the connections stay open.
    if stage.browser.kind() == BrowserKind::Firefox {
        let is_heard = "Object.values(heard).every((numbers) => `${numbers}` === '1,2')";
        stage.browser.until(is_heard).await;
    }
}

async fn no_error_is_reported_and_no_request_is_sent_while_the_page_is_being_left(
    stage: &mut Stage<'_>,
) {
    open_sources(stage).await;
    let page =
        json!({ "before": ["wait"], "headers": [["content-type", "text/html"]], "steps": ["end"] });
    follow_link(stage, page).await;
    if stage.browser.kind() == BrowserKind::Firefox {
        until_first_attempts_are_closed(stage).await;
    }
    stage.server.release("link");
    until_first_attempts_are_closed(stage).await;
    stage
        .browser
        .until("location.pathname === '/streams/link'")
        .await;
    for id in IDS {
        assert_eq!(stage.server.seen(id).attempts.len(), 1, "{id}");
    }
    let errors = stage
        .browser
        .run("return localStorage.errors;", Value::Null)
        .await;
    assert_eq!(errors, "");
}
