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

/// Starts the server in Node.js, and returns it with its origin. Pages of `page_origins` may read its responses.
pub(crate) async fn node(page_origins: &[&str]) -> (Process, String) {
    let mut node = tool("NODE");
    node.arg(crate_path("servers/node/server.js"))
        .env("ORIGINS", page_origins.join(" "));
    Process::start_announced(node).await
}

/// Starts the test server, which serves the pages at `/pages/`. Their streams come from the server in Node.js, so that the pages
/// are of another origin.
async fn start_page_server() -> Server {
    let config = Config {
        pkg: Some(served_folder().join("pkg")),
        pages: Some(served_folder()),
        ..Config::default()
    };
    Server::start(config).await.expect("the server starts")
}

async fn the_paragraph_continues_after_a_hang_up(stage: &Stage) {
    let page_server = start_page_server().await;
    let (_node, node) = node(&[page_server.origin()]).await;
    let page = stage.browser().await;
    let url = format!(
        "{}/pages/paragraph.html?policy=resilient&stream={node}/events",
        page_server.origin()
    );
    paragraph::assert_shown(&page, &url, Pace::OneByOne).await;
    page_server.stop().await;
}

/// Opens the stream of letters, and returns the first letter or the first error.
async fn first_letter_or_error(
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
    let page_server = start_page_server().await;
    let (_node, node) = node(&[page_server.origin()]).await;
    let page = stage.browser().await;
    open_client_page(&page, page_server.origin()).await;
    let log_in = "await fetch(`${argument}/login`, { method: 'POST', credentials: 'include' });";
    page.run(log_in, json!(node)).await;
    for transport in TRANSPORTS {
        let with = first_letter_or_error(&page, &node, transport, true).await;
        assert_eq!(with["text"], "for you alone", "{transport}");
    }
    let over_fetch = first_letter_or_error(&page, &node, "fetch", false).await;
    assert_eq!(over_fetch["status"], 401);
    let over_browser = first_letter_or_error(&page, &node, "browser", false).await;
    assert_eq!(over_browser["code"], "given-up");
    page_server.stop().await;
}

async fn a_page_of_an_unknown_origin_is_refused(stage: &Stage) {
    let page_server = start_page_server().await;
    let (_node, node) = node(&[page_server.second_origin()]).await;
    let page = stage.browser().await;
    open_client_page(&page, page_server.origin()).await;
    for (transport, code) in TRANSPORTS.into_iter().zip(["given-up", "connection-lost"]) {
        let refused = first_letter_or_error(&page, &node, transport, true).await;
        assert_eq!(refused["code"], code, "{transport}");
    }
    page_server.stop().await;
}

/// Opens the page for scripts at the page server, on which `client` is the module for this server.
async fn open_client_page(page: &Browser, origin: &str) {
    page.goto(&format!("{origin}/pages/client.html")).await;
    page.run(
        "window.client = await import('/pages/node.js');",
        Value::Null,
    )
    .await;
}
