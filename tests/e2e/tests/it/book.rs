//! The live demos of the book, which `cargo xtask docs` builds, served as any file server serves them.

use axum::Router;
use tokio::{net::TcpListener, task::JoinHandle};
use tower_http::services::ServeDir;

use crate::{Stage, root, tests};

tests! {
    the_first_stream_shows_typed_events_and_ends,
    a_connection_that_is_cut_comes_back_after_the_last_event,
    an_answer_is_shown_token_by_token_and_ends,
    an_answer_that_is_cut_says_so_and_is_not_asked_for_again,
}

/// Serves the book as a file server does that has no content security policy, and opens one of its pages.
async fn open(stage: &Stage<'_>, page: &str) -> JoinHandle<()> {
    let book = root().join("target/book");
    assert!(
        book.is_dir(),
        "there is no book: `cargo xtask test e2e` builds it"
    );
    let listener = TcpListener::bind(("127.0.0.1", 0))
        .await
        .expect("a free port");
    let address = listener.local_addr().expect("it listens");
    let files = Router::new().fallback_service(ServeDir::new(book));
    let server =
        tokio::spawn(async move { axum::serve(listener, files).await.expect("it serves") });
    stage
        .browser
        .goto(&format!("http://{address}/{page}"))
        .await;
    server
}

/// Waits until the text of a demo has these words.
async fn until_shown(stage: &Stage<'_>, demo: &str, words: &str) {
    let text = format!("document.querySelector('[data-demo={demo}]').textContent");
    stage
        .browser
        .until(&format!("{text}.includes({words:?})"))
        .await;
}

async fn press(stage: &Stage<'_>, demo: &str, button: usize) {
    let buttons = format!("document.querySelectorAll('[data-demo={demo}] button')");
    let click = format!("{buttons}[{button}].click();");
    stage.browser.run(&click, ().into()).await;
}

async fn the_first_stream_shows_typed_events_and_ends(stage: &mut Stage<'_>) {
    let server = open(stage, "index.html").await;
    for words in [
        "ACME 101.50",
        "GLOBEX is halted: news is pending",
        "closed: finished",
    ] {
        until_shown(stage, "first-stream", words).await;
    }
    press(stage, "first-stream", 0).await;
    until_shown(stage, "first-stream", "ACME 101.50").await;
    server.abort();
}

async fn a_connection_that_is_cut_comes_back_after_the_last_event(stage: &mut Stage<'_>) {
    let server = open(stage, "live.html").await;
    until_shown(stage, "reconnect", "2: line 2").await;
    press(stage, "reconnect", 1).await;
    for words in [
        "next attempt in 1 s",
        "attempt 2: refused",
        "next attempt in 2 s",
        "attempt 4: opened",
    ] {
        until_shown(stage, "reconnect", words).await;
    }
    until_shown(stage, "reconnect", "6: line 6").await;
    let lines = "return [...document.querySelectorAll('[data-demo=reconnect] li')]
        .map((line) => Number.parseInt(line.textContent)).filter(Number.isInteger);";
    let ids = stage.browser.run(lines, ().into()).await;
    let ids: Vec<_> = ids
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|id| id.as_u64())
        .collect();
    assert!(ids.windows(2).all(|pair| pair[1] == pair[0] + 1), "{ids:?}");
    server.abort();
}

async fn an_answer_is_shown_token_by_token_and_ends(stage: &mut Stage<'_>) {
    let server = open(stage, "live.html").await;
    until_shown(stage, "answer", "Sunlight holds all colours.").await;
    until_shown(stage, "answer", "closed: finished").await;
    until_shown(stage, "answer", "so blue comes from everywhere.").await;
    server.abort();
}

async fn an_answer_that_is_cut_says_so_and_is_not_asked_for_again(stage: &mut Stage<'_>) {
    let server = open(stage, "live.html").await;
    until_shown(stage, "answer", "Sunlight holds").await;
    press(stage, "answer", 1).await;
    until_shown(stage, "answer", "it breaks off here").await;
    until_shown(stage, "answer", "closed: policy").await;
    server.abort();
}
