//! Streams that ask for a token: what to do at a 401, and before a token expires.

use std::{cell::RefCell, error::Error, rc::Rc, time::SystemTime};

use typed_eventsource::{EventSource, Fetch, Policy, Refresh};

/// A token, and when it expires.
pub struct Token {
    pub text: String,
    pub expires_at: Option<SystemTime>,
}

/// The streams of a user.
pub struct Streams {
    token: Rc<RefCell<Option<Token>>>,
    refresh: Refresh,
}

impl Streams {
    /// `ask` gets a token from your server, to which the cookie of a session shows who asks.
    pub fn new<F>(ask: impl Fn() -> F + 'static) -> Self
    where
        F: Future<Output = Result<Token, Box<dyn Error>>> + 'static,
    {
        let token = Rc::<RefCell<Option<Token>>>::default();
        let known = Rc::clone(&token);
        let refresh = Refresh::new(move || {
            let (asked, known) = (ask(), Rc::clone(&known));
            async move {
                let fresh = asked.await?;
                known.replace(Some(fresh));
                Ok(())
            }
        });
        Self { token, refresh }
    }

    /// Opens a stream. Its server sends ids, and goes on after the one that a request has.
    pub fn open(&self, url: &str) -> Result<EventSource, typed_eventsource::Error> {
        let token = Rc::clone(&self.token);
        let fetch = Fetch::new().fresh_headers(move || {
            let token = token.borrow();
            let text = token.as_ref().map_or("", |token| token.text.as_str());
            let bearer = format!("Bearer {text}");
            async { Ok(vec![("Authorization".into(), bearer)]) }
        });
        let token = Rc::clone(&self.token);
        EventSource::builder(url)
            .fetch(fetch)
            .on_unauthorized(&self.refresh) // the same for all: it is called once, whatever waits for it
            .renew_before(move || token.borrow().as_ref()?.expires_at) // the next connection is open before this one has to end
            .policy(Policy::resilient())
            .open()
    }
}
