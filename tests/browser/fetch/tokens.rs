//! Tokens that die and that expire, on a server that asks for them.

use std::time::Duration;

use futures::future::join_all;
use typed_eventsource::{Policy, State};
use wasm_bindgen_test::wasm_bindgen_test;

use super::{
    super::support::{Heard, TokenUser, errors, listen, states},
    run,
};

fn impatient() -> Policy {
    Policy::browser().reconnection_time(Duration::from_millis(10))
}

async fn next_open(states: &mut Heard<State>) {
    while !matches!(states.next().await, State::Open { .. }) {}
}

#[wasm_bindgen_test]
async fn a_token_that_dies_is_refreshed_once_each_time_and_no_event_is_lost() {
    run(async || {
        const DEATHS: usize = 50;
        let user = TokenUser::new(None).await;
        let builder = user.builder("", &user.refresher()).policy(impatient());
        let source = builder.open().unwrap();
        let mut numbers = listen::<usize>(&source, "message");
        let (mut states, _errors) = (states(&source), errors(&source));
        next_open(&mut states).await;
        for death in 0..DEATHS {
            user.post("send?count=2").await;
            let received = numbers.take(2).await;
            assert_eq!(received, [2 * death + 1, 2 * death + 2]);
            user.post("revoke").await;
            next_open(&mut states).await;
        }
        let refused: Vec<_> = (0..DEATHS).map(|token| format!("\"{token}\":1")).collect();
        let seen = user.seen().await;
        for part in [
            format!("\"refreshes\":{DEATHS}"),
            format!("\"opened\":{}", DEATHS + 1),
        ] {
            assert!(seen.contains(&part), "{seen}");
        }
        assert!(refused.iter().all(|part| seen.contains(part)), "{seen}");
    })
    .await;
}

#[wasm_bindgen_test]
async fn many_sources_are_refreshed_once_at_each_death_of_the_token() {
    run(async || {
        for shared in [true, false] {
            let user = TokenUser::new(None).await;
            let refresh = user.refresher();
            let template = user.builder("", &refresh).policy(impatient());
            let sources: Vec<_> = (0..4)
                .map(|index| {
                    let query = format!("?{index}");
                    let builder = match shared {
                        true => template.clone().shared(true),
                        false => user.builder(&query, &refresh).policy(impatient()),
                    };
                    builder.open().unwrap()
                })
                .collect();
            let mut states: Vec<_> = sources.iter().map(states).collect();
            let _errors: Vec<_> = sources.iter().map(errors).collect();
            join_all(states.iter_mut().map(next_open)).await;
            for death in 1..=5 {
                user.post("revoke").await;
                join_all(states.iter_mut().map(next_open)).await;
                assert_eq!(user.refreshes(), death, "shared: {shared}");
            }
        }
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_connection_that_is_renewed_under_load_brings_each_event_once_and_in_order() {
    run(async || {
        let user = TokenUser::new(Some(1000)).await;
        user.refresh().await;
        let source = user.builder("", &user.refresher()).open().unwrap();
        let mut numbers = listen::<usize>(&source, "message");
        let (mut states, _errors) = (states(&source), errors(&source));
        next_open(&mut states).await;
        user.post("send?count=1500&every=1").await;
        let received = numbers.take(1500).await;
        assert!(received.into_iter().eq(1..=1500));
        assert!(user.refreshes() > 2);
    })
    .await;
}
