//! What is to happen, and how the server makes it so.

use proptest::prelude::*;

use super::super::support::{Attempt, Step, send};
use super::acts::{Act, NAMES, SOURCES, act_on_a_page};

/// The number of a name that the test itself listens to.
pub(super) const SYNC: usize = NAMES.len();

/// What happens between two looks at what was heard.
#[derive(Debug)]
pub(super) enum Turn {
    Page(Act),
    /// What the server does when it is told to go on.
    Server(Vec<Act>),
    /// The server's next event has another id.
    Skip,
}

impl Turn {
    pub(super) fn acts(&self) -> &[Act] {
        match self {
            Self::Page(act) => std::slice::from_ref(act),
            Self::Server(acts) => acts,
            Self::Skip => &[Act::Skip],
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Plan {
    turns: Vec<Turn>,
    /// Whether there is a connection that the server has answered.
    is_open: bool,
    has_failed: bool,
}

pub(super) fn any_act() -> impl Strategy<Value = Act> {
    prop_oneof![
        20 => act_on_a_page(),
        10 => (0..NAMES.len()).prop_map(Act::Send),
        2 => Just(Act::Skip),
        4 => Just(Act::Lose),
        1 => Just(Act::Fail),
    ]
}

impl Plan {
    /// Does what these say, and what has to come before, and closes all in the end.
    pub(super) fn new(acts: Vec<Act>) -> Self {
        let mut plan = Self::default();
        for act in acts {
            match act {
                Act::Send(_) => {
                    plan.open();
                    plan.serve(vec![act, Act::Send(SYNC)]);
                }
                Act::Lose => plan.lose(),
                Act::Fail => {
                    plan.lose();
                    plan.serve(vec![Act::Fail]);
                    plan.has_failed = true;
                }
                Act::Skip => plan.turns.push(Turn::Skip),
                act => plan.turns.push(Turn::Page(act)),
            }
        }
        let every_close = (0..SOURCES).map(|source| Turn::Page(Act::Close(source)));
        plan.turns.extend(every_close);
        plan
    }

    fn open(&mut self) {
        if !self.is_open {
            self.serve(vec![Act::Open]);
            self.is_open = true;
        }
    }

    fn lose(&mut self) {
        self.open();
        self.serve(vec![Act::Lose, Act::Reconnect]);
        self.is_open = false;
    }

    fn serve(&mut self, acts: Vec<Act>) {
        if !self.has_failed {
            self.turns.push(Turn::Server(acts));
        }
    }

    pub(super) fn turns(&self) -> &[Turn] {
        &self.turns
    }

    /// What the server does on each connection, a step for each time that it is told to go on.
    pub(super) fn attempts(&self) -> Vec<Attempt> {
        let (mut attempts, mut steps, mut id) = (Vec::new(), Vec::new(), 0);
        for act in self.turns.iter().flat_map(Turn::acts) {
            match act {
                // Firefox tells of it at the first byte of the body.
                Act::Open => steps.push(send(":\n")),
                Act::Skip => id += 1,
                Act::Send(name) => {
                    id += 1;
                    if *name != SYNC {
                        steps.push(Step::Wait);
                    }
                    let name = NAMES.get(*name).unwrap_or(&"sync");
                    steps.push(send(&format!("event: {name}\nid: {id}\ndata: {id}\n\n")));
                }
                Act::Lose => {
                    steps.push(Step::Wait);
                    attempts.push(Attempt::playing(std::mem::take(&mut steps)));
                }
                Act::Fail => attempts.push(Attempt::answering(503)),
                _ => {}
            }
        }
        steps.push(Step::Silence);
        attempts.push(Attempt::playing(steps));
        attempts.into_iter().map(Attempt::once_released).collect()
    }
}
