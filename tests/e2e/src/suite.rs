//! The tests of a suite, each in every browser.

use std::{
    error::Error,
    fmt,
    pin::Pin,
    process::ExitCode,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use libtest_mimic::{Arguments, Failed, Trial};
use tokio::{runtime::Runtime, time::timeout};

use crate::{Browser, Stage, browser::Session, stage::package};

/// What a test or a step of it comes to.
pub type Result<T = ()> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// A test: it plays on a stage.
type Test = for<'a> fn(&'a mut Stage<'_>) -> Pin<Box<dyn Future<Output = Result> + 'a>>;

const LONGEST_TEST: Duration = Duration::from_secs(90);

/// Tests to run in every browser, by name.
#[derive(Default)]
pub struct Suite {
    tests: Vec<(&'static str, Test)>,
}

impl Suite {
    /// Takes in a test.
    pub fn add(&mut self, name: &'static str, test: Test) {
        self.tests.push((name, test));
    }

    /// Runs what the command line asks for. Each browser is started once, and its tests run one after the other beside
    /// those of the other.
    pub fn run(self) -> ExitCode {
        let arguments = Arguments::from_args();
        if !arguments.list && !package().is_dir() {
            eprintln!("error: there is no npm package to test: `cargo xtask npm` builds it");
            return ExitCode::FAILURE;
        }
        let runtime = match Runtime::new() {
            Ok(runtime) => Arc::new(runtime),
            Err(error) => {
                eprintln!("error: {error}");
                return ExitCode::FAILURE;
            }
        };
        let seats = Browser::ALL.map(|browser| Arc::new(Seat::new(browser, Arc::clone(&runtime))));
        let tests = self.tests.iter();
        let trials =
            tests.flat_map(|&(name, test)| seats.iter().map(move |seat| trial(name, test, seat)));
        let conclusion = libtest_mimic::run(&arguments, trials.collect());
        for seat in &seats {
            seat.leave();
        }
        conclusion.exit_code()
    }
}

impl fmt::Debug for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.tests.iter().map(|(name, _)| name))
            .finish()
    }
}

fn trial(name: &str, test: Test, seat: &Arc<Seat>) -> Trial {
    let seat = Arc::clone(seat);
    Trial::test(format!("{}::{name}", seat.browser), move || seat.play(test))
}

/// A browser, started when it is first needed.
struct Seat {
    browser: Browser,
    runtime: Arc<Runtime>,
    session: Mutex<Option<Session>>,
}

impl Seat {
    fn new(browser: Browser, runtime: Arc<Runtime>) -> Self {
        Self {
            browser,
            runtime,
            session: Mutex::default(),
        }
    }

    fn play(&self, test: Test) -> std::result::Result<(), Failed> {
        let mut seat = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        self.runtime.block_on(async {
            // What a failed test leaves behind, such as a dialog, shall not fail the next one: where this one fails or
            // panics, the session goes with it.
            let session = match seat.take() {
                Some(session) => session,
                None => Session::start(self.browser).await?,
            };
            let result = timeout(LONGEST_TEST, play(test, self.browser, &session)).await;
            match result {
                Ok(Ok(())) => {
                    *seat = Some(session);
                    Ok(())
                }
                Ok(Err(error)) => {
                    session.close().await;
                    Err(error.into())
                }
                Err(_) => {
                    session.close().await;
                    Err(format!("not done after {LONGEST_TEST:?}").into())
                }
            }
        })
    }

    fn leave(&self) {
        let session = self
            .session
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(session) = session {
            self.runtime.block_on(session.close());
        }
    }
}

async fn play(test: Test, browser: Browser, session: &Session) -> Result {
    let mut stage = Stage::new(browser, session);
    test(&mut stage).await?;
    stage.finish().await
}
