//! The programs that the playground shows. `npm/test/logic/playground.test.ts` has the states that they are made of, and writes them.
#![cfg(all(not(target_family = "wasm"), feature = "fetch", feature = "json"))]
#![allow(unreachable_pub, reason = "an app has such a program in a module")]

mod as_the_browser_does;
mod example;
mod one_change;
mod patient;
mod strict;
mod watchful;

use futures::FutureExt;
use typed_eventsource::Error;

#[test]
fn each_program_compiles_and_says_that_there_is_no_browser() {
    for ended in [
        as_the_browser_does::show().now_or_never(),
        example::show().now_or_never(),
        one_change::show().now_or_never(),
        patient::show().now_or_never(),
        strict::show().now_or_never(),
        watchful::show().now_or_never(),
    ] {
        assert!(matches!(ended, Some(Err(Error::Unsupported))), "{ended:?}");
    }
}
