//! `Bytes::gunzip`: the browser inflates compressed data.

use std::{cell::Cell, rc::Rc};

use gloo_timers::callback::Interval;
use typed_eventsource::{Bytes, GunzipError};
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{Attempt, Script, Transport, gzip, next_data, run, run_over, stream};

/// 2,000 times `tick `, as gzip in base64.
const TICKS: &str = "H4sIAAAAAAACA+3EMQ0AAAgDMCt44yK88x90kLRHM70VSZIkSZIkSZIkSZIkSZJ+d+1G6RgQJwAA";
/// The bytes of the ticks when they are inflated.
const TICKS_LENGTH: usize = 10_000;

/// The compressed ticks, as they arrive.
async fn ticks() -> Bytes {
    let event = format!("data: {TICKS}\n\n");
    let script = Script::put([Attempt::sending(&event)]).await;
    next_data(&mut stream(&script.open(), "message")).await
}

#[wasm_bindgen_test]
async fn gzipped_bytes_are_inflated() {
    run(async || {
        let bytes = ticks().await;
        let inflated = bytes.gunzip(TICKS_LENGTH).await.expect("a gzip file");
        assert_eq!(inflated.0, b"tick ".repeat(2000));
    })
    .await;
}

#[wasm_bindgen_test]
async fn data_that_inflates_beyond_the_limit_is_refused() {
    run(async || {
        let bytes = ticks().await;
        for limit in [0, 1, TICKS_LENGTH - 1] {
            let refused = bytes.gunzip(limit).await;
            assert_eq!(refused, Err(GunzipError::TooLarge { limit }));
        }
    })
    .await;
}

#[wasm_bindgen_test]
async fn gzip_that_is_cut_short_is_an_error() {
    run(async || {
        let whole = ticks().await.0;
        for length in [0, 1, 10, whole.len() / 2, whole.len() - 1] {
            let refused = Bytes(whole[..length].to_vec()).gunzip(TICKS_LENGTH).await;
            let cut = matches!(refused, Err(GunzipError::Corrupt { .. }));
            assert!(cut, "{length} bytes: {refused:?}");
        }
    })
    .await;
}

#[wasm_bindgen_test]
async fn data_that_is_not_gzip_is_an_error() {
    run(async || {
        let mut flipped = ticks().await;
        // This byte belongs to the checksum.
        let position = flipped.0.len() - 6;
        flipped.0[position] ^= 1;
        for bytes in [flipped, Bytes(b"no gzip at all".to_vec())] {
            let refused = bytes.gunzip(TICKS_LENGTH).await;
            assert!(
                matches!(refused, Err(GunzipError::Corrupt { .. })),
                "{refused:?}"
            );
        }
    })
    .await;
}

const MIB: u32 = 1 << 20;

/// How many turns the event loop had while the bytes were inflated, and the result.
async fn count_turns_while_inflating(
    bytes: &Bytes,
    limit: usize,
) -> (u32, Result<Bytes, GunzipError>) {
    let turns = Rc::new(Cell::new(0));
    let counted = Rc::clone(&turns);
    let interval = Interval::new(0, move || counted.set(counted.get() + 1));
    let outcome = bytes.gunzip(limit).await;
    drop(interval);
    (turns.get(), outcome)
}

#[wasm_bindgen_test]
async fn the_event_loop_runs_while_large_data_is_inflated() {
    run_over(Transport::Browser, async || {
        let length = 32 * MIB;
        let bytes = Bytes(gzip(b'x', length).await);
        assert!(bytes.0.len() < 64 * 1024);
        let (turns, inflated) = count_turns_while_inflating(&bytes, length as usize).await;
        assert!(turns >= 5, "{turns} turns");
        let inflated = inflated.expect("no more than allowed").0;
        assert!(inflated.len() == length as usize && inflated.iter().all(|byte| *byte == b'x'));
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_bomb_is_inflated_only_up_to_the_limit() {
    run_over(Transport::Browser, async || {
        let bytes = Bytes(gzip(b'x', 64 * MIB).await);
        let limit = MIB as usize;
        let refused = bytes.gunzip(limit).await;
        assert_eq!(refused, Err(GunzipError::TooLarge { limit }));
    })
    .await;
}
