//! What the npm package does while its page is frozen, hidden, or in the back/forward cache.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::sleep;
use typed_eventsource_e2e::BrowserKind;
use typed_eventsource_server::script::{ClosedBy, SeenAttempt};

use crate::{Stage, tests};

tests! {
    a_page_that_was_frozen_goes_on_with_new_connections_where_its_policy_says_so,
    a_page_that_is_left_makes_no_request_and_goes_on_where_the_browser_has_kept_it,
    a_source_that_waits_tries_at_once_when_its_page_is_restored,
    a_hidden_page_pauses_its_sources_and_goes_on_when_it_is_seen,
}

/// The streams of sources that make a new connection when their page has woken, or is seen again.
const MADE_AGAIN: [&str; 2] = ["browser", "fetch"];
/// The streams of sources that keep the connection that they have, and of one whose request is sent only once.
const KEPT: [&str; 3] = ["kept-browser", "kept-fetch", "post"];
const ALL: [&str; 5] = ["browser", "fetch", "kept-browser", "kept-fetch", "post"];

/// Opens the sources of these streams, with options in addition to their policies, and waits until each has heard one event or has
/// failed. The first connections get this attempt, if one is given.
async fn open_sources(stage: &Stage<'_>, ids: &[&str], options: Value, first: Value) {
    stage.goto("/pages/side_by_side/index.html").await;
    let open = r"
        const { EventSource } = await import('/pkg/index.js');
        const { ids, options, first } = argument;
        const policy = { preset: 'resilient', ...options };
        const inits = {
            browser: { policy, resumeParameter: 'from' },
            fetch: { policy, transport: 'fetch', resumeParameter: 'from' },
            'kept-browser': {},
            'kept-fetch': { transport: 'fetch' },
            post: { policy, transport: 'fetch', method: 'POST' },
        };
        localStorage.errors = '';
        window.heard = {};
        for (const id of ids) {
            const attempts = [1, 2].map((n) => ({ steps: [{ send: `id: ${n}
data: ${n}

` }, 'silence'] }));
            attempts[0] = first ?? attempts[0];
            await fetch(`/scripts/${id}`, { method: 'PUT', body: JSON.stringify({ attempts }) });
            const source = new EventSource(`/streams/${id}`, inits[id]);
            source.onError(({ code }) => (localStorage.errors += `${id} ${code}, `));
            window.heard[id] = [];
            await new Promise((resolve) => {
                source.on('message', ({ data }) => resolve(window.heard[id].push(data)));
                source.onState(({ type }) => type === 'waiting' && resolve());
            });
        }";
    let argument = json!({ "ids": ids, "options": options, "first": first });
    stage.browser.run(open, argument).await;
}

async fn open_all(stage: &Stage<'_>, options: Value) {
    open_sources(stage, &ALL, options, Value::Null).await;
}

fn attempts(stage: &Stage<'_>, id: &str) -> Vec<SeenAttempt> {
    stage.server.seen(id).attempts
}

async fn until_first_are_closed(stage: &Stage<'_>, ids: &[&str]) {
    for id in ids {
        while attempts(stage, id)[0].closed_by.is_none() {
            sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(attempts(stage, id)[0].closed_by, Some(ClosedBy::Client));
    }
}

/// Waits until the sources whose policy says so have gone on from the last event id, and asserts that the others have kept their
/// connection.
async fn assert_gone_on(stage: &Stage<'_>) {
    let is_heard = "['browser', 'fetch'].every((id) => `${heard[id]}` === '1,2')";
    stage.browser.until(is_heard).await;
    for id in MADE_AGAIN {
        let seen = attempts(stage, id);
        assert_eq!(seen.len(), 2, "{id}");
        assert!(seen[1].path.ends_with("?from=1"), "{}", seen[1].path);
    }
    assert_kept(stage, &KEPT);
}

/// Asserts that each has one connection, which is open.
fn assert_kept(stage: &Stage<'_>, ids: &[&str]) {
    for id in ids {
        let seen = attempts(stage, id);
        assert_eq!((seen.len(), &seen[0].closed_by), (1, &None), "{id}");
    }
}

/// Asserts that no source has sent a request since it was opened.
fn assert_no_request(stage: &Stage<'_>) {
    for id in ALL {
        assert_eq!(attempts(stage, id).len(), 1, "{id}");
    }
}

async fn errors(stage: &Stage<'_>) -> Value {
    let errors = "return localStorage.errors;";
    stage.browser.run(errors, Value::Null).await
}

async fn a_page_that_was_frozen_goes_on_with_new_connections_where_its_policy_says_so(
    stage: &mut Stage<'_>,
) {
    // Firefox freezes no page.
    if stage.browser.kind() == BrowserKind::Firefox {
        return;
    }
    // A tab that was frozen by this command stays hidden, and so would the pages that it opens for other tests.
    let tab = stage.browser.tab().await;
    stage.browser.open_tab().await;
    open_all(stage, json!({})).await;
    for state in ["frozen", "active"] {
        let state = json!({ "state": state });
        stage
            .browser
            .devtools("Page.setWebLifecycleState", state)
            .await;
    }
    assert_gone_on(stage).await;
    stage.browser.close_tab(&tab).await;
}

/// Chromium keeps the connections of a page in the back/forward cache; Firefox keeps no page that has one.
async fn a_page_that_is_left_makes_no_request_and_goes_on_where_the_browser_has_kept_it(
    stage: &mut Stage<'_>,
) {
    open_all(stage, json!({})).await;
    stage.goto("/pages/side_by_side/diff.js").await;
    let is_kept = stage.browser.kind() == BrowserKind::Chromium;
    if is_kept {
        assert_kept(stage, &ALL);
    } else {
        until_first_are_closed(stage, &ALL).await;
    }
    assert_no_request(stage);
    assert_eq!(errors(stage).await, "");
    stage.browser.back().await;
    if is_kept {
        assert_gone_on(stage).await;
        assert_eq!(errors(stage).await, "browser suspended, fetch suspended, ");
    } else {
        stage.browser.until("!window.heard").await;
        assert_no_request(stage);
    }
}

/// Both browsers keep a page whose sources have no connection.
async fn a_source_that_waits_tries_at_once_when_its_page_is_restored(stage: &mut Stage<'_>) {
    let backoff = json!({ "initial": 3_600_000, "max": 3_600_000, "jitter": false });
    let options = json!({ "backoff": backoff });
    open_sources(stage, &MADE_AGAIN, options, json!({ "status": 503 })).await;
    stage.goto("/pages/side_by_side/diff.js").await;
    stage.browser.back().await;
    let is_heard = "Object.values(window.heard ?? {}).join() === '2,2'";
    stage.browser.until(is_heard).await;
}

async fn a_hidden_page_pauses_its_sources_and_goes_on_when_it_is_seen(stage: &mut Stage<'_>) {
    open_all(stage, json!({ "pauseWhenHidden": 10 })).await;
    let tab = stage.browser.tab().await;
    stage.browser.open_tab().await;
    until_first_are_closed(stage, &MADE_AGAIN).await;
    assert_no_request(stage);
    stage.browser.close_tab(&tab).await;
    assert_gone_on(stage).await;
    assert_eq!(errors(stage).await, "");
}
