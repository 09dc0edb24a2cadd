//! Replays the seeds and the regressions of each fuzz target without libFuzzer.

use std::{fs, path::Path};

use base64::{Engine, prelude::BASE64_STANDARD};
use typed_eventsource_fuzz::targets;

fn replay(target: &str, check: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds");
    let file = Path::new(target).with_extension("txt");
    let mut lines = fs::read_to_string(folder.join(&file)).expect("seeds");
    assert!(!lines.is_empty());
    let regressions = folder.join("regressions").join(file);
    if regressions.exists() {
        lines += &fs::read_to_string(regressions).expect("regressions");
    }
    for line in lines.lines() {
        // This names the seed if it fails.
        println!("{line}");
        check(&BASE64_STANDARD.decode(line).expect("base64"));
    }
}

#[test]
fn parser() {
    replay("parser", targets::parser::check);
}

#[test]
fn records() {
    replay("records", targets::records::check);
}

#[test]
fn payloads() {
    replay("payloads", targets::payloads::check);
}

#[test]
fn variants() {
    replay("variants", targets::variants::check);
}

#[test]
fn policy() {
    replay("policy", targets::policy::check);
}
