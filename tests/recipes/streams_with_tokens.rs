//! Streams whose requests have a token.

use std::{
    cell::RefCell,
    rc::Rc,
    time::{Duration, SystemTime},
};

use typed_eventsource::testing::FakeServer;

use crate::tokens;

#[test]
fn streams_that_ask_for_a_token_get_one_for_all_and_renew_it() {
    const HOUR: Duration = Duration::from_secs(3600);
    let (server, count) = (FakeServer::new(), Rc::new(RefCell::new(0)));
    let asked = Rc::clone(&count);
    let streams = tokens::Streams::new(move || {
        *asked.borrow_mut() += 1;
        let text = asked.borrow().to_string();
        let expires_at = Some(SystemTime::now() + HOUR);
        async move { Ok(tokens::Token { text, expires_at }) }
    });
    let sources = ["/orders", "/prices"].map(|url| streams.open(url).expect("a valid URL"));
    let tokens = || -> Vec<_> {
        let attempts = server.attempts();
        let tokens = attempts
            .iter()
            .map(|attempt| attempt.header("Authorization"));
        tokens.map(|token| token.map(str::to_owned)).collect()
    };
    server.fail(401);
    assert_eq!(*count.borrow(), 1);
    server.open();
    let fresh = |text: &str| Some(format!("Bearer {text}"));
    assert_eq!(tokens(), [fresh(""), fresh(""), fresh("1"), fresh("1")]);
    server.clock().advance(HOUR);
    assert_eq!(*count.borrow(), 2);
    assert_eq!(tokens()[4..], [fresh("2"), fresh("2")]);
    server.open();
    assert_eq!(server.connections(), sources.len());
}
