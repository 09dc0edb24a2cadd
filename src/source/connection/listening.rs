//! Who listens to a source.

use std::rc::Rc;

use super::{Connection, ErrorCallback, GapCallback, Notice, NoticeCallback, StateCallback};
use crate::{
    Error, State,
    source::{
        listener::Listener,
        slots::Slot,
        subscriptions::{FrameCallback, Reception, check_name},
    },
};

impl Connection {
    pub(in crate::source) fn on_frame(
        self: &Rc<Self>,
        name: &str,
        callback: Box<FrameCallback>,
    ) -> Result<Listener, Error> {
        check_name(name)?;
        if self.is_closed() {
            return Ok(Listener::inert(self));
        }
        let slot = self.subscribe(name, callback);
        let name = name.to_owned();
        Ok(Listener::new(self, move |connection| {
            if connection.subscriptions.remove(&name, &slot) {
                connection.with_transport(|transport| transport.unlisten(&name));
            }
        }))
    }

    pub(in crate::source) fn on_gap(self: &Rc<Self>, callback: Box<GapCallback>) -> Listener {
        if self.is_closed() {
            return Listener::inert(self);
        }
        self.heed_ids();
        let slot = self.gaps.add(callback);
        Listener::new(self, move |connection| connection.gaps.remove(&slot))
    }

    pub(in crate::source) fn on_error(self: &Rc<Self>, callback: Box<ErrorCallback>) -> Listener {
        if self.is_closed() {
            return Listener::inert(self);
        }
        let slot = self.errors.add(callback);
        Listener::new(self, move |connection| connection.errors.remove(&slot))
    }

    pub(in crate::source) fn on_state(self: &Rc<Self>, callback: Box<StateCallback>) -> Listener {
        if self.is_closed() {
            return Listener::inert(self);
        }
        let slot = self.states.add(callback);
        Listener::new(self, move |connection| connection.states.remove(&slot))
    }

    /// For a stream; one that comes after the end is told of it at once.
    pub(in crate::source) fn on_notice(
        self: &Rc<Self>,
        mut callback: Box<NoticeCallback>,
    ) -> Listener {
        if let State::Closed(reason) = self.state() {
            callback(Notice::End(reason.error()));
            return Listener::inert(self);
        }
        let slot = self.streams.add(callback);
        Listener::new(self, move |connection| connection.streams.remove(&slot))
    }

    fn subscribe(&self, name: &str, callback: Box<FrameCallback>) -> Rc<Slot<FrameCallback>> {
        let (slot, is_first) = self.subscriptions.add(name, callback);
        if is_first {
            self.with_transport(|transport| transport.listen(name));
        }
        slot
    }

    /// The events by which the server says that it is done have to be heard even where nobody else listens to them.
    pub(super) fn listen_for_the_end(&self) {
        let unnamed = self.settings.terminal_data.as_ref().map(|_| "message");
        for name in self
            .settings
            .terminal_event
            .as_deref()
            .into_iter()
            .chain(unnamed)
        {
            self.subscribe(name, Box::new(|_| Reception::Ignored));
        }
    }
}
