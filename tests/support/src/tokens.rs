//! A stream of the test server whose clients show a token.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::{Duration, SystemTime},
};

use typed_eventsource::{EventSource, EventSourceBuilder, Fetch, Refresh};

use super::server::{request, server, unique_id};

/// A token, as an OAuth server sends it.
#[derive(serde::Deserialize)]
struct Answer {
    access_token: String,
}

/// A user of such a stream.
#[derive(Clone, Debug)]
pub struct TokenUser(Rc<User>);

#[derive(Debug)]
struct User {
    url: String,
    token: RefCell<String>,
    expires_at: Cell<Option<f64>>,
    /// How long each token lives, in milliseconds.
    lifetime: Option<u32>,
    refreshes: Cell<u32>,
}

impl TokenUser {
    /// A user whose tokens live for this many milliseconds.
    pub async fn new(lifetime: Option<u32>) -> Self {
        let url = format!("{}/tokens/{}", server().await.origin, unique_id());
        Self(Rc::new(User {
            url,
            token: RefCell::new("0".to_owned()),
            expires_at: Cell::default(),
            lifetime,
            refreshes: Cell::default(),
        }))
    }

    /// Asks the server to do something.
    pub async fn post(&self, path: &str) -> String {
        let url = format!("{}/{path}", self.0.url);
        let answer = request("POST", &url, None).await;
        answer.expect("an answer").1
    }

    /// What the server has seen, as JSON.
    pub async fn seen(&self) -> String {
        let url = format!("{}/seen", self.0.url);
        request("GET", &url, None).await.expect("an answer").1
    }

    /// Asks for a new token.
    pub async fn refresh(&self) {
        let begin = js_sys::Date::now();
        let query = self.0.lifetime.map(|ms| format!("?ttl={ms}"));
        let path = format!("refresh{}", query.unwrap_or_default());
        let answer: Answer = serde_json::from_str(&self.post(&path).await).expect("a token");
        self.0.token.replace(answer.access_token);
        let expiry = self.0.lifetime.map(|ms| begin + f64::from(ms));
        self.0.expires_at.set(expiry);
        self.0.refreshes.set(self.0.refreshes.get() + 1);
    }

    /// How many tokens the user has asked for.
    pub fn refreshes(&self) -> u32 {
        self.0.refreshes.get()
    }

    /// The function that asks for a new token.
    pub fn refresher(&self) -> Refresh {
        let user = self.clone();
        Refresh::new(move || {
            let user = user.clone();
            async move {
                user.refresh().await;
                Ok(())
            }
        })
    }

    /// Sets up a source of the stream, with this query.
    pub fn builder(&self, query: &str, refresh: &Refresh) -> EventSourceBuilder {
        let user = self.clone();
        let fetch = Fetch::new().fresh_headers(move || {
            let bearer = format!("Bearer {}", user.0.token.borrow());
            async { Ok(vec![("Authorization".into(), bearer)]) }
        });
        let user = self.clone();
        EventSource::builder(format!("{}{query}", self.0.url))
            .fetch(fetch)
            .on_unauthorized(refresh)
            .renew_before(move || {
                let milliseconds = user.0.expires_at.get()?;
                Some(SystemTime::UNIX_EPOCH + Duration::from_secs_f64(milliseconds / 1000.0))
            })
    }
}
