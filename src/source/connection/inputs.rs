//! What happens to a source, one input after the other. An input that arrives while a callback runs waits until it has
//! returned.

use std::{cell::Cell, rc::Rc};

use typed_eventsource_core::{IdField, Input};

use super::{Connection, ToldError};
use crate::{
    Error, Event,
    event::EventMeta,
    source::queue::PushOutcome,
    transport::{Frame, TransportEvent},
};

/// How many inputs may wait for a callback to return. With more, the source closes with an error. Otherwise, if panics
/// abort, a source whose callback has panicked would keep everything that it ever receives.
const MAX_WAITING: usize = 16 * 1024;

/// An input that waits while a callback runs.
pub(super) enum Queued {
    Event {
        event: Event<String>,
        id_field: IdField,
    },
    Unlistened {
        is_event: bool,
        meta: Option<EventMeta>,
    },
    Input {
        input: Input<'static>,
        /// The error that the input is about.
        error: Option<ToldError>,
    },
    /// The user pauses, resumes or reconnects. A function, so that apps which do none of this have no code for it.
    Asked(fn(&Connection)),
    /// A stream has begun to drop items.
    ItemsDropped,
    /// A full queue holds the reading back, or does no longer.
    #[cfg(feature = "fetch")]
    Pace,
    /// Something that the shared connection has to tell.
    Run(Rc<dyn Fn(&Connection)>),
}

impl From<Input<'static>> for Queued {
    fn from(input: Input<'static>) -> Self {
        Self::Input { input, error: None }
    }
}

impl Queued {
    /// An input that is about an error.
    pub(super) fn bringing(input: Input<'static>, error: Error) -> Self {
        Self::Input {
            input,
            error: Some(ToldError::new(error)),
        }
    }

    /// Whether it is about the connection itself, and not about data that arrived over it.
    pub(super) fn is_about_connection(&self) -> bool {
        let Self::Input { input, .. } = self else {
            return false;
        };
        matches!(
            input,
            Input::Requested { .. }
                | Input::Opened
                | Input::Renewed
                | Input::RenewalFailed
                | Input::Lost(_)
                | Input::BodyEnded { .. }
                | Input::Finished
        )
    }
}

impl Connection {
    pub(super) fn receive(&self, event: TransportEvent<'_>) {
        let queued = match event {
            TransportEvent::Event(frame) => return self.receive_frame(frame),
            #[cfg(feature = "fetch")]
            TransportEvent::Unheard { name } => return self.hint_at(name),
            #[cfg(any(test, feature = "fetch", feature = "testing"))]
            TransportEvent::Read { bytes, at } => return self.note_read(bytes, at),
            #[cfg(feature = "fetch")]
            TransportEvent::Asks => return self.note_request(),
            #[cfg(feature = "fetch")]
            TransportEvent::Requested { is_safe } => Input::Requested { is_safe }.into(),
            TransportEvent::Opened => Input::Opened.into(),
            #[cfg(feature = "fetch")]
            TransportEvent::Answered(response) => {
                self.note_response(Some(response));
                Input::Opened.into()
            }
            TransportEvent::Unlistened { is_event, meta } => Queued::Unlistened { is_event, meta },
            TransportEvent::Retry(time) => Input::Retry(time).into(),
            TransportEvent::Lost { error, loss } => Queued::bringing(Input::Lost(loss), error),
            TransportEvent::BodyEnded {
                error,
                is_whole,
                unfinished,
            } => {
                let unfinished = self.note_unfinished(unfinished);
                let input = Input::BodyEnded {
                    is_whole,
                    unfinished,
                };
                Queued::bringing(input, error)
            }
            TransportEvent::Finished => Input::Finished.into(),
        };
        self.push(queued);
        self.drain();
    }

    /// The hot path: if nothing else is under way, nothing is copied.
    pub(in crate::source) fn receive_frame(&self, frame: &Frame<'_>) {
        if self.is_running.get() || self.has_inputs() {
            self.push(Queued::Event {
                event: frame.event().map(str::to_owned),
                id_field: frame.id_field(),
            });
            return self.drain();
        }
        let running = Running::new(&self.is_running);
        let has_outputs = self.handle_event(frame);
        drop(running);
        let has_closed = self.close_reason.get().is_some();
        if has_outputs || has_closed || self.has_inputs() {
            self.drain();
        } else {
            self.panics.resume();
        }
    }

    /// Handles the result of a push to a stream's queue.
    pub(in crate::source) fn overflowed(&self, outcome: PushOutcome) {
        match outcome {
            PushOutcome::GapBegan => self.push(Queued::ItemsDropped),
            PushOutcome::Full => {
                let error = Error::QueueOverflow { dropped: 1 };
                self.push(Queued::bringing(Input::Overflowed, error));
            }
            _ => return,
        }
        self.drain();
    }

    /// Adds an input to those that wait for [`drain`](Self::drain).
    pub(super) fn push(&self, queued: Queued) {
        if self.is_closed() || self.is_overrun.get() {
            return;
        }
        let mut inputs = self.inputs.borrow_mut();
        if inputs.len() < MAX_WAITING {
            return inputs.push_back(queued);
        }
        drop(inputs);
        // The session is told next, not while its outputs are carried out.
        self.is_overrun.set(true);
        self.drain_after_abort();
    }

    /// Handles all waiting inputs. If a callback runs, they are handled when it has returned.
    pub(super) fn drain(&self) {
        if self.is_running.get() {
            return;
        }
        let running = Running::new(&self.is_running);
        self.carry_out(None);
        while let Some(queued) = self.next_input() {
            if !self.is_closed() {
                self.handle(queued);
            }
        }
        drop(running);
        #[cfg(feature = "fetch")]
        self.set_pace();
        self.set_timer();
        self.panics.resume();
    }

    /// Calls a function that calls back outside of any input. Inputs that arrive meanwhile, the close above all, are handled after
    /// it.
    pub(in crate::source) fn run(&self, call: impl FnOnce()) {
        if self.is_running.get() {
            return call();
        }
        let running = Running::new(&self.is_running);
        call();
        drop(running);
        self.drain();
    }

    fn handle(&self, queued: Queued) {
        match queued {
            Queued::Event { event, id_field } => {
                self.handle_event(&Frame::of(&event, id_field));
            }
            Queued::Unlistened { is_event, meta } => self.handle_unlistened(is_event, meta),
            Queued::Asked(carry_out) => carry_out(self),
            Queued::ItemsDropped => self.report(&Error::QueueOverflow { dropped: 1 }, true),
            // All inputs before it are handled: `drain` sets the pace next.
            #[cfg(feature = "fetch")]
            Queued::Pace => {}
            Queued::Run(run) => run(self),
            Queued::Input { input, error } => {
                self.note_last_event_id();
                if let Some(error) = error {
                    self.told.put(error);
                }
                let has_opened = matches!(input, Input::Opened | Input::Renewed);
                self.tell(input);
                self.carry_out(None);
                if has_opened && let Some(renewal) = self.held.renewal.get() {
                    (renewal.ask_expiry)(self, &renewal.expiry);
                }
                return;
            }
        }
        self.carry_out(None);
    }

    /// Passes an input to the session.
    pub(super) fn tell(&self, input: Input<'_>) {
        let at = self.host.at();
        self.session().handle(input, at);
    }

    fn has_inputs(&self) -> bool {
        self.is_overrun.get() || !self.inputs.borrow().is_empty()
    }

    fn next_input(&self) -> Option<Queued> {
        if !self.is_overrun.take() {
            return self.inputs.borrow_mut().pop_front();
        }
        let message =
            format!("{MAX_WAITING} events and more wait for a callback: return from it sooner");
        let error = Error::Internal {
            message: message.into(),
        };
        Some(Queued::bringing(Input::Overflowed, error))
    }
}

/// While it lives, callbacks may run. A panic that unwinds drops it too.
struct Running<'a>(&'a Cell<bool>);

impl<'a> Running<'a> {
    fn new(is_running: &'a Cell<bool>) -> Self {
        is_running.set(true);
        Self(is_running)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}
