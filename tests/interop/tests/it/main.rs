//! Tests the npm package in Chromium before servers of other projects, and other clients before the test server. The book
//! shows both. `cargo xtask test interop` sets everything up.

mod axum;
mod clients;
mod fastapi;
mod flask;
mod go;
mod nchan;
mod nginx;
mod node;
mod paragraph;
mod support;

use std::{pin::Pin, process::ExitCode, sync::Arc};

use libtest_mimic::{Arguments, Trial};
use tokio::runtime::Runtime;
use typed_eventsource_harness::Stage;

type Test = for<'a> fn(&'a Stage) -> Pin<Box<dyn Future<Output = ()> + 'a>>;

/// Lists the tests of a module.
macro_rules! tests {
    ($($test:ident),+ $(,)?) => {
        pub(crate) const TESTS: &[(&str, crate::Test)] = &[
            $((concat!(module_path!(), "::", stringify!($test)), |stage| Box::pin($test(stage)))),+
        ];
    };
}
pub(crate) use tests;

const TESTS: &[&[(&str, Test)]] = &[
    axum::TESTS,
    clients::TESTS,
    fastapi::TESTS,
    flask::TESTS,
    go::TESTS,
    nchan::TESTS,
    nginx::TESTS,
    node::TESTS,
    paragraph::TESTS,
];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let runtime = Arc::new(Runtime::new().expect("threads can be started"));
    let stage = Arc::new(Stage::default());
    let trials = TESTS.iter().copied().flatten().map(|&(name, test)| {
        let (runtime, stage) = (Arc::clone(&runtime), Arc::clone(&stage));
        Trial::test(name, move || {
            runtime.block_on(test(&stage));
            Ok(())
        })
    });
    let conclusion = libtest_mimic::run(&arguments, trials.collect());
    runtime.block_on(stage.close());
    conclusion.exit_code()
}
