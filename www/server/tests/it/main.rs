//! Tests of the showcase's streams over TCP: their events, their faults, their checks, and restarts.

mod apps;
mod chat;
mod checks;
mod game;
mod log;
mod model;
mod prices;

use std::{fs, path::PathBuf};

use serde_json::Value;
use typed_eventsource_server::{
    Config, Server,
    client::{Request, Response, WholeResponse, post},
};
use typed_eventsource_showcase::Showcase;

async fn start() -> Server {
    let server = Showcase::default().start(Config::default()).await;
    server.expect("it starts")
}

/// An event as the server sends it.
#[derive(Debug)]
struct Event {
    name: Option<String>,
    id: Option<u64>,
    data: String,
}

impl Event {
    fn parse(text: &str) -> Self {
        let field = |name: &str| {
            let prefix = format!("{name}: ");
            text.lines().find_map(|line| line.strip_prefix(&prefix))
        };
        assert!(text.ends_with("\n\n"), "{text:?}");
        Self {
            name: field("event").map(Into::into),
            id: field("id").map(|id| id.parse().expect("a number")),
            data: field("data").expect("data").into(),
        }
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.data).expect("JSON")
    }
}

async fn next(stream: &mut Response) -> Event {
    Event::parse(&stream.text().await)
}

/// The next event of this name. Other events are skipped.
async fn next_named(stream: &mut Response, name: &str) -> Event {
    loop {
        let event = next(stream).await;
        if event.name.as_deref() == Some(name) {
            return event;
        }
    }
}

/// Opens a stream, and skips the reconnection time at its start.
async fn open(server: &Server, path: &str, last_id: Option<u64>) -> Response {
    let mut request = Request::new("GET", format!("{}/demo/{path}", server.origin()));
    if let Some(id) = last_id {
        request = request.header("last-event-id", id.to_string());
    }
    skip_retry(request.send().await.expect("a response")).await
}

async fn skip_retry(mut stream: Response) -> Response {
    assert_eq!(stream.status, 200);
    assert_eq!(stream.header("content-type"), Some("text/event-stream"));
    assert_eq!(stream.text().await, "retry: 1000\n\n");
    stream
}

fn post_request(server: &Server, path: &str, body: impl Into<Vec<u8>>) -> Request {
    Request::new("POST", format!("{}/demo/{path}", server.origin()))
        .header("content-type", "application/json")
        .body(body)
}

async fn post_json(server: &Server, path: &str, body: &Value) -> WholeResponse {
    post_request(server, path, body.to_string()).fetch().await
}

/// Asserts that each of these is refused with 422 and a sentence that starts with this text.
async fn assert_refused<const COUNT: usize>(
    server: &Server,
    path: &str,
    refused: [(Value, &str); COUNT],
) {
    for (json, sentence) in refused {
        let answer = post_json(server, path, &json).await;
        let said = answer.text();
        assert_eq!(answer.status, 422, "{json}: {said}");
        assert!(said.starts_with(sentence), "{json}: {said}");
    }
}

/// Asks until a request is refused because there were too many. On a slow machine that takes more requests. Returns how many were
/// accepted, and the refusal.
async fn ask_until_refused(ask: impl AsyncFn() -> WholeResponse) -> (usize, WholeResponse) {
    let mut count = 0;
    loop {
        let answer = ask().await;
        if answer.status == 429 {
            return (count, answer);
        }
        assert_eq!(answer.status, 204, "{}", answer.text());
        count += 1;
    }
}

async fn cause_fault(server: &Server, name: &str) {
    let url = format!("{}/demo/faults/{name}", server.origin());
    assert_eq!(post(url).await, 204);
}

/// A server that keeps its state in a folder of this name, which is empty at first, and that can be restarted.
struct RestartableServer {
    state: PathBuf,
    server: Server,
}

impl RestartableServer {
    async fn start(name: &str) -> Self {
        let state = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&state);
        let server = Self::serve(&state).await;
        Self { state, server }
    }

    async fn serve(state: &std::path::Path) -> Server {
        let showcase = Showcase {
            state: Some(state.to_owned()),
            ..Showcase::default()
        };
        let server = showcase.start(Config::default()).await;
        server.expect("it starts")
    }

    async fn restart(self) -> Self {
        self.server.stop().await;
        let server = Self::serve(&self.state).await;
        Self { server, ..self }
    }
}
