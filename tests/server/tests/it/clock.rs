//! A stream whose events are numbered by a clock.

use std::time::Duration;

use typed_eventsource_server::{
    Config, Server,
    client::{Request, Response},
    clock::Clock,
};

const PERIOD: Duration = Duration::from_millis(20);

async fn start() -> (Clock, Server) {
    let clock = Clock::start(PERIOD);
    let server = Server::start_with(Config::default(), |stop| Ok(clock.routes(stop)));
    let server = server.await.expect("it starts");
    (clock, server)
}

fn url(server: &Server) -> String {
    format!("{}/clock", server.origin())
}

/// Reads until the response has these bytes at its end.
async fn read_until(response: &mut Response, end: &str) -> String {
    let mut text = String::new();
    while !text.ends_with(end) {
        let chunk = response.chunk().await.expect("it goes on");
        text += std::str::from_utf8(&chunk.expect("it goes on")).expect("UTF-8");
    }
    text
}

#[tokio::test(start_paused = true)]
async fn a_client_that_comes_back_gets_what_has_come_meanwhile() {
    let (clock, server) = start().await;
    let mut first = Request::new("GET", url(&server)).send().await.unwrap();
    let text = read_until(&mut first, "data: 2\n\n").await;
    assert_eq!(text, ":\n\nid: 1\ndata: 1\n\nid: 2\ndata: 2\n\n");
    assert_eq!((clock.opened(), clock.connections()), (1, 1));
    drop(first);
    tokio::time::sleep(3 * PERIOD).await;
    let again = Request::new("GET", url(&server)).header("last-event-id", "2");
    let mut again = again.send().await.unwrap();
    let text = read_until(&mut again, "data: 5\n\n").await;
    assert_eq!(
        text,
        ":\n\nid: 3\ndata: 3\n\nid: 4\ndata: 4\n\nid: 5\ndata: 5\n\n"
    );
    assert_eq!((clock.opened(), clock.connections()), (2, 1));
}

#[tokio::test]
async fn all_connections_are_reset_when_they_are_cut() {
    let (clock, server) = start().await;
    let mut response = Request::new("GET", url(&server)).send().await.unwrap();
    read_until(&mut response, "\n\n").await;
    clock.cut();
    while response.chunk().await.is_ok() {}
    assert_eq!(clock.connections(), 0);
}

#[tokio::test]
async fn an_id_that_was_not_sent_is_refused() {
    let (_clock, server) = start().await;
    for id in ["x", "1000000"] {
        let request = Request::new("GET", url(&server)).header("last-event-id", id);
        assert_eq!(request.fetch().await.status, 400);
    }
}
