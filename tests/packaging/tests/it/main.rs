//! Small projects that have installed the packed npm package: what they build is opened in Chromium, what they say of
//! its types is checked, and so are the snippets of the READMEs; the program for a framework in Rust is pasted into a fresh
//! project, built and opened too. `cargo xtask test packaging` sets all of it up.

mod pages;
mod pasted;
mod snippets;
mod tools;

use std::{process::ExitCode, sync::Arc};

use libtest_mimic::{Arguments, Trial};
use pages::{Page, Pages};
use tokio::runtime::Runtime;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let runtime = Arc::new(Runtime::new().expect("threads can be started"));
    let pages = Arc::new(Pages::default());
    let mut trials = pages::all()
        .into_iter()
        .map(|page| trial_of(page, &runtime, &pages))
        .collect::<Vec<_>>();
    for (name, program, args) in tools::RUNS {
        trials.push(Trial::test(*name, move || {
            Ok(tools::run("", program, args)?)
        }));
    }
    trials.push(Trial::test("node", || Ok(tools::node_tests()?)));
    trials.push(Trial::test("sources", || Ok(tools::check_sources()?)));
    trials.push(Trial::test("vitest", || Ok(snippets::run_tests()?)));
    trials.push(Trial::test("snippets", || Ok(snippets::check()?)));
    for framework in pasted::FRAMEWORKS {
        let (runtime, pages) = (Arc::clone(&runtime), Arc::clone(&pages));
        trials.push(Trial::test(format!("pasted, {framework}"), move || {
            Ok(runtime.block_on(pasted::try_out(framework, &pages))?)
        }));
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    runtime.block_on(pages.close());
    conclusion.exit_code()
}

fn trial_of(page: Page, runtime: &Arc<Runtime>, pages: &Arc<Pages>) -> Trial {
    let (runtime, pages) = (Arc::clone(runtime), Arc::clone(pages));
    let (name, can_run) = (page.name, page.can_run());
    Trial::test(format!("page, {name}"), move || {
        Ok(runtime.block_on(pages.try_out(&page))?)
    })
    .with_ignored_flag(!can_run)
}
