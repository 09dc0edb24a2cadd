//! The refresh of what the server has refused.

use std::sync::Arc;

use typed_eventsource_core::Input;

use super::{Connection, Queued};
use crate::{Error, source::refresh::Refresh};

impl Connection {
    /// The server is asked, with what is fresh now.
    pub(super) fn note_request(&self) {
        if let Some(refresh) = self.held.refresh.get() {
            self.refreshes.set(refresh.count());
        }
    }

    /// Whether a refresh runs, which is waited for before the server is asked.
    pub(super) fn waits_for_refresh(&self) -> bool {
        let refresh = self.held.refresh.get();
        let Some(refresh) = refresh.filter(Refresh::is_running) else {
            return false;
        };
        self.tell(Input::Refreshing);
        self.await_refresh(&refresh);
        true
    }

    /// Has the user's function called, unless it was since the server was asked.
    pub(super) fn refresh(&self) {
        let Some(refresh) = self.held.refresh.get() else {
            return;
        };
        if refresh.count() == self.refreshes.get() {
            self.await_refresh(&refresh);
        } else {
            self.tell(Input::Refreshed);
        }
    }

    fn await_refresh(&self, refresh: &Refresh) {
        let this = self.weak();
        refresh.run(
            &self.host,
            Box::new(move |result| {
                if let Some(connection) = this.upgrade() {
                    connection.push(match result {
                        Ok(()) => Input::Refreshed.into(),
                        Err(message) => {
                            let error = connection.refresh_error(message);
                            Queued::bringing(Input::RefreshFailed, error)
                        }
                    });
                    connection.drain();
                }
            }),
        );
    }

    pub(super) fn refresh_error(&self, message: String) -> Error {
        Error::Refresh {
            url: Arc::clone(&self.url),
            message: message.into(),
        }
    }

    /// The error of a refresh that does not end. It is not waited for again.
    pub(super) fn refresh_timeout(&self) -> Error {
        if let Some(refresh) = self.held.refresh.get() {
            refresh.forget();
        }
        let after = self.session().time_limit();
        self.refresh_error(format!("it had not ended after {after}"))
    }
}
