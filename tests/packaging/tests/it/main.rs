//! Tests the packed npm package in small projects that have installed it: the pages that they build are opened in Chromium, and
//! their types are checked, as are the snippets of the READMEs. The programs in Rust of the READMEs are pasted into fresh projects,
//! which are built and opened too. `cargo xtask test packaging` sets everything up.

mod components;
mod pages;
mod pasted;
mod snippets;
mod tools;

use std::{process::ExitCode, sync::Arc};

use libtest_mimic::{Arguments, Trial};
use tokio::runtime::Runtime;
use typed_eventsource_harness::Stage;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let runtime = Arc::new(Runtime::new().expect("threads can be started"));
    let stage = Arc::new(Stage::default());
    let mut trials = Vec::new();
    for project in pages::all() {
        let (runtime, stage) = (Arc::clone(&runtime), Arc::clone(&stage));
        trials.push(Trial::test(format!("pages, {}", project.name), move || {
            Ok(runtime.block_on(pages::try_out(&project, &stage))?)
        }));
    }
    for (name, program, args) in tools::RUNS {
        trials.push(Trial::test(*name, move || {
            Ok(tools::run("", program, args)?)
        }));
    }
    trials.push(Trial::test("node", || Ok(tools::node_tests("node")?)));
    trials.push(Trial::test("clients", || Ok(tools::node_tests("clients")?)));
    trials.push(Trial::test("sources", || Ok(tools::check_sources()?)));
    trials.push(Trial::test("jest", || Ok(tools::jest_tests()?)));
    trials.push(Trial::test("snippets, Vite 6", || Ok(snippets::build()?)));
    trials.push(Trial::test("vitest", || Ok(snippets::run_tests()?)));
    trials.push(Trial::test("snippets", || Ok(snippets::check()?)));
    {
        let (runtime, stage) = (Arc::clone(&runtime), Arc::clone(&stage));
        trials.push(Trial::test("pasted, the crate", move || {
            Ok(runtime.block_on(pasted::try_out_crate(&stage))?)
        }));
    }
    for framework in pasted::FRAMEWORKS {
        let (runtime, stage) = (Arc::clone(&runtime), Arc::clone(&stage));
        trials.push(Trial::test(format!("pasted, {framework}"), move || {
            Ok(runtime.block_on(pasted::try_out_framework(framework, &stage))?)
        }));
    }
    for (framework, ending) in components::FRAMEWORKS {
        let (runtime, stage) = (Arc::clone(&runtime), Arc::clone(&stage));
        trials.push(Trial::test(format!("components, {framework}"), move || {
            Ok(runtime.block_on(components::try_out(framework, ending, &stage))?)
        }));
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    runtime.block_on(stage.close());
    conclusion.exit_code()
}
