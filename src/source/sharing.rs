//! Sources that share one connection, since they were opened from equal builders. Each has its own `Connection` for its
//! listeners. Its [`Share`] links it to the connection that has the transport and the policy.
//!
//! Only a builder that is told to share refers to this module; a connection knows just an [`Audience`] and a [`Link`].
//! So an app that shares nothing has none of it in its wasm.

use std::{
    cell::{Cell, RefCell},
    fmt,
    rc::{Rc, Weak},
};

use typed_eventsource_core::{CloseReason, Output, Span, State};

#[cfg(feature = "fetch")]
use super::connection::Hold;
use super::{
    EventSourceBuilder,
    connection::{Audience, Connection, Link},
    listener::Listener,
    subscriptions::DeliveryOutcome,
};
use crate::{
    Error,
    by_name::ByName,
    host::{Host, Timer},
    panics::Panics,
    transport::Frame,
};

thread_local! {
    static SHARED: RefCell<Vec<Shared>> = const { RefCell::new(Vec::new()) };
}

/// A connection that sources may join until it closes.
struct Shared {
    key: EventSourceBuilder,
    carrier: Weak<Connection>,
    sharers: Rc<Sharers>,
}

/// How a builder opens a shared source. Values of one scope are equal.
#[derive(Clone, Copy)]
pub(super) struct Sharing {
    pub(super) scope: Scope,
    pub(super) open: fn(EventSourceBuilder) -> Result<Rc<Connection>, Error>,
}

/// Where the sources are that share a connection.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Scope {
    /// In one page or worker.
    Page,
    /// In all tabs of the origin.
    #[cfg(feature = "tabs")]
    Tabs,
}

impl Sharing {
    pub(super) fn new() -> Self {
        Self {
            scope: Scope::Page,
            open: join_or_open,
        }
    }
}

impl PartialEq for Sharing {
    fn eq(&self, other: &Self) -> bool {
        self.scope == other.scope
    }
}

impl fmt::Debug for Sharing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sharing")
    }
}

/// Opens a source that shares the connection of the sources with an equal key.
fn join_or_open(builder: EventSourceBuilder) -> Result<Rc<Connection>, Error> {
    let key = builder.sharing_key();
    let host = builder.host();
    let settings = builder.sharer_settings(host.clone());
    let (carrier, _) = carrier_of(&key, &host, &settings.options.last_event_id)?;
    let join = move |sharer: &Connection| {
        let (carrier, sharers) = carrier_of(&key, &host, &sharer.last_event_id())?;
        let share = Share::new(&carrier, sharers, sharer.weak());
        sharer.share(&carrier, Rc::new(share));
        Ok(())
    };
    Connection::join(settings, carrier.url(), Rc::new(join))
}

/// The connection that sources with an equal key share on this host, or else a new one that continues after this event;
/// and those sources.
fn carrier_of(
    key: &EventSourceBuilder,
    host: &Host,
    last_event_id: &str,
) -> Result<(Rc<Connection>, Rc<Sharers>), Error> {
    let known = SHARED.with_borrow(|shared| {
        let equal = shared.iter().filter(|shared| shared.key == *key);
        let mut carriers = equal
            .filter_map(|shared| Some((shared.carrier.upgrade()?, Rc::clone(&shared.sharers))));
        carriers.find(|(carrier, _)| carrier.host().is_same(host))
    });
    known.map_or_else(|| open_carrier(key.clone(), last_event_id), Ok)
}

fn open_carrier(
    key: EventSourceBuilder,
    last_event_id: &str,
) -> Result<(Rc<Connection>, Rc<Sharers>), Error> {
    let (connector, host) = key.backend()?;
    let mut settings = key.clone().settings(host);
    last_event_id.clone_into(&mut settings.options.last_event_id);
    let carrier = Connection::open(settings, connector, None)?;
    let sharers = Rc::<Sharers>::default();
    let weak = Rc::downgrade(&carrier);
    carrier.share_with(sharers.clone(), Registration(Weak::clone(&weak)));
    SHARED.with_borrow_mut(|shared| {
        shared.push(Shared {
            key,
            carrier: weak,
            sharers: Rc::clone(&sharers),
        });
    });
    Ok((carrier, sharers))
}

/// Held by a connection until it closes. No source can join it after that.
struct Registration(Weak<Connection>);

impl Drop for Registration {
    fn drop(&mut self) {
        // The thread may be at its end.
        let gone = SHARED.try_with(|shared| {
            let mut shared = shared.borrow_mut();
            let is_it = |shared: &Shared| shared.carrier.ptr_eq(&self.0);
            let index = shared.iter().position(is_it)?;
            Some(shared.swap_remove(index))
        });
        // Values that users' code has captured may open shared sources: nothing is borrowed while they are dropped.
        drop(gone);
    }
}

/// The sources that share a connection.
#[derive(Default)]
struct Sharers(RefCell<Vec<Weak<Connection>>>);

impl Audience for Sharers {
    fn is_told_errors(&self) -> bool {
        let sharers = self.snapshot();
        sharers.iter().any(|sharer| sharer.is_told_errors())
    }

    fn relay(&self, panics: &Panics, output: &Output, error: Option<&Error>) {
        for sharer in self.snapshot() {
            panics.catch(|| sharer.relayed(output.clone(), error.cloned()));
        }
    }

    fn run(&self, panics: &Panics, run: &Rc<dyn Fn(&Connection)>) {
        for sharer in self.snapshot() {
            panics.catch(|| sharer.run_in_turn(Rc::clone(run)));
        }
    }
}

impl Sharers {
    fn snapshot(&self) -> Vec<Rc<Connection>> {
        let sharers = self.0.borrow();
        sharers.iter().filter_map(Weak::upgrade).collect()
    }

    fn add(&self, sharer: Weak<Connection>) {
        self.0.borrow_mut().push(sharer);
    }

    /// Removes a source, and returns whether it was the last one.
    fn remove(&self, sharer: &Weak<Connection>) -> bool {
        let mut sharers = self.0.borrow_mut();
        sharers.retain(|other| !other.ptr_eq(sharer));
        sharers.is_empty()
    }
}

/// The link of a source that shares a connection. Dropping the last share of a connection closes it.
struct Share {
    carrier: Rc<Connection>,
    /// All sources that share the connection, this one included.
    sharers: Rc<Sharers>,
    sharer: Weak<Connection>,
    /// The listeners to the connection, by the names of the events.
    listeners: RefCell<ByName<Listener>>,
    /// The listener to events of any name.
    #[cfg(feature = "fetch")]
    any: Cell<Option<Listener>>,
    /// While a queue of the sharer is full.
    #[cfg(feature = "fetch")]
    hold: Cell<Option<Hold>>,
    /// The delivery of the last event that a listener to its name has received.
    received: Rc<Cell<u64>>,
    /// The timer of a later task in which the sharer of an open connection is told that it is open.
    announcement: Cell<Option<Timer>>,
}

impl Share {
    /// Joins a connection.
    fn new(carrier: &Rc<Connection>, sharers: Rc<Sharers>, sharer: Weak<Connection>) -> Self {
        sharers.add(Weak::clone(&sharer));
        Self {
            carrier: Rc::clone(carrier),
            sharers,
            sharer,
            listeners: RefCell::default(),
            #[cfg(feature = "fetch")]
            any: Cell::default(),
            #[cfg(feature = "fetch")]
            hold: Cell::default(),
            received: Rc::default(),
            announcement: Cell::default(),
        }
    }
}

impl Share {
    /// Passes frames on to the sharer.
    fn receiver(&self) -> impl FnMut(&Frame<'_>) -> DeliveryOutcome + 'static {
        let (carrier, sharer) = (Rc::downgrade(&self.carrier), Weak::clone(&self.sharer));
        move |frame| {
            if let (Some(carrier), Some(sharer)) = (carrier.upgrade(), sharer.upgrade()) {
                let deliver = || {
                    sharer.announce_open();
                    sharer.receive_frame(frame);
                };
                carrier.panics().catch(deliver);
            }
            DeliveryOutcome::Ignored
        }
    }
}

impl Link for Share {
    fn listen(&self, name: &Rc<str>) {
        let (received, mut receive) = (Rc::clone(&self.received), self.receiver());
        let carrier = Rc::downgrade(&self.carrier);
        let callback = move |frame: &Frame<'_>| {
            received.set(carrier.upgrade().map_or(0, |carrier| carrier.deliveries()));
            receive(frame)
        };
        let listener = self.carrier.on_frame(name, Box::new(callback));
        // The name was checked before.
        if let Ok(listener) = listener {
            let mut listeners = self.listeners.borrow_mut();
            let replaced = listeners.insert(name, listener);
            drop(listeners);
            drop(replaced);
        }
    }

    fn unlisten(&self, name: &str) {
        let listener = self.listeners.borrow_mut().remove(name);
        drop(listener);
    }

    #[cfg(feature = "fetch")]
    fn listen_to_all(&self, listens_to_all: bool) {
        let listener = listens_to_all.then(|| {
            let (received, mut receive) = (Rc::clone(&self.received), self.receiver());
            let carrier = Rc::downgrade(&self.carrier);
            self.carrier.on_any(Box::new(move |frame| {
                let delivery = carrier.upgrade().map(|carrier| carrier.deliveries());
                match delivery == Some(received.get()) {
                    true => DeliveryOutcome::Ignored,
                    false => receive(frame),
                }
            }))
        });
        // Its connection is over `fetch`, as the sharer is.
        drop(self.any.replace(listener.and_then(Result::ok)));
    }

    #[cfg(feature = "fetch")]
    fn hold_back(&self, is_held_back: bool) {
        let hold = is_held_back.then(|| self.carrier.hold_back());
        drop(self.hold.replace(hold));
    }

    fn carrier(&self) -> Option<&Connection> {
        Some(&self.carrier)
    }

    fn announce_open_later(&self, host: &Host) {
        let sharer = Weak::clone(&self.sharer);
        let announcement = move |_| {
            if let Some(sharer) = sharer.upgrade() {
                sharer.announce_open();
            }
        };
        let announcement = host.after(Span::ZERO, Box::new(announcement));
        self.announcement.set(Some(announcement));
    }

    fn take_open_announcement(&self) -> Option<State> {
        self.announcement.take().map(|_| State::Open)
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        drop(self.listeners.take());
        #[cfg(feature = "fetch")]
        drop(self.any.take());
        #[cfg(feature = "fetch")]
        drop(self.hold.take());
        if let Some(sharer) = self.sharer.upgrade() {
            sharer.left(&self.carrier.last_event_id(), self.carrier.stats());
        }
        if self.sharers.remove(&self.sharer) {
            self.carrier.close(CloseReason::Dropped);
        }
    }
}
