//! Streams that fail in every way, followed by a client that reconnects after every failure.

use std::{collections::BTreeSet, time::Duration};

use tokio::time::timeout;

use crate::support::start;
use typed_eventsource_server::{
    Config, Server,
    chaos::{Chaos, Ending, SeenStream},
    client::{Request, fetch},
};

/// How long the client waits during silence. The paused clock of the tests advances only when no task has anything else to do,
/// so that a chunk which is merely late is not taken for silence.
const PATIENCE: Duration = Duration::from_secs(60);
const SEED: u64 = 7;
const EVENTS: u64 = 150;

/// The ids of the whole events in a body.
fn ids(body: &[u8]) -> Vec<u64> {
    let text = String::from_utf8_lossy(body).replace("\r\n", "\n");
    let text = text.replace('\r', "\n");
    let whole = text.rfind("\n\n").map_or("", |end| &text[..end]);
    let blocks = whole.split("\n\n");
    let with_data = blocks.filter(|block| block.contains("data: "));
    let ids = with_data.filter_map(|block| {
        let mut lines = block.lines();
        lines.find_map(|line| line.strip_prefix("id: ")?.parse().ok())
    });
    ids.collect()
}

/// The ids that one attempt receives, if it continues after the event `last`.
async fn receive(url: &str, last: Option<u64>) -> Vec<u64> {
    let mut request = Request::new("GET", url);
    if let Some(last) = last {
        request = request.header("last-event-id", last.to_string());
    }
    let answer = timeout(PATIENCE, request.send()).await;
    let Ok(Ok(mut response)) = answer else {
        return Vec::new();
    };
    if let Some(target) = response.header("location") {
        let origin = &url[..url.find("/chaos").expect("a path")];
        return Box::pin(receive(&format!("{origin}{target}"), last)).await;
    }
    let mut body = Vec::new();
    while let Ok(Ok(Some(chunk))) = timeout(PATIENCE, response.chunk()).await {
        body.extend(chunk);
    }
    if response.status == 200 {
        ids(&body)
    } else {
        Vec::new()
    }
}

/// Follows a stream to its end, and returns the ids of the events in the order in which they came.
async fn follow(url: &str) -> Vec<u64> {
    let mut all: Vec<u64> = Vec::new();
    while all.last() != Some(&(EVENTS + 1)) {
        all.extend(receive(url, all.last().copied()).await);
    }
    all
}

fn url(server: &Server, stream: &str) -> String {
    let origin = server.origin();
    format!("{origin}/chaos/{stream}?seed={SEED}&events={EVENTS}")
}

async fn start_with(chaos: &Chaos) -> Server {
    let config = Config {
        chaos: chaos.clone(),
        ..Config::default()
    };
    Server::start(config).await.expect("it starts")
}

#[tokio::test(start_paused = true)]
async fn a_client_that_reconnects_receives_every_event() {
    let chaos = Chaos::default();
    let server = start_with(&chaos).await;
    let all = follow(&url(&server, "whole")).await;
    let SeenStream {
        attempts,
        endings,
        repeated,
        lost,
        ..
    } = chaos.seen(SEED, "whole");
    assert_eq!(
        BTreeSet::from_iter(all.iter().copied()),
        (1..=EVENTS + 1).collect()
    );
    for pair in all.windows(2) {
        assert!(pair[1] <= pair[0] + 1, "{pair:?}");
    }
    assert!(all.len() as u64 > EVENTS + 1 && repeated > 0);
    assert_eq!(lost, []);
    assert!(attempts > 20, "{attempts}");
    for ending in [Ending::End, Ending::Abort, Ending::Reset, Ending::Status] {
        assert!(endings.contains_key(&ending), "{ending:?} of {endings:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn no_event_is_missing_but_those_that_the_server_says_it_forgot() {
    let chaos = Chaos::default();
    let server = start_with(&chaos).await;
    let all = follow(&format!("{}&lossy=true", url(&server, "lossy"))).await;
    let SeenStream { lost, .. } = chaos.seen(SEED, "lossy");
    assert!(!lost.is_empty());
    let all = BTreeSet::from_iter(all);
    let missing: Vec<_> = (1..=EVENTS + 1).filter(|id| !all.contains(id)).collect();
    assert!(!missing.is_empty());
    for id in missing {
        let is_in_a_gap = lost
            .iter()
            .any(|&(after, before)| after < id && id < before);
        assert!(is_in_a_gap, "{id} of {lost:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_continues_the_chaotic_streams_of_the_server_before() {
    let chaos = Chaos::default();
    let server = start_with(&chaos).await;
    receive(&url(&server, "restarted"), None).await;
    server.stop().await;
    let server = start_with(&chaos).await;
    receive(&url(&server, "restarted"), None).await;
    assert_eq!(chaos.seen(SEED, "restarted").attempts, 2);
}

#[tokio::test]
async fn a_last_event_id_that_is_not_a_number_is_refused() {
    let server = start().await;
    let request = Request::new("GET", url(&server, "a")).header("last-event-id", "9x");
    assert_eq!(request.fetch().await.status, 400);
}

#[tokio::test(start_paused = true)]
async fn the_server_tells_over_http_what_it_saw_of_a_chaotic_stream() {
    let server = start().await;
    let url = url(&server, "asked");
    receive(&url, None).await;
    let seen = fetch(url.replace("/asked?", "/asked/seen?")).await;
    assert_eq!(seen.json::<serde_json::Value>()["attempts"], 1);
}
