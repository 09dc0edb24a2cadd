//! Tells whether the compiler is a nightly one.

use std::{env, process::Command};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(nightly)");
    // Only there can Leptos's signals be closures.
    if env::var_os("CARGO_FEATURE_LEPTOS").is_some() && is_nightly() {
        println!("cargo::rustc-cfg=nightly");
    }
}

fn is_nightly() -> bool {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc).arg("--version").output();
    version.is_ok_and(|version| String::from_utf8_lossy(&version.stdout).contains("-nightly"))
}
