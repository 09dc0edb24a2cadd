//! The page that shows a paragraph. Every server sends the paragraph sentence by sentence, and the page also shows how the stream
//! has ended.

use serde_json::Value;
use typed_eventsource_e2e::Browser;
use typed_eventsource_harness::Stage;

use crate::{
    axum::axum,
    fastapi::fastapi,
    flask::{flask, gunicorn},
    go::go,
    support::TRANSPORTS,
    tests,
};

tests! {
    each_server_sends_the_paragraph_sentence_by_sentence,
}

const SENTENCES: [&str; 4] = [
    "A server has something to say, and says it as it comes.",
    "What it says is text: a few lines for each event, and an empty one.",
    "The connection stays open, and the page shows each sentence at once.",
    "When all is said, the server says that too.",
];

/// The milliseconds that the servers wait between two sentences.
const PAUSE: f64 = 300.0;

/// Notes what the page shows, and when.
const WATCH: &str = "
    window.shown = [];
    new MutationObserver((mutations) => {
        for (const { target, addedNodes } of mutations) {
            if (target.id !== 'paragraph') continue;
            for (const { data } of addedNodes) shown.push({ at: performance.now(), text: data.trim() });
        }
    }).observe(document, { childList: true, subtree: true });
";

/// How the sentences came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    OneByOne,
    AllAtOnce,
}

async fn each_server_sends_the_paragraph_sentence_by_sentence(stage: &Stage) {
    let servers = [
        ("axum", axum().await),
        ("FastAPI", fastapi().await),
        ("Flask", flask().await),
        ("Gunicorn", gunicorn().await),
        ("Go", go().await),
    ];
    let page = stage.browser().await;
    for (name, (_process, origin)) in &servers {
        println!("the paragraph of {name}, at {origin}");
        assert_shown(&page, &format!("{origin}/paragraph.html"), Pace::OneByOne).await;
    }
}

/// Opens the page over each transport, and checks that it shows the paragraph at this pace.
pub(crate) async fn assert_shown(page: &Browser, url: &str, pace: Pace) {
    for transport in TRANSPORTS {
        open(page, url, transport).await;
        page.until("document.body.innerText.includes('That was all.')")
            .await;
        let shown = page.run("return shown;", Value::Null).await;
        let shown = shown.as_array().expect("a list");
        let sentences: Vec<_> = shown.iter().map(|sentence| &sentence["text"]).collect();
        assert_eq!(sentences, SENTENCES, "{transport}");
        let times: Vec<_> = shown
            .iter()
            .filter_map(|sentence| sentence["at"].as_f64())
            .collect();
        let took = times[times.len() - 1] - times[0];
        let least = PAUSE * 3.0 / 2.0;
        let shown_pace = if took >= least {
            Pace::OneByOne
        } else {
            Pace::AllAtOnce
        };
        assert_eq!(
            shown_pace, pace,
            "{transport}, {url}: {took} ms from the first to the last"
        );
    }
}

/// Opens the page over a transport, and notes what it shows. The URL may have a query.
pub(crate) async fn open(page: &Browser, url: &str, transport: &str) {
    let separator = if url.contains('?') { '&' } else { '?' };
    let url = format!("{url}{separator}transport={transport}");
    page.goto_prepared(&url, WATCH).await;
}

/// The status that the page shows below the paragraph.
pub(crate) async fn status(page: &Browser) -> String {
    let status = page
        .run(
            "return document.querySelector('#status').textContent;",
            Value::Null,
        )
        .await;
    status.as_str().unwrap_or_default().to_owned()
}
