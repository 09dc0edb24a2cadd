//! Runs steps, each even if steps before it have failed, and prints a summary at the end.

use std::{
    panic::resume_unwind,
    process::{Command, ExitCode},
    thread,
    time::{Duration, Instant},
};

use anyhow::Result;

use crate::process::{self, say};

/// How many tests passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

impl Tally {
    /// Runs a test runner to its end, and adds the numbers that it prints. Each line of its output begins with the prefix.
    pub(crate) fn count(&mut self, command: &mut Command, prefix: &str) -> Result<()> {
        process::run_watched(command, prefix, |line| self.add_line(line))
    }

    /// Adds the numbers in the closing line of libtest, of wasm-bindgen's runner or of Vitest. Other lines add nothing.
    fn add_line(&mut self, line: &str) {
        let vitest = line.trim().strip_prefix("Tests  ");
        let Some(result) = vitest.or_else(|| Some(line.split_once("test result: ")?.1)) else {
            return;
        };
        let count = |word| {
            let mut parts = result.split(['.', ';', '|', '(']);
            parts.find_map(|part| part.trim().strip_suffix(word)?.trim().parse::<u64>().ok())
        };
        self.passed += count("passed").unwrap_or(0);
        self.failed += count("failed").unwrap_or(0);
    }
}

struct Step {
    name: String,
    passed: bool,
    tests: Tally,
    took: Duration,
}

/// The outcomes of the steps that were run.
#[derive(Default)]
pub(crate) struct Report {
    steps: Vec<Step>,
}

/// The function that carries out a step, and adds the tests that it runs.
pub(crate) type StepFunction<'a> = Box<dyn FnOnce(&mut Tally) -> Result<()> + Send + 'a>;

fn run_step(name: String, run: impl FnOnce(&mut Tally) -> Result<()>) -> Result<Step> {
    say(format_args!("== {name}"));
    let started = Instant::now();
    let mut tests = Tally::default();
    let result = run(&mut tests);
    let passed = result.is_ok();
    if let Err(error) = result {
        if process::interrupted() {
            return Err(error);
        }
        say(format_args!("{name}: {error:#}"));
        // A step that failed before its first test counts as one failed test.
        tests.failed = tests.failed.max(1);
    }
    Ok(Step {
        name,
        passed,
        tests,
        took: started.elapsed(),
    })
}

impl Report {
    /// Runs one step. If the step fails, its error is printed, and the report has it as failed. Only an interruption is an error
    /// here.
    pub(crate) fn step(
        &mut self,
        name: impl Into<String>,
        run: impl FnOnce(&mut Tally) -> Result<()>,
    ) -> Result<()> {
        self.steps.push(run_step(name.into(), run)?);
        Ok(())
    }

    /// Runs steps at the same time, each on a thread.
    pub(crate) fn parallel_steps<'a>(
        &mut self,
        steps: impl IntoIterator<Item = (String, StepFunction<'a>)>,
    ) -> Result<()> {
        let finished: Vec<_> = thread::scope(|scope| {
            let threads: Vec<_> = steps
                .into_iter()
                .map(|(name, run)| scope.spawn(move || run_step(name, run)))
                .collect();
            let results = threads.into_iter().map(|thread| thread.join());
            // The panic of a step continues on this thread, as if the step ran alone.
            results
                .map(|result| result.unwrap_or_else(|panic| resume_unwind(panic)))
                .collect()
        });
        for step in finished {
            self.steps.push(step?);
        }
        Ok(())
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(u8::from(!self.steps.iter().all(|step| step.passed)))
    }

    pub(crate) fn tests(&self) -> Tally {
        self.steps.iter().fold(Tally::default(), |sum, step| Tally {
            passed: sum.passed + step.tests.passed,
            failed: sum.failed + step.tests.failed,
        })
    }

    /// Prints a line for each step: its name, its outcome and its time.
    pub(crate) fn print(&self) {
        let width = self.steps.iter().map(|step| step.name.len()).max();
        let width = width.unwrap_or(0);
        println!();
        for step in &self.steps {
            let outcome = if step.passed { "ok" } else { "failed" };
            let seconds = step.took.as_secs_f64();
            println!("{:width$}  {outcome:6}  {seconds:6.1} s", step.name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Tally;

    #[test]
    fn the_closing_lines_of_several_runners_add_up_and_other_lines_add_nothing() {
        let mut tally = Tally::default();
        for (line, passed, failed) in [
            (
                "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; finished in 0.01s\n",
                12,
                0,
            ),
            (
                "test result: FAILED. 3 passed; 2 failed; 0 ignored; finished in 4.20s\n",
                15,
                2,
            ),
            ("      Tests  376 passed (376)\n", 391, 2),
            ("      Tests  1 failed | 11 passed (12)\n", 402, 3),
            ("      Tests  8 passed | 7 skipped (15)\n", 410, 3),
            ("      Tests  2 failed (2)\n", 410, 5),
            (" Test Files  16 passed (16)\n", 410, 5),
            ("running 5 tests\n", 410, 5),
            ("test five_passed ... ok\n", 410, 5),
            ("\n", 410, 5),
        ] {
            tally.add_line(line);
            assert_eq!(tally, Tally { passed, failed }, "{line}");
        }
    }
}
