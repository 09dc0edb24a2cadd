//! Starts a server and puts scripts to it.

use typed_eventsource_server::{
    Config, Server,
    client::{Request, Response, WholeResponse, fetch, get, post},
    script::{Attempt, Script, SeenAttempts, Step},
};

/// How often a test asks what the server saw before it gives up. The server takes ten seconds at most for each answer.
const MOST_POLLS: usize = 12;

pub(crate) async fn start() -> Server {
    Server::start(Config::default()).await.expect("it starts")
}

pub(crate) fn send(text: &str) -> Step {
    Step::Send(text.into())
}

/// A script that was put to a server.
pub(crate) struct PutScript<'a> {
    server: &'a Server,
    id: &'static str,
}

pub(crate) async fn put(server: &Server, attempts: impl Into<Vec<Attempt>>) -> PutScript<'_> {
    let script = PutScript { server, id: "demo" };
    script.put_again(attempts).await;
    script
}

impl PutScript<'_> {
    fn control_url(&self, path: &str) -> String {
        format!("{}/scripts/{}{path}", self.server.origin(), self.id)
    }

    pub(crate) async fn put_again(&self, attempts: impl Into<Vec<Attempt>>) {
        let attempts = attempts.into();
        let script = serde_json::to_vec(&Script { attempts }).expect("JSON");
        let answer = Request::new("PUT", self.control_url("")).body(script);
        assert_eq!(answer.fetch().await.status, 204);
    }

    pub(crate) fn url(&self) -> String {
        format!("{}/streams/{}", self.server.origin(), self.id)
    }

    pub(crate) async fn open(&self) -> Response {
        get(self.url()).await.expect("a response")
    }

    pub(crate) async fn release(&self) {
        assert_eq!(post(self.control_url("/release")).await, 204);
    }

    pub(crate) async fn delete(&self) -> u16 {
        Request::new("DELETE", self.control_url(""))
            .fetch()
            .await
            .status
    }

    pub(crate) async fn seen_raw(&self, query: &str) -> WholeResponse {
        fetch(self.control_url(&format!("/seen{query}"))).await
    }

    /// What the server saw of the script so far.
    pub(crate) async fn seen_so_far(&self) -> SeenAttempts {
        self.seen("").await
    }

    /// What the server saw, as soon as that many attempts were made.
    pub(crate) async fn seen_attempts(&self, attempts: usize) -> SeenAttempts {
        self.seen(&format!("?attempts={attempts}")).await
    }

    /// What the server saw, as soon as that many attempts are closed.
    pub(crate) async fn seen_closed(&self, closed: usize) -> SeenAttempts {
        self.seen(&format!("?closed={closed}")).await
    }

    /// Asks again when the server answers that it did not see enough within ten seconds.
    async fn seen(&self, query: &str) -> SeenAttempts {
        let mut answer = self.seen_raw(query).await;
        for _ in 1..MOST_POLLS {
            if answer.status != 504 {
                break;
            }
            answer = self.seen_raw(query).await;
        }
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }
}
