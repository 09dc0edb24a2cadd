//! Sources that share one connection, since they were opened from equal builders. Each has its own `Connection`, for those
//! who listen to it, carried by its [`Share`] of one that has the transport and the policy.

use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
    time::Duration,
};

use typed_eventsource_core::{CloseReason, Output, State};

use super::{
    EventSourceBuilder, connection::Connection, listener::Listener, panics::Panics,
    subscriptions::DeliveryOutcome,
};
use crate::{
    Error,
    by_name::ByName,
    host::{Host, Timer},
    transport::Frame,
};

thread_local! {
    static SHARED: RefCell<Vec<Shared>> = const { RefCell::new(Vec::new()) };
}

/// A connection that may be joined, as long as it is open: in the network, or at the fake server, that it is in.
struct Shared {
    key: EventSourceBuilder,
    carrier: Weak<Connection>,
}

/// Opens a source that shares the connection of those with an equal key.
pub(super) fn join_or_open(builder: EventSourceBuilder) -> Result<Rc<Connection>, Error> {
    let key = builder.sharing_key();
    let host = builder.host();
    let known = SHARED.with_borrow(|shared| {
        let equal = shared.iter().filter(|shared| shared.key == key);
        let mut carriers = equal.filter_map(|shared| shared.carrier.upgrade());
        carriers.find(|carrier| carrier.host().is_same(&host))
    });
    let carrier = match known {
        Some(carrier) => carrier,
        None => open_carrier(key)?,
    };
    Ok(Connection::join(
        builder.subscriber_settings(host),
        &carrier,
    ))
}

fn open_carrier(key: EventSourceBuilder) -> Result<Rc<Connection>, Error> {
    let carrier = key.clone().connect()?;
    let weak = Rc::downgrade(&carrier);
    carrier.register(Registration(Weak::clone(&weak)));
    SHARED.with_borrow_mut(|shared| {
        shared.push(Shared { key, carrier: weak });
    });
    Ok(carrier)
}

/// Held by a connection until it closes: it cannot be joined then.
pub(super) struct Registration(Weak<Connection>);

impl Drop for Registration {
    fn drop(&mut self) {
        // The thread may be at its end.
        let gone = SHARED.try_with(|shared| {
            let mut shared = shared.borrow_mut();
            let is_it = |shared: &Shared| shared.carrier.ptr_eq(&self.0);
            let index = shared.iter().position(is_it)?;
            Some(shared.swap_remove(index))
        });
        // What users' code has captured may share in its turn: nothing is borrowed while it goes.
        drop(gone);
    }
}

/// The sources that share a connection.
#[derive(Default)]
pub(super) struct Sharers(RefCell<Vec<Weak<Connection>>>);

impl Sharers {
    /// Whether any of them would be told an error of the connection.
    pub(super) fn are_told_errors(&self) -> bool {
        let sharers = self.snapshot();
        sharers.iter().any(|sharer| sharer.is_told_errors())
    }

    /// Tells all of them. One that joins meanwhile is not among them.
    pub(super) fn relay(&self, panics: &Panics, output: &Output, error: Option<&Error>) {
        for sharer in self.snapshot() {
            panics.catch(|| sharer.relay(output.clone(), error.cloned()));
        }
    }

    fn snapshot(&self) -> Vec<Rc<Connection>> {
        let sharers = self.0.borrow();
        sharers.iter().filter_map(Weak::upgrade).collect()
    }

    fn add(&self, sharer: &Rc<Connection>) {
        self.0.borrow_mut().push(Rc::downgrade(sharer));
    }

    /// Answers whether that was the last one.
    fn remove(&self, sharer: &Weak<Connection>) -> bool {
        let mut sharers = self.0.borrow_mut();
        sharers.retain(|other| !other.ptr_eq(sharer));
        sharers.is_empty()
    }
}

/// What carries a source that shares a connection. Dropping the last one of a connection closes that.
pub(super) struct Share {
    carrier: Rc<Connection>,
    sharer: Weak<Connection>,
    /// To the connection, by the names of the events.
    listeners: RefCell<ByName<Listener>>,
    /// Until the sharer of an open connection is told that it is open, in a later task.
    greeting: Cell<Option<Timer>>,
}

impl Share {
    /// Joins a connection in this state.
    pub(super) fn new(
        carrier: &Rc<Connection>,
        sharer: &Rc<Connection>,
        host: &Host,
        state: State,
    ) -> Self {
        carrier.sharers().add(sharer);
        let weak = Rc::downgrade(sharer);
        let greeting = (state == State::Open).then(|| {
            let sharer = Weak::clone(&weak);
            host.after(Duration::ZERO, move |_| {
                if let Some(sharer) = sharer.upgrade() {
                    sharer.greet();
                }
            })
        });
        Self {
            carrier: Rc::clone(carrier),
            sharer: weak,
            listeners: RefCell::default(),
            greeting: Cell::new(greeting),
        }
    }

    pub(super) fn carrier(&self) -> &Rc<Connection> {
        &self.carrier
    }

    pub(super) fn listen(&self, name: &str) {
        let (carrier, sharer) = (Rc::downgrade(&self.carrier), Weak::clone(&self.sharer));
        let callback = move |frame: &Frame<'_>| {
            if let (Some(carrier), Some(sharer)) = (carrier.upgrade(), sharer.upgrade()) {
                let deliver = || {
                    sharer.greet();
                    sharer.receive_frame(frame);
                };
                carrier.panics().catch(deliver);
            }
            DeliveryOutcome::Ignored
        };
        let listener = self.carrier.on_frame(name, Box::new(callback));
        // The name was checked by who listens.
        if let Ok(listener) = listener {
            let mut listeners = self.listeners.borrow_mut();
            let replaced = listeners.insert(name, listener);
            drop(listeners);
            drop(replaced);
        }
    }

    pub(super) fn unlisten(&self, name: &str) {
        let listener = self.listeners.borrow_mut().remove(name);
        drop(listener);
    }

    /// What the sharer is still to be told when it has joined, once.
    pub(super) fn take_greeting(&self) -> Option<State> {
        self.greeting.take().map(|_| State::Open)
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        drop(self.listeners.take());
        if self.carrier.sharers().remove(&self.sharer) {
            self.carrier.close(CloseReason::Dropped);
        }
    }
}
