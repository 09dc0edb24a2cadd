//! Go's net/http, and how the page of the paragraph handles failures.

use std::time::Duration;

use serde_json::Value;
use tokio::{net::TcpListener, time::timeout};
use typed_eventsource_harness::{Process, Stage};

use crate::{
    paragraph,
    support::{TRANSPORTS, go_program, served_folder},
    tests,
};

tests! {
    a_server_that_dies_in_the_middle_is_reported_and_not_asked_again,
    a_server_that_refuses_is_reported,
    a_browser_without_event_source_gets_a_message_or_uses_fetch,
}

pub(crate) async fn go() -> (Process, String) {
    let mut go = go_program().await;
    go.env("WWW", served_folder()).env("PORT", "0");
    Process::start_announced(go).await
}

async fn a_server_that_dies_in_the_middle_is_reported_and_not_asked_again(stage: &Stage) {
    let page = stage.browser().await;
    for transport in TRANSPORTS {
        let (mut go, origin) = go().await;
        paragraph::open(&page, &format!("{origin}/paragraph.html"), transport).await;
        page.until("window.shown.length > 0").await;
        go.kill();
        page.until("document.body.innerText.includes('It breaks off here')")
            .await;
        let status = paragraph::status(&page).await;
        assert!(status.contains("the connection"), "{transport}: {status}");
        assert!(status.contains("lost"), "{transport}: {status}");
        // A client that reconnects would do so within three seconds.
        let port = origin.rsplit(':').next().and_then(|port| port.parse().ok());
        let address = ("127.0.0.1", port.unwrap_or_default());
        let listener = TcpListener::bind(address)
            .await
            .expect("the port is free again");
        let again = timeout(Duration::from_secs(4), listener.accept()).await;
        assert!(again.is_err(), "{transport}: asked again");
        let shown = page.run("return shown.length;", Value::Null).await;
        assert!(
            shown.as_u64().is_some_and(|sentences| sentences < 4),
            "{transport}: {shown}"
        );
    }
}

async fn a_server_that_refuses_is_reported(stage: &Stage) {
    let (_go, origin) = go().await;
    let page = stage.browser().await;
    for (transport, words) in TRANSPORTS.into_iter().zip(["gave up", "status 404"]) {
        paragraph::open(
            &page,
            &format!("{origin}/paragraph.html?stream=/nothing"),
            transport,
        )
        .await;
        page.until("document.body.innerText.includes('It breaks off here')")
            .await;
        let status = paragraph::status(&page).await;
        assert!(status.contains(words), "{transport}: {status}");
    }
}

async fn a_browser_without_event_source_gets_a_message_or_uses_fetch(stage: &Stage) {
    let (_go, origin) = go().await;
    let page = stage.browser().await;
    let open = async |transport| {
        let url = format!("{origin}/paragraph.html?transport={transport}");
        page.goto_prepared(&url, "delete window.EventSource;").await;
    };
    open("browser").await;
    page.until(
        "document.querySelector('#status').textContent.includes('there is no EventSource here')",
    )
    .await;
    let status = paragraph::status(&page).await;
    assert!(
        status.starts_with("This page needs a newer browser"),
        "{status}"
    );
    open("fetch").await;
    page.until("document.body.innerText.includes('That was all.')")
        .await;
}
