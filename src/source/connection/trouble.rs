//! What goes wrong with a source, and what its policy makes of it.

use std::{
    rc::{Rc, Weak},
    time::Duration,
};

use super::{Connection, Notice, tasks::Task};
use crate::{
    CloseReason, Error, State,
    policy::machine::{Outlook, Tick, Trouble, Verdict},
    source::queue::Pushed,
};

impl Connection {
    pub(super) fn lost(&self, error: Error, outlook: Outlook) {
        let (now, random) = (self.now(), self.settings.host.random());
        let outlook = match outlook {
            Outlook::Reconnecting if self.may_replace() => Outlook::Replaceable,
            other => other,
        };
        let trouble = self.machine.borrow_mut().lost(error, outlook, now, random);
        self.resolve(trouble, false);
    }

    fn may_replace(&self) -> bool {
        let connector = self.connector.borrow();
        let id = self.last_event_id();
        connector
            .as_ref()
            .is_some_and(|connector| connector.may_replace(&id))
    }

    pub(super) fn tick(&self, late: Duration) {
        let (now, random) = (self.now(), self.settings.host.random());
        let tick = self.machine.borrow_mut().tick(now, random, late);
        self.heed(tick);
    }

    pub(super) fn online(&self) {
        let (now, random) = (self.now(), self.settings.host.random());
        let tick = self.machine.borrow_mut().online(now, random);
        self.heed(tick);
    }

    fn heed(&self, tick: Tick) {
        match tick {
            Tick::Nothing => {}
            Tick::Connect => self.reopen(),
            Tick::Trouble(trouble) => self.resolve(trouble, false),
            Tick::Close(error) => self.close(CloseReason::Policy(error)),
        }
    }

    fn reopen(&self) {
        self.then(Task::Connect);
        self.enter(State::Connecting);
    }

    pub(super) fn connect_again(&self) {
        if let Err(error) = self.connect() {
            self.lost(error, Outlook::Failed { retry_after: None });
        }
    }

    pub(super) fn overflow(&self, pushed: Pushed) {
        let error = Error::QueueOverflow { dropped: 1 };
        match pushed {
            Pushed::Full => self.close(CloseReason::Policy(error)),
            Pushed::Dropping => self.tell(&error, true),
            Pushed::Whole => {}
        }
    }

    /// Does what the policy decides. `heard` says that whoever is concerned has been told already.
    pub(super) fn resolve(&self, trouble: Trouble, heard: bool) {
        let rule = self.machine.borrow().rule();
        let trouble = Rc::new(trouble);
        let verdict = match rule {
            Some(rule) => {
                // Should it panic, what was proposed is done.
                let trouble = Rc::clone(&trouble);
                self.then(Task::Unjudged {
                    trouble: Rc::clone(&trouble),
                    heard,
                });
                let verdict = trouble.judge(Some(&*rule));
                self.take_back();
                verdict
            }
            None => trouble.judge(None),
        };
        self.settle(&trouble, verdict, heard);
    }

    pub(super) fn settle(&self, trouble: &Trouble, verdict: Verdict, heard: bool) {
        if self.is_closed() {
            return self.tell(&trouble.error, heard);
        }
        self.machine
            .borrow_mut()
            .settle(trouble, &verdict, self.now());
        self.arm();
        match verdict {
            Verdict::KeepWaiting => {
                if trouble.is_a_reconnection() {
                    self.then(Task::Wait(None));
                }
                self.tell(&trouble.error, heard);
            }
            Verdict::Reopen { after } => {
                self.disconnect();
                self.then(Task::Wait(Some(after)));
                self.tell(&trouble.error, heard);
            }
            Verdict::Close(error) => {
                let has_a_last_straw = error.has_a_last_straw();
                self.then(Task::Close(CloseReason::Policy(error)));
                if has_a_last_straw {
                    self.tell(&trouble.error, heard);
                }
            }
        }
    }

    pub(super) fn wait(&self, retry_in: Option<Duration>) {
        let attempt = self.machine.borrow().failures();
        self.enter(State::Waiting { attempt, retry_in });
    }

    pub(super) fn enter(&self, state: State) {
        if !self.is_closed() {
            self.state.replace(state.clone());
            self.states.each(|callback| callback(&state));
        }
    }

    /// Tells of an error: a failure to decode concerns its subscriber alone, any other all streams.
    pub(super) fn tell(&self, error: &Error, heard: bool) {
        let concerns_streams = !matches!(error, Error::Decode(_) | Error::QueueOverflow { .. });
        let heard =
            heard || !self.errors.is_empty() || (concerns_streams && !self.streams.is_empty());
        self.errors.each(|callback| callback(error));
        if concerns_streams {
            self.streams.each(|callback| callback(Notice::Error(error)));
        }
        if !heard {
            self.settings.host.report(error);
        }
    }

    /// Sees to it that the timer fires in time. One that fires too early does no harm, so that events need not move it.
    pub(super) fn arm(&self) {
        let Some(deadline) = self.machine.borrow().deadline() else {
            drop(self.timer.take());
            return;
        };
        if self
            .timer
            .borrow()
            .as_ref()
            .is_some_and(|(at, _)| *at <= deadline)
        {
            return;
        }
        let this = Weak::clone(&self.this);
        let timer = self.settings.host.after(
            deadline.saturating_sub(self.now()),
            Box::new(move |late| {
                if let Some(connection) = this.upgrade() {
                    drop(connection.timer.take());
                    connection.run(Task::Tick { late });
                }
            }),
        );
        drop(self.timer.replace(Some((deadline, timer))));
    }

    pub(super) fn heed_online(&self) {
        let this = Weak::clone(&self.this);
        let listener = self.settings.host.on_online(Box::new(move || {
            if let Some(connection) = this.upgrade() {
                connection.run(Task::Online);
            }
        }));
        self.hold(listener);
    }
}
