//! nginx as a reverse proxy in front of Go's server and Node's.

use serde_json::{Value, json};
use typed_eventsource_e2e::Browser;
use typed_eventsource_harness::{Process, Stage};

use crate::{
    go::go,
    node::node,
    paragraph::{self, Pace},
    support::{Nginx, TRANSPORTS, open_client, run_over},
    tests,
};

tests! {
    nginx_buffers_the_sentences_until_the_end,
    without_the_buffer_the_sentences_come_one_by_one,
    a_server_can_switch_the_buffer_off,
    over_http_1_a_page_has_only_six_streams,
    over_http_2_a_page_has_many_more_streams,
}

/// The most streams that a browser opens to one host over HTTP/1.1.
const HTTP_1_STREAMS: usize = 6;
/// How many streams a test opens to one host over HTTP/2.
const HTTP_2_STREAMS: usize = 20;

/// nginx with the servers behind it.
struct Site {
    _nginx: Nginx,
    _go: Process,
    _node: Process,
    /// The origin without TLS.
    plain: String,
    /// The origin with TLS.
    tls: String,
}

impl Site {
    async fn start() -> Self {
        let (go_process, go) = go().await;
        let (node_process, node) = node(&[]).await;
        let address = |origin: &str| origin.trim_start_matches("http://").to_owned();
        let (nginx, [plain, tls]) = Nginx::start("nginx/site.conf", |[plain, tls]| {
            vec![
                ("listen 80", format!("listen 127.0.0.1:{plain}")),
                ("listen 443", format!("listen 127.0.0.1:{tls}")),
                ("127.0.0.1:8001;", address(&go) + ";"),
                ("127.0.0.1:8002;", address(&node) + ";"),
            ]
        })
        .await;
        Self {
            _nginx: nginx,
            _go: go_process,
            _node: node_process,
            plain: format!("http://127.0.0.1:{plain}"),
            tls: format!("https://127.0.0.1:{tls}"),
        }
    }

    async fn assert_shows_paragraph(&self, page: &Browser, stream: &str, pace: Pace) {
        for origin in [&self.plain, &self.tls] {
            let url = format!("{origin}/paragraph.html?policy=resilient&stream={stream}");
            paragraph::assert_shown(page, &url, pace).await;
        }
    }
}

async fn nginx_buffers_the_sentences_until_the_end(stage: &Stage) {
    let site = Site::start().await;
    let page = stage.browser().await;
    site.assert_shows_paragraph(&page, "/buffered/events", Pace::AllAtOnce)
        .await;
}

async fn without_the_buffer_the_sentences_come_one_by_one(stage: &Stage) {
    let site = Site::start().await;
    let page = stage.browser().await;
    site.assert_shows_paragraph(&page, "/streams/events", Pace::OneByOne)
        .await;
}

async fn a_server_can_switch_the_buffer_off(stage: &Stage) {
    let site = Site::start().await;
    let page = stage.browser().await;
    site.assert_shows_paragraph(&page, "/node/events", Pace::OneByOne)
        .await;
}

async fn over_http_1_a_page_has_only_six_streams(stage: &Stage) {
    let site = Site::start().await;
    let page = stage.browser().await;
    for transport in TRANSPORTS {
        open_many(&page, &site.plain, transport, HTTP_1_STREAMS + 1).await;
        // When all six have heard many events, the seventh would have heard some if it were open.
        page.until(&format!(
            "streams.filter(({{ heard }}) => heard > 10).length === {HTTP_1_STREAMS}"
        ))
        .await;
        let waiting = page
            .run(
                "const waiting = streams.filter(({ source }) => source.readyState !== source.OPEN);
                 window.last = waiting[0];
                 streams.find(({ source }) => source.readyState === source.OPEN).source.close();
                 return waiting.map(({ heard, source }) => [heard, source.readyState]);",
                Value::Null,
            )
            .await;
        assert_eq!(waiting, json!([[0, 0]]), "{transport}");
        page.until("last.heard > 0").await;
        close_all(&page).await;
    }
}

async fn over_http_2_a_page_has_many_more_streams(stage: &Stage) {
    let site = Site::start().await;
    let page = stage.browser().await;
    for transport in TRANSPORTS {
        open_many(&page, &site.tls, transport, HTTP_2_STREAMS).await;
        page.until("streams.every(({ heard }) => heard > 10)").await;
        let protocols = page
            .run(
                "return performance.getEntriesByType('navigation').map(({ nextHopProtocol }) => nextHopProtocol);",
                Value::Null,
            )
            .await;
        assert_eq!(protocols, json!(["h2"]));
        close_all(&page).await;
    }
}

async fn open_many(page: &Browser, origin: &str, transport: &str, count: usize) {
    open_client(page, origin, "nginx").await;
    let open = format!("window.streams = client.openMany('/streams/ticks', transport, {count});");
    run_over(page, transport, &open).await;
}

async fn close_all(page: &Browser) {
    page.run(
        "for (const { source } of streams) source.close();",
        Value::Null,
    )
    .await;
}
