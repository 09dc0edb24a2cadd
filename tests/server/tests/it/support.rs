//! A server, and a script on it.

use typed_eventsource_server::{
    Config, Server,
    client::{Request, Response, Whole, fetch, get, post},
    script::{Attempt, Script, SeenAttempts, Step},
};

/// After so many questions for what is to be seen, of ten seconds each, it is taken for granted that it never will be.
const MOST_QUESTIONS: usize = 12;

pub(crate) async fn start() -> Server {
    Server::start(Config::default()).await.expect("it starts")
}

pub(crate) fn send(text: &str) -> Step {
    Step::Send(text.into())
}

/// A script on a server.
pub(crate) struct Put<'a> {
    server: &'a Server,
    id: &'static str,
}

pub(crate) async fn put(server: &Server, attempts: impl Into<Vec<Attempt>>) -> Put<'_> {
    let put = Put { server, id: "it" };
    put.again(attempts).await;
    put
}

impl Put<'_> {
    fn control(&self, path: &str) -> String {
        format!("{}/scripts/{}{path}", self.server.origin(), self.id)
    }

    pub(crate) async fn again(&self, attempts: impl Into<Vec<Attempt>>) {
        let attempts = attempts.into();
        let script = serde_json::to_vec(&Script { attempts }).expect("JSON");
        let answer = Request::new("PUT", self.control("")).body(script);
        assert_eq!(answer.fetch().await.status, 204);
    }

    pub(crate) fn url(&self) -> String {
        format!("{}/streams/{}", self.server.origin(), self.id)
    }

    pub(crate) async fn open(&self) -> Response {
        get(self.url()).await.expect("a response")
    }

    pub(crate) async fn release(&self) {
        assert_eq!(post(self.control("/release")).await, 204);
    }

    pub(crate) async fn delete(&self) -> u16 {
        Request::new("DELETE", self.control(""))
            .fetch()
            .await
            .status
    }

    pub(crate) async fn seen_raw(&self, query: &str) -> Whole {
        fetch(self.control(&format!("/seen{query}"))).await
    }

    /// What was seen, as soon as there is so much of it. The server gives up after a while, and is asked again.
    pub(crate) async fn seen(&self, attempts: usize, closed: usize) -> SeenAttempts {
        let query = format!("?attempts={attempts}&closed={closed}");
        let mut answer = self.seen_raw(&query).await;
        for _ in 0..MOST_QUESTIONS {
            if answer.status != 504 {
                break;
            }
            answer = self.seen_raw(&query).await;
        }
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }
}
