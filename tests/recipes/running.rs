//! A recipe that runs against a fake server.

use std::{cell::RefCell, error::Error, pin::Pin, rc::Rc};

use futures::FutureExt;
use typed_eventsource::testing::FakeServer;

type Outcome = Result<String, Box<dyn Error>>;

pub(crate) type OutcomeFuture = Pin<Box<dyn Future<Output = Outcome>>>;

/// A recipe that runs, until it is dropped.
pub(crate) struct RunningRecipe {
    pub(crate) server: FakeServer,
    shown: Rc<RefCell<String>>,
    pub(crate) outcome: OutcomeFuture,
}

impl RunningRecipe {
    pub(crate) fn new<F: Future<Output = Outcome> + 'static>(
        ask: impl FnOnce(Rc<RefCell<String>>) -> F,
    ) -> Self {
        let server = FakeServer::new();
        let shown = Rc::<RefCell<String>>::default();
        let outcome = Box::pin(ask(Rc::clone(&shown)));
        let mut recipe = Self {
            server,
            shown,
            outcome,
        };
        recipe.assert_goes_on();
        recipe
    }

    /// Lets the recipe do what it can do now, and asserts that it does not end.
    pub(crate) fn assert_goes_on(&mut self) {
        let outcome = self.outcome.as_mut().now_or_never();
        assert!(outcome.is_none(), "{outcome:?}");
    }

    /// What was shown, and how the recipe has ended.
    pub(crate) fn ended(&mut self) -> (String, Result<String, String>) {
        let outcome = self.outcome.as_mut().now_or_never();
        let outcome = outcome.expect("the recipe has ended");
        (
            self.shown.borrow().clone(),
            outcome.map_err(|error| error.to_string()),
        )
    }

    pub(crate) fn requests(&self) -> usize {
        self.server.attempts().len()
    }
}
