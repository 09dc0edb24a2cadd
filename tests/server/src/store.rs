//! The scripts that were put, and what the server saw of each.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

use parking_lot::Mutex;
use tokio::sync::{Semaphore, watch};
use tokio_util::sync::CancellationToken;

use crate::script::{Attempt, ClosedBy, Script, SeenAttempt, SeenAttempts};

/// All scripts, by id.
#[derive(Debug)]
pub(crate) struct Store {
    scripts: Mutex<HashMap<String, Arc<RunningScript>>>,
    stop: CancellationToken,
}

impl Store {
    /// A store whose connections end when `stop` is cancelled.
    pub(crate) fn new(stop: CancellationToken) -> Self {
        Self {
            scripts: Mutex::default(),
            stop,
        }
    }

    /// Stores a script. It replaces a script of the same id, whose connections end.
    pub(crate) fn put(&self, id: String, script: Script) {
        let running = Arc::new(RunningScript {
            script,
            put: Instant::now(),
            attempts: watch::Sender::default(),
            preflights: AtomicUsize::new(0),
            asks: AtomicUsize::new(0),
            releases: Semaphore::new(0),
            over: self.stop.child_token(),
        });
        if let Some(old) = self.scripts.lock().insert(id, running) {
            old.over.cancel();
        }
    }

    pub(crate) fn get(&self, id: &str) -> Option<Arc<RunningScript>> {
        self.scripts.lock().get(id).cloned()
    }

    /// Deletes a script, and returns whether there was one.
    pub(crate) fn delete(&self, id: &str) -> bool {
        match self.scripts.lock().remove(id) {
            Some(old) => {
                old.over.cancel();
                true
            }
            None => false,
        }
    }
}

/// A script that was put, and what the server saw of it.
#[derive(Debug)]
pub(crate) struct RunningScript {
    script: Script,
    put: Instant,
    pub(crate) attempts: watch::Sender<Vec<SeenAttempt>>,
    preflights: AtomicUsize,
    asks: AtomicUsize,
    pub(crate) releases: Semaphore,
    /// Cancelled when the script is replaced or deleted, or the server stops.
    pub(crate) over: CancellationToken,
}

impl RunningScript {
    pub(crate) fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.put.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Notes a request, and starts the next attempt for it.
    pub(crate) fn start_attempt(self: &Arc<Self>, seen: SeenAttempt) -> TrackedAttempt {
        let mut number = 0;
        self.attempts.send_modify(|all| {
            number = all.len();
            all.push(seen);
        });
        TrackedAttempt {
            running: Arc::clone(self),
            number,
            closed_by: ClosedBy::Client,
        }
    }

    /// Notes a preflight, and returns what the next attempt gets.
    pub(crate) fn note_preflight(&self) -> &Attempt {
        self.preflights.fetch_add(1, Ordering::Relaxed);
        self.attempt(self.attempts.borrow().len())
    }

    /// Notes a request with the mode `no-cors`, and returns what the last attempt got; what the first one will get if there was
    /// none.
    pub(crate) fn note_no_cors_request(&self) -> &Attempt {
        self.asks.fetch_add(1, Ordering::Relaxed);
        self.attempt(self.attempts.borrow().len().saturating_sub(1))
    }

    /// What the server saw so far.
    pub(crate) fn seen(&self) -> SeenAttempts {
        SeenAttempts {
            attempts: self.attempts.borrow().clone(),
            preflights: self.preflights.load(Ordering::Relaxed),
            asks: self.asks.load(Ordering::Relaxed),
        }
    }

    /// The attempt of this number, from 0. The last attempt repeats.
    fn attempt(&self, number: usize) -> &Attempt {
        let attempts = &self.script.attempts;
        &attempts[number.min(attempts.len() - 1)]
    }
}

/// The attempt of one request. When it is dropped, the server notes that it is closed.
#[derive(Debug)]
pub(crate) struct TrackedAttempt {
    pub(crate) running: Arc<RunningScript>,
    number: usize,
    closed_by: ClosedBy,
}

impl TrackedAttempt {
    /// What the request gets.
    pub(crate) fn attempt(&self) -> &Attempt {
        self.running.attempt(self.number)
    }

    /// Notes that the server ends the response, not the client.
    pub(crate) fn set_closed_by_server(&mut self) {
        self.closed_by = ClosedBy::Server;
    }
}

impl Drop for TrackedAttempt {
    fn drop(&mut self) {
        let now = self.running.elapsed_ms();
        self.running.attempts.send_modify(|all| {
            let seen = &mut all[self.number];
            seen.closed_ms = Some(now);
            seen.closed_by = Some(self.closed_by);
        });
    }
}
