//! Watches how many connections the server has.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use tokio::{task::JoinSet, time::sleep};
use typed_eventsource_server::clock::Clock;

/// How often to look.
const PERIOD: Duration = Duration::from_millis(10);

/// The connections, as they were seen.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Connections {
    /// The most that there may be for long.
    allowed: usize,
    /// The most at a time.
    pub(crate) most: usize,
    /// The longest time with more than are allowed.
    pub(crate) longest_surplus: Duration,
    surplus_since: Option<Instant>,
}

impl Connections {
    fn note(&mut self, count: usize, now: Instant) {
        self.most = self.most.max(count);
        if count > self.allowed {
            let since = *self.surplus_since.get_or_insert(now);
            self.longest_surplus = self.longest_surplus.max(now - since);
        } else {
            self.surplus_since = None;
        }
    }
}

/// Watches the connections until it is dropped.
#[derive(Debug)]
pub(crate) struct Watch {
    connections: Arc<Mutex<Connections>>,
    _watching: JoinSet<()>,
}

impl Watch {
    pub(crate) fn start(clock: Clock) -> Self {
        let connections = Arc::new(Mutex::new(Connections {
            allowed: usize::MAX,
            ..Connections::default()
        }));
        let mut watching = JoinSet::new();
        let noted = Arc::clone(&connections);
        watching.spawn(async move {
            loop {
                let count = clock.connections();
                change(&noted, |connections| {
                    connections.note(count, Instant::now())
                });
                sleep(PERIOD).await;
            }
        });
        Self {
            connections,
            _watching: watching,
        }
    }

    /// Says how many connections there may be for long.
    pub(crate) fn allow(&self, count: usize) {
        change(&self.connections, |connections| connections.allowed = count);
    }

    pub(crate) fn connections(&self) -> Connections {
        change(&self.connections, |connections| *connections)
    }
}

fn change<T>(connections: &Mutex<Connections>, change: impl FnOnce(&mut Connections) -> T) -> T {
    let mut connections = connections.lock().unwrap_or_else(PoisonError::into_inner);
    change(&mut connections)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_time_with_too_many_connections_is_noted() {
        let start = Instant::now();
        let mut connections = Connections {
            allowed: 1,
            ..Connections::default()
        };
        for (millis, count) in [(0, 1), (10, 3), (30, 2), (40, 1), (50, 2), (60, 0)] {
            connections.note(count, start + Duration::from_millis(millis));
        }
        assert_eq!(connections.most, 3);
        assert_eq!(connections.longest_surplus, Duration::from_millis(20));
    }
}
