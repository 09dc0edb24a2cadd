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
    ids::IdField,
    policy::machine::{Outlook, Trouble},
    source::{
        queue::Pushed,
        subscriptions::{Failure, Reception},
    },
    transport::{Frame, Signal, Sink},
};

/// What waits while another task runs.
pub(super) enum Task {
    Opened,
    Frame {
        event: Event<String>,
        id_field: IdField,
    },
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
    /// The user's rule has not come to a verdict.
    Unjudged {
        trouble: Rc<Trouble>,
        heard: bool,
    },
    Wait(Option<Duration>),
    Connect,
    Close(CloseReason),
    Closed {
        heard: bool,
    },
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
        if self.heeds_ids.get() {
            transport.tell_all_ids();
        }
        *self.transport.borrow_mut() = Some(transport);
        Ok(())
    }

    /// Events that had arrived are still handed over; how the connection fared is of no concern any more.
    pub(super) fn disconnect(&self) {
        drop(self.transport.take());
        let mut tasks = self.tasks.borrow_mut();
        tasks.retain(|task| !matches!(task, Task::Opened | Task::Lost { .. }));
    }

    fn receive(&self, signal: Signal<'_>) {
        match signal {
            // The usual case, in which nothing need be copied, and no deadline comes nearer.
            Signal::Frame(frame) if !self.running.get() && !self.has_tasks() => {
                let running = Running::new(&self.running);
                self.frame(&frame);
                drop(running);
                if self.has_tasks() {
                    self.drain();
                }
            }
            Signal::Frame(frame) => self.run(Task::Frame {
                event: frame.event().map(str::to_owned),
                id_field: frame.id_field(),
            }),
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

    /// Does that right after what runs now, even where that panics.
    pub(super) fn then(&self, task: Task) {
        self.tasks.borrow_mut().push_front(task);
        self.see_to_tasks();
    }

    /// What runs has done by itself what was to be done [then](Self::then).
    pub(super) fn take_back(&self) {
        drop(self.next_task());
    }

    fn drain(&self) {
        if self.running.get() {
            return self.see_to_tasks();
        }
        let running = Running::new(&self.running);
        while let Some(task) = self.next_task() {
            if self.has_tasks() {
                self.see_to_tasks();
            }
            self.perform(task);
        }
        drop(running);
        drop(self.rescue.take());
        self.arm();
    }

    /// Sees to it that tasks are done though the callback that they wait for may never return: one that panics ends the
    /// task that has called it, and in wasm nothing is cleaned up.
    fn see_to_tasks(&self) {
        if self.rescue.borrow().is_some() {
            return;
        }
        let this = Weak::clone(&self.this);
        let rescue = self.settings.host.soon(Box::new(move || {
            if let Some(connection) = this.upgrade() {
                drop(connection.rescue.take());
                connection.go_on();
            }
        }));
        self.rescue.replace(Some(rescue));
    }

    /// From the event loop, where no callback runs. Where panics unwind, what seems to run does: a clock was turned.
    fn go_on(&self) {
        if cfg!(panic = "abort") && self.running.replace(false) {
            self.subscriptions.recover();
            self.gaps.recover();
            self.errors.recover();
            self.states.recover();
            self.streams.recover();
        }
        if !self.running.get() {
            self.drain();
        }
    }

    fn has_tasks(&self) -> bool {
        !self.tasks.borrow().is_empty()
    }

    fn next_task(&self) -> Option<Task> {
        self.tasks.borrow_mut().pop_front()
    }

    fn perform(&self, task: Task) {
        match task {
            Task::Closed { heard } => self.finish(heard),
            _ if self.is_closed() => {}
            Task::Opened => {
                self.machine.borrow_mut().opened(self.now());
                self.ids.borrow_mut().connected();
                self.arm();
                self.enter(State::Open);
            }
            Task::Frame { event, id_field } => self.frame(&kept(&event, id_field)),
            Task::Unheard { is_event, moved_to } => self.unheard(is_event, moved_to),
            Task::Retry(time) => self.machine.borrow_mut().retry(time),
            Task::Lost { error, outlook } => self.lost(error, outlook),
            Task::Finished => self.close(CloseReason::Finished),
            Task::Tick { late } => self.tick(late),
            Task::Online => self.online(),
            Task::Overflowed(pushed) => self.overflow(pushed),
            Task::Unjudged { trouble, heard } => self.settle(&trouble, trouble.judge(None), heard),
            Task::Wait(retry_in) => self.wait(retry_in),
            Task::Connect => self.connect_again(),
            Task::Close(reason) => self.close(reason),
        }
    }

    fn unheard(&self, is_event: bool, moved_to: Option<Provenance>) {
        let mut machine = self.machine.borrow_mut();
        if is_event {
            machine.event(|| self.now());
        } else {
            machine.comment(|| self.now());
        }
        drop(machine);
        if let Some(moved_to) = moved_to {
            self.provenance.replace(Some(moved_to.clone()));
            if self.heeds_ids.get() {
                self.pass(moved_to.last_event_id());
            }
        }
    }

    fn frame(&self, frame: &Frame<'_>) {
        self.provenance.replace(Some(frame.provenance().clone()));
        if self.heeds_ids.get() && self.is_repeated(frame) {
            return self.machine.borrow_mut().comment(|| self.now());
        }
        self.machine.borrow_mut().event(|| self.now());
        if self.has_terminal_data(frame) {
            return self.close(CloseReason::Finished);
        }
        if self.is_terminal_event(frame) {
            self.then(Task::Finished);
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
    }

    pub(super) fn has_terminal_data(&self, frame: &Frame<'_>) -> bool {
        let terminal_data = self.settings.terminal_data.as_deref();
        terminal_data.is_some_and(|data| data == frame.text())
    }

    pub(super) fn is_terminal_event(&self, frame: &Frame<'_>) -> bool {
        self.settings.terminal_event.as_deref() == Some(frame.name())
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
        self.resolve(trouble, first.heard);
    }
}

/// A frame that had to wait.
fn kept(event: &Event<String>, id_field: IdField) -> Frame<'_> {
    let name = Rc::clone(event.shared_name());
    Frame::new(name, event.provenance().clone(), id_field, &event.data)
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
