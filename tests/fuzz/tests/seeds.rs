//! What fuzzing has found worth keeping, checked again without libFuzzer.

use std::{fs, path::Path};

use typed_eventsource_fuzz::targets;

fn replay(target: &str, check: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("seeds")
        .join(target);
    let mut count = 0;
    for entry in fs::read_dir(&folder).expect("a folder of seeds") {
        let path = entry.expect("a seed").path();
        // Names the one that fails.
        println!("{}", path.display());
        check(&fs::read(&path).expect("a seed"));
        count += 1;
    }
    assert!(count > 20, "{count} seeds in {}", folder.display());
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
