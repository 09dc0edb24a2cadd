//! What the user asks for: to pause, to resume, to reconnect.

use std::rc::Rc;

use typed_eventsource_core::Input;

use super::{Connection, Queued};

impl Connection {
    pub(in crate::source) fn pause(&self) {
        self.ask(|connection| connection.tell_asked(Input::Pause));
    }

    pub(in crate::source) fn resume(&self) {
        self.ask(|connection| match connection.joined() {
            Some(carrier) => carrier.resume(),
            None => connection.tell_asked(Input::Resume),
        });
    }

    pub(in crate::source) fn reconnect(&self) {
        self.ask(|connection| match connection.joined() {
            Some(carrier) => carrier.reconnect(),
            None => connection.tell_asked(Input::Reconnect),
        });
    }

    /// The shared connection that it has joined. A source leaves that while it is paused.
    fn joined(&self) -> Option<Rc<Self>> {
        let link = self.link()?;
        link.carrier()?.this.upgrade()
    }

    fn ask(&self, carry_out: fn(&Self)) {
        self.push(Queued::Asked(carry_out));
        self.drain();
    }

    fn tell_asked(&self, input: Input<'_>) {
        self.note_last_event_id();
        self.tell(input);
    }
}
