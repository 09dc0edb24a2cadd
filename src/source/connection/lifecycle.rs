//! What the user asks for: to pause, to resume, to reconnect.

use std::rc::Rc;

use typed_eventsource_core::Input;

use super::{Connection, Queued};

impl Connection {
    pub(in crate::source) fn pause(&self) {
        self.ask(|connection| connection.tell_asked(Input::Pause));
    }

    pub(in crate::source) fn resume(&self) {
        self.ask(|connection| connection.tell_asked(Input::Resume));
        self.resume_joined();
    }

    pub(in crate::source) fn reconnect(&self) {
        self.ask(|connection| {
            #[cfg(feature = "tabs")]
            if let Some(share) = connection
                .link()
                .as_ref()
                .and_then(|link| link.among_tabs())
            {
                return share.reconnect();
            }
            match connection.joined() {
                Some(carrier) => carrier.reconnect(),
                None => connection.tell_asked(Input::Reconnect),
            }
        });
        self.resume_joined();
    }

    /// The page may have paused the shared connection, which a source that was paused has just joined again.
    fn resume_joined(&self) {
        self.ask(|connection| {
            #[cfg(feature = "tabs")]
            if let Some(share) = connection
                .link()
                .as_ref()
                .and_then(|link| link.among_tabs())
            {
                return share.resume();
            }
            if let Some(carrier) = connection.joined() {
                carrier.resume();
            }
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
