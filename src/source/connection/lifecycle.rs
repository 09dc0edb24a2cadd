//! What the user asks for: to pause, to resume, to reconnect.

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
            if !connection.ask_joined(Request::Reconnect) {
                connection.tell_asked(Input::Reconnect);
            }
        });
        self.resume_joined();
    }

    /// The page may have paused the shared connection, which a source that was paused has just joined again.
    fn resume_joined(&self) {
        self.ask(|connection| {
            connection.ask_joined(Request::Resume);
        });
    }

    /// Asks the shared connection that the source has joined: that of all tabs, or that of the page. Returns whether there is one. A
    /// source leaves it while it is paused.
    fn ask_joined(&self, request: Request) -> bool {
        let Some(link) = self.link() else {
            return false;
        };
        #[cfg(feature = "tabs")]
        if let Some(share) = link.among_tabs() {
            match request {
                Request::Reconnect => share.reconnect(),
                Request::Resume => share.resume(),
            }
            return true;
        }
        let Some(carrier) = link.carrier().and_then(|carrier| carrier.this.upgrade()) else {
            return false;
        };
        match request {
            Request::Reconnect => carrier.reconnect(),
            Request::Resume => carrier.resume(),
        }
        true
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

/// What a shared connection is asked for.
enum Request {
    Reconnect,
    Resume,
}
