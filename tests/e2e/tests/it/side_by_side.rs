//! The standard's interface, side by side: the same script with the browser's own class and with that of the npm
//! package, on either of its transports, has the same recording.
//!
//! The scenarios are in `pages/side_by_side/scenarios`, a file for each subject. What is known to differ is in
//! `differences.js` beside them: it has to differ in just this way.

use serde_json::json;

use crate::{Stage, tests};

tests! {
    what_is_read,
    names,
    ids,
    connections,
    retries,
    answers,
    redirects,
    origins,
    listeners,
    order,
    closing,
    interface,
}

async fn what_is_read(stage: &mut Stage<'_>) {
    compare(stage, "fields").await;
}

async fn names(stage: &mut Stage<'_>) {
    compare(stage, "names").await;
}

async fn ids(stage: &mut Stage<'_>) {
    compare(stage, "ids").await;
}

async fn connections(stage: &mut Stage<'_>) {
    compare(stage, "connections").await;
}

async fn retries(stage: &mut Stage<'_>) {
    compare(stage, "retries").await;
}

async fn answers(stage: &mut Stage<'_>) {
    compare(stage, "answers").await;
}

async fn redirects(stage: &mut Stage<'_>) {
    compare(stage, "redirects").await;
}

async fn origins(stage: &mut Stage<'_>) {
    compare(stage, "origins").await;
}

async fn listeners(stage: &mut Stage<'_>) {
    compare(stage, "listeners").await;
}

async fn order(stage: &mut Stage<'_>) {
    compare(stage, "order").await;
}

async fn closing(stage: &mut Stage<'_>) {
    compare(stage, "closing").await;
}

async fn interface(stage: &mut Stage<'_>) {
    compare(stage, "interface").await;
}

/// Plays the scenarios of a subject in a window and in workers of both kinds.
async fn compare(stage: &Stage<'_>, subject: &str) {
    stage.goto("/pages/side_by_side/index.html").await;
    let complaints = stage
        .browser
        .run(
            "const { compareEverywhere } = await import('/pages/side_by_side/page.js');
             return compareEverywhere(...argument);",
            json!([subject, stage.server.second_origin()]),
        )
        .await;
    let complaints = complaints.as_str().expect("a text");
    assert!(complaints.is_empty(), "{complaints}");
}
