//! Compares the class of the npm package, over both transports, with the browser's own: the same scenario has to make the same
//! recording.
//!
//! The scenarios are in `pages/side_by_side/scenarios`, a file for each subject. `differences.js` lists the known differences. The
//! test fails if another difference is found, or one of these is not.

use serde_json::json;

use crate::{Stage, tests};

tests! {
    each_subject_has_the_same_recording,
}

/// The files in `pages/side_by_side/scenarios`.
const SUBJECTS: [&str; 12] = [
    "fields",
    "names",
    "ids",
    "connections",
    "retries",
    "answers",
    "redirects",
    "origins",
    "listeners",
    "order",
    "closing",
    "interface",
];

/// The scenarios run in a window and in workers of both kinds.
async fn each_subject_has_the_same_recording(stage: &mut Stage<'_>) {
    let mut complaints = String::new();
    for subject in SUBJECTS {
        stage.goto("/pages/side_by_side/index.html").await;
        let found = stage
            .browser
            .run(
                "const { compareEverywhere } = await import('/pages/side_by_side/page.js');
                 return compareEverywhere(...argument);",
                json!([subject, stage.server.second_origin()]),
            )
            .await;
        complaints += found.as_str().expect("a text");
        complaints += "\n";
    }
    assert!(complaints.trim().is_empty(), "{complaints}");
}
