//! Components against the real server; one, as the documentation shows it, against a fake one.

mod stage;

mod callbacks;
mod changing;
mod closing;
mod errors;
#[cfg(feature = "testing")]
#[path = "../../src/yew/example.rs"]
mod example;
mod folding;
mod mounting;
mod sharing;
