//! What happens to a source, one thing after the other.

use std::{
    cell::Cell,
    rc::{Rc, Weak},
    time::Duration,
};

use super::Connection;
use crate::{
    CloseReason, Error, Event, State,
    event::Provenance,
    policy::machine::Outlook,
    source::{
        queue::Pushed,
        subscriptions::{Failure, Reception},
    },
    transport::{Frame, Signal, Sink},
};

/// What waits while another task runs.
pub(super) enum Task {
    Opened,
    Frame(Event<String>),
    Unheard {
        is_event: bool,
        moved_to: Option<Provenance>,
    },
    Retry(Duration),
    Lost {
        error: Error,
        outlook: Outlook,
    },
    Finished,
    Tick {
        late: Duration,
    },
    Online,
    Overflowed(Pushed),
    Closed,
}

impl Connection {
    pub(super) fn connect(&self) -> Result<(), Error> {
        let this = Weak::clone(&self.this);
        let sink: Sink = Rc::new(move |signal| {
            if let Some(connection) = this.upgrade() {
                connection.receive(signal);
            }
        });
        let Some(connector) = &*self.connector.borrow() else {
            return Ok(());
        };
        let transport = connector.connect(&self.last_event_id(), sink)?;
        for name in self.subscriptions.names() {
            transport.listen(&name);
        }
        *self.transport.borrow_mut() = Some(transport);
        Ok(())
    }

    fn receive(&self, signal: Signal<'_>) {
        match signal {
            // The usual case, in which nothing need be copied, and no deadline comes nearer.
            Signal::Frame(frame) if !self.running.get() => {
                let running = Running::new(&self.running);
                self.frame(&frame);
                drop(running);
                if self.has_tasks() {
                    self.drain();
                }
            }
            Signal::Frame(frame) => self.run(Task::Frame(frame.event().map(str::to_owned))),
            Signal::Opened => self.run(Task::Opened),
            Signal::Unheard { is_event, moved_to } => {
                self.run(Task::Unheard { is_event, moved_to });
            }
            Signal::Retry(time) => self.run(Task::Retry(time)),
            Signal::Lost { error, outlook } => self.run(Task::Lost { error, outlook }),
            Signal::Finished => self.run(Task::Finished),
        }
    }

    pub(in crate::source) fn overflowed(&self, pushed: Pushed) {
        self.run(Task::Overflowed(pushed));
    }

    pub(super) fn run(&self, task: Task) {
        self.tasks.borrow_mut().push_back(task);
        self.drain();
    }

    fn drain(&self) {
        if self.running.get() {
            return;
        }
        let running = Running::new(&self.running);
        while let Some(task) = self.next_task() {
            self.perform(task);
        }
        drop(running);
        self.arm();
    }

    fn has_tasks(&self) -> bool {
        !self.tasks.borrow().is_empty()
    }

    fn next_task(&self) -> Option<Task> {
        self.tasks.borrow_mut().pop_front()
    }

    fn perform(&self, task: Task) {
        match task {
            Task::Closed => self.finish(),
            _ if self.is_closed() => {}
            Task::Opened => {
                self.machine.borrow_mut().opened(self.now());
                self.enter(State::Open);
            }
            Task::Frame(event) => self.frame(&kept(&event)),
            Task::Unheard { is_event, moved_to } => self.unheard(is_event, moved_to),
            Task::Retry(time) => self.machine.borrow_mut().retry(time),
            Task::Lost { error, outlook } => self.lost(error, outlook),
            Task::Finished => self.close(CloseReason::Finished),
            Task::Tick { late } => self.tick(late),
            Task::Online => self.online(),
            Task::Overflowed(pushed) => self.overflow(pushed),
        }
    }

    fn unheard(&self, is_event: bool, moved_to: Option<Provenance>) {
        let mut machine = self.machine.borrow_mut();
        if is_event {
            machine.event(|| self.now());
        } else {
            machine.comment(|| self.now());
        }
        if moved_to.is_some() {
            self.provenance.replace(moved_to);
        }
    }

    fn frame(&self, frame: &Frame<'_>) {
        self.machine.borrow_mut().event(|| self.now());
        self.provenance.replace(Some(frame.provenance().clone()));
        let terminal_data = self.settings.terminal_data.as_deref();
        if terminal_data.is_some_and(|data| data == frame.text()) {
            return self.close(CloseReason::Finished);
        }
        if let Some(callbacks) = self.subscriptions.get(frame.name()) {
            let (mut decoded, mut failures) = (false, Vec::new());
            callbacks.each(|callback| match callback(frame) {
                Reception::Ignored => {}
                Reception::Decoded => decoded = true,
                Reception::Failed(failure) => failures.push(failure),
            });
            if !failures.is_empty() {
                self.undecoded(failures);
            } else if decoded {
                self.machine.borrow_mut().decoded();
            }
        }
        if self.settings.terminal_event.as_deref() == Some(frame.name()) {
            self.close(CloseReason::Finished);
        }
    }

    /// However many subscribers failed to decode it, the frame counts once.
    fn undecoded(&self, failures: Vec<Failure>) {
        let mut failures = failures.into_iter();
        let Some(first) = failures.next() else {
            return;
        };
        for Failure { error, heard } in failures {
            self.tell(&Error::Decode(error), heard);
        }
        let trouble = self
            .machine
            .borrow_mut()
            .decode_failed(Error::Decode(first.error), self.now());
        self.resolve(&trouble, first.heard);
    }
}

/// A frame that had to wait.
fn kept(event: &Event<String>) -> Frame<'_> {
    let name = Rc::clone(event.shared_name());
    Frame::new(name, event.provenance().clone(), &event.data)
}

/// While it lives, a task runs. A callback that panics ends it too.
struct Running<'a>(&'a Cell<bool>);

impl<'a> Running<'a> {
    fn new(running: &'a Cell<bool>) -> Self {
        running.set(true);
        Self(running)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}
