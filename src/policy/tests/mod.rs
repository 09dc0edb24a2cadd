//! The policy's promises: each limit by example, and the whole space by property.

mod limits;
mod properties;
mod reconnecting;
mod space;
mod waking;

use std::time::Duration;

use super::{
    machine::{Machine, Outlook, Tick, Trouble, Verdict},
    *,
};
use crate::Error;

/// A machine whose clock and dice the test holds.
struct Bench {
    machine: Machine,
    now: Duration,
    random: f64,
}

impl Bench {
    fn new(policy: Policy) -> Self {
        Self {
            machine: Machine::new(policy, true, Duration::ZERO),
            now: Duration::ZERO,
            random: 0.5,
        }
    }

    fn advance(&mut self, by: Duration) -> &mut Self {
        self.now += by;
        self
    }

    fn open(&mut self) -> &mut Self {
        self.machine.opened(self.now);
        self
    }

    fn event(&mut self) -> &mut Self {
        self.machine.event(|| self.now);
        self
    }

    fn lose(&mut self) -> Verdict {
        self.lose_with(lost(), Outlook::Reconnecting)
    }

    fn lose_replaceably(&mut self) -> Verdict {
        self.lose_with(lost(), Outlook::Replaceable)
    }

    fn hang_up(&mut self) -> Verdict {
        self.lose_with(lost(), Outlook::Reestablish)
    }

    fn give_up(&mut self) -> Verdict {
        self.lose_with(given_up(), Outlook::Failed { retry_after: None })
    }

    fn refuse(&mut self, status: u16, retry_after: Option<Duration>) -> Verdict {
        self.lose_with(refused(status), Outlook::Failed { retry_after })
    }

    fn lose_with(&mut self, error: Error, outlook: Outlook) -> Verdict {
        let trouble = self.machine.lost(error, outlook, self.now, self.random);
        self.settle(&trouble)
    }

    fn undecodable(&mut self) -> Verdict {
        let trouble = self.machine.decode_failed(undecodable(), self.now);
        self.settle(&trouble)
    }

    fn settle(&mut self, trouble: &Trouble) -> Verdict {
        let rule = self.machine.rule();
        let verdict = trouble.judge(rule.as_deref());
        self.machine.settle(trouble, &verdict, self.now);
        verdict
    }

    fn tick(&mut self) -> Tick {
        self.machine.tick(self.now, self.random, Duration::ZERO)
    }

    /// Lets time pass up to the machine's next deadline.
    fn next_tick(&mut self) -> Tick {
        self.now = self.machine.deadline().expect("a deadline");
        self.tick()
    }

    /// Fails, waits for its turn, and connects again.
    fn fail_and_connect(&mut self) {
        assert!(matches!(self.give_up(), Verdict::Reopen { .. }));
        assert!(matches!(self.next_tick(), Tick::Connect));
    }
}

fn lost() -> Error {
    Error::ConnectionLost {
        url: "/".into(),
        message: None,
    }
}

fn given_up() -> Error {
    Error::GivenUp { url: "/".into() }
}

fn refused(status: u16) -> Error {
    Error::Status {
        url: "/".into(),
        status,
        content_type: None,
        body: String::new(),
    }
}

fn undecodable() -> Error {
    let event = crate::Event::new("x", "e".into(), crate::event::Provenance::default());
    Error::Decode(crate::DecodeError::new::<u8>(&event, std::fmt::Error))
}

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn fixed(wait: Duration) -> Backoff {
    Backoff::new().initial(wait).max(wait).jitter(false)
}
