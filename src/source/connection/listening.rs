//! The listeners of a source.

use std::rc::Rc;

use super::{Connection, Link, Notice, NoticeCallback};
use crate::{
    Error, State,
    source::{
        callbacks::{CallbackList, Slot},
        listener::Listener,
        subscriptions::{DeliveryOutcome, FrameCallback, Names, check_name},
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
        let name = name.into();
        let slot = self.subscribe(&name, callback);
        Ok(Listener::new(self, move |connection| {
            if connection.subscriptions.remove(&name, &slot) {
                connection.with_link(|link| link.unlisten(&name));
            }
        }))
    }

    /// Listens to several names, each with a callback that `make` makes.
    pub(in crate::source) fn on_frames(
        self: &Rc<Self>,
        names: Names<'_>,
        make: impl Fn() -> Box<FrameCallback>,
    ) -> Result<Vec<Listener>, Error> {
        match names {
            Names::These(names) => names
                .iter()
                .map(|name| self.on_frame(name, make()))
                .collect(),
            #[cfg(feature = "fetch")]
            Names::All => Ok(vec![self.on_any(make())?]),
            #[cfg(not(feature = "fetch"))]
            Names::All => Err(Error::NeedsFetch),
        }
    }

    #[cfg(feature = "fetch")]
    pub(in crate::source) fn on_any(
        self: &Rc<Self>,
        callback: Box<FrameCallback>,
    ) -> Result<Listener, Error> {
        if !self.is_fetch {
            return Err(Error::NeedsFetch);
        }
        if self.is_closed() {
            return Ok(Listener::inert(self));
        }
        let is_first = self.any.is_empty();
        let slot = self.any.add(callback);
        if is_first {
            self.with_link(|link| link.listen_to_all(true));
        }
        Ok(Listener::new(self, move |connection| {
            connection.any.remove(&slot);
            if connection.any.is_empty() {
                connection.with_link(|link| link.listen_to_all(false));
            }
        }))
    }

    pub(in crate::source) fn on_gap(self: &Rc<Self>, callback: Box<NoticeCallback>) -> Listener {
        if !self.is_closed() {
            self.enable_id_tracking();
        }
        self.on_notices(|connection| &connection.gaps, callback)
    }

    pub(in crate::source) fn on_error(self: &Rc<Self>, callback: Box<NoticeCallback>) -> Listener {
        self.on_notices(|connection| &connection.errors, callback)
    }

    pub(in crate::source) fn on_state(self: &Rc<Self>, callback: Box<NoticeCallback>) -> Listener {
        self.on_notices(|connection| &connection.states, callback)
    }

    /// Adds a callback to one of the lists.
    pub(super) fn on_notices(
        self: &Rc<Self>,
        list: fn(&Self) -> &CallbackList<NoticeCallback>,
        callback: Box<NoticeCallback>,
    ) -> Listener {
        if self.is_closed() {
            return Listener::inert(self);
        }
        let slot = list(self).add(callback);
        Listener::new(self, move |connection| list(connection).remove(&slot))
    }

    /// Adds a callback that is called before others are told of a gap, of a state or of the end.
    pub(in crate::source) fn before_notices(
        self: &Rc<Self>,
        callback: impl Fn() + Clone + 'static,
    ) -> Listener {
        if self.is_closed() {
            return Listener::inert(self);
        }
        let add = |list: &CallbackList<NoticeCallback>| {
            let callback = callback.clone();
            list.add_first(Box::new(move |_| callback()))
        };
        let (gap, state) = (add(&self.gaps), add(&self.states));
        Listener::new(self, move |connection| {
            connection.gaps.remove(&gap);
            connection.states.remove(&state);
        })
    }

    /// Adds the callback of a stream. If the source has closed, it is called with the end at once.
    pub(in crate::source) fn on_notice(
        self: &Rc<Self>,
        mut callback: Box<NoticeCallback>,
    ) -> Listener {
        if let State::Closed(reason) = self.state() {
            callback(Notice::End(reason.stream_error().as_ref()));
            return Listener::inert(self);
        }
        self.on_notices(|connection| &connection.streams, callback)
    }

    fn subscribe(&self, name: &Rc<str>, callback: Box<FrameCallback>) -> Rc<Slot<FrameCallback>> {
        let (slot, is_first) = self.subscriptions.add(name, callback);
        if is_first {
            self.with_link(|link| link.listen(name));
        }
        slot
    }

    /// Hints, once, at an event that nobody hears: its name may be misspelt. If there are listeners, it had no data.
    #[cfg(feature = "fetch")]
    pub(super) fn hint_at(&self, name: &str) {
        if !self.has_hinted.replace(true) {
            let (url, names) = (&self.url, self.subscriptions.names());
            self.host.hint(if names.iter().any(|known| **known == *name) {
                format!(
                    "{url} sent {name:?} without data, which by the standard is no event: have the server send some data \
                     with it"
                )
            } else {
                let mut known = String::new();
                for name in names {
                    let separator = if known.is_empty() { "" } else { ", " };
                    known += &format!("{separator}{name:?}");
                }
                format!("nobody listens to events called {name:?} of {url} (listened to: [{known}])")
            });
        }
    }

    /// Listens to the events by which a server ends its stream: they have to be received even if they have no
    /// listeners.
    pub(super) fn listen_for_terminals(&self) {
        let unnamed = self.terminals.data.as_ref().map(|_| "message");
        for name in self.terminals.names().chain(unnamed) {
            self.subscribe(&name.into(), Box::new(|_| DeliveryOutcome::Ignored));
        }
    }

    /// From now on the session is told every id that the transport reports.
    pub(super) fn enable_id_tracking(&self) {
        self.note_last_event_id();
        let link = self.link();
        if let Some(carrier) = link.as_ref().and_then(|link| link.carrier()) {
            return carrier.enable_id_tracking();
        }
        #[cfg(feature = "tabs")]
        if let Some(share) = link.as_ref().and_then(|link| link.among_tabs()) {
            return share.report_all_ids();
        }
        // The shared connection tells of the gaps, once the source joins it again.
        if self.held.join.get().is_some() {
            return;
        }
        self.session().track_ids();
        if let Some(link) = link {
            link.report_all_ids();
        }
    }

    fn with_link(&self, act: impl FnOnce(&dyn Link)) {
        if let Some(link) = self.link() {
            act(&*link);
        }
    }
}
