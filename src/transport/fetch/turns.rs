//! Turns for others, however fast the server sends.

use crate::turns;

/// The most events between two turns, where queues hold more.
const MOST_EVENTS: usize = 2048;

/// After how many events to look at the clock, which costs as much as a small event.
const LOOK: usize = 32;

/// Gives turns of the event loop to others: to the consumers of streams before their queues are full, and to the page
/// before it freezes.
pub(super) struct Turns {
    turns: turns::Turns,
    /// So many events at most between two turns.
    events: usize,
    heard: usize,
}

impl Turns {
    /// For queues of this capacity.
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            turns: turns::Turns::new(),
            events: (capacity / 2).clamp(1, MOST_EVENTS),
            heard: 0,
        }
    }

    /// Whether it is time for a turn, after another event.
    pub(super) fn is_due(&mut self) -> bool {
        self.heard += 1;
        self.heard >= self.events || (self.heard.is_multiple_of(LOOK) && self.turns.are_due())
    }

    pub(super) async fn after_a_chunk(&mut self) {
        if self.turns.are_due() {
            self.give().await;
        }
    }

    pub(super) async fn give(&mut self) {
        self.turns.give().await;
        self.heard = 0;
    }
}
