//! Node's http module, and pages of another origin.

use serde_json::{Value, json};
use typed_eventsource_e2e::Browser;
use typed_eventsource_harness::{Process, Stage};
use typed_eventsource_server::{Config, Server};

use crate::{
    paragraph::{self, Pace},
    support::{TRANSPORTS, crate_path, served_folder, tool},
    tests,
};

tests! {
    the_paragraph_continues_after_a_hang_up,
    a_stream_that_needs_credentials_comes_only_with_them,
    a_page_of_an_unknown_origin_is_refused,
}

pub(crate) async fn node(pages: &[&str]) -> (Process, String) {
    let mut node = tool("NODE");
    node.arg(crate_path("servers/node/server.js"))
        .env("ORIGINS", pages.join(" "));
    Process::start_announced(node).await
}

/// A server of the pages, without streams.
async fn pages() -> Server {
    let config = Config {
        pkg: Some(served_folder().join("pkg")),
        pages: Some(served_folder()),
        ..Config::default()
    };
    Server::start(config).await.expect("the server starts")
}

async fn the_paragraph_continues_after_a_hang_up(stage: &Stage) {
    let pages = pages().await;
    let (_node, node) = node(&[pages.origin()]).await;
    let page = stage.browser().await;
    let url = format!(
        "{}/pages/paragraph.html?policy=resilient&stream={node}/events",
        pages.origin()
    );
    paragraph::assert_shown(&page, &url, Pace::OneByOne).await;
    pages.stop().await;
}

async fn open_letters(
    page: &Browser,
    node: &str,
    transport: &str,
    with_credentials: bool,
) -> Value {
    let script = "
        const { node, transport, withCredentials } = argument;
        const source = client.openLetters(node, transport, withCredentials);
        const problem = new Promise((resolve) => source.onError(({ code, status }) => resolve({ code, status })));
        const letter = new Promise((resolve) => source.on('letter', ({ data }) => resolve({ text: data.text })));
        const first = await Promise.race([problem, letter]);
        source.close();
        return first;";
    let argument =
        json!({ "node": node, "transport": transport, "withCredentials": with_credentials });
    page.run(script, argument).await
}

async fn a_stream_that_needs_credentials_comes_only_with_them(stage: &Stage) {
    let pages = pages().await;
    let (_node, node) = node(&[pages.origin()]).await;
    let page = stage.browser().await;
    open_client(&page, pages.origin()).await;
    let log_in = "await fetch(`${argument}/login`, { method: 'POST', credentials: 'include' });";
    page.run(log_in, json!(node)).await;
    for transport in TRANSPORTS {
        let with = open_letters(&page, &node, transport, true).await;
        assert_eq!(with["text"], "for you alone", "{transport}");
    }
    let over_fetch = open_letters(&page, &node, "fetch", false).await;
    assert_eq!(over_fetch["status"], 401);
    let over_browser = open_letters(&page, &node, "browser", false).await;
    assert_eq!(over_browser["code"], "given-up");
    pages.stop().await;
}

async fn a_page_of_an_unknown_origin_is_refused(stage: &Stage) {
    let pages = pages().await;
    let (_node, node) = node(&[pages.second_origin()]).await;
    let page = stage.browser().await;
    open_client(&page, pages.origin()).await;
    for (transport, code) in TRANSPORTS.into_iter().zip(["given-up", "connection-lost"]) {
        let refused = open_letters(&page, &node, transport, true).await;
        assert_eq!(refused["code"], code, "{transport}");
    }
    pages.stop().await;
}

/// As [`open_client`](crate::support::open_client), with a page that the server serves without a content security policy.
async fn open_client(page: &Browser, origin: &str) {
    page.goto(&format!("{origin}/pages/client.html")).await;
    page.run(
        "window.client = await import('/pages/node.js');",
        Value::Null,
    )
    .await;
}
