//! The rate at which sources of one URL open.

use std::time::Duration;

use typed_eventsource::{EventSource, Policy, State};
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{Attempt, Clock, Script, builder, run, states};

/// How many sources of one URL may open without a wait.
const BURST: usize = 20;

async fn wait_until_open(source: &EventSource) {
    let mut states = states(source);
    while !matches!(source.state(), State::Open { .. }) {
        states.next().await;
    }
}

#[wasm_bindgen_test]
async fn sources_of_one_url_open_one_a_second_after_a_burst() {
    run(async || {
        let _clock = Clock::stopped();
        let script = Script::put([Attempt::playing([])]).await;
        let open = |url: String| {
            let policy = Policy::browser().close_after_losses(1);
            builder(url).policy(policy).open().expect("a valid request")
        };
        for _ in 0..5 * BURST {
            open(script.url()).close();
        }
        let waiting = open(script.url());
        let another = open(format!("{}#another", script.url()));
        wait_until_open(&another).await;
        assert_eq!(waiting.state(), State::Connecting);
        assert!(script.seen().await.len() <= BURST + 1);
        Clock::advance(Duration::from_secs(1));
        wait_until_open(&waiting).await;
    })
    .await;
}
