//! The renewal of a connection before what it was made with expires.
//!
//! Only a builder that is told when that is refers to this module, so an app that is not has none of it in its wasm.

#[cfg(feature = "fetch")]
use std::sync::Arc;
use std::{
    cell::Cell,
    fmt,
    rc::Rc,
    time::{Duration, SystemTime},
};

use typed_eventsource_core::Input;

use super::{Connection, Queued};
use crate::{
    Error,
    closure::SharedClosure,
    place::Place,
    transport::{Sink, Transport, TransportEvent, is_javascript},
};

/// A user's function that says when what a connection was made with expires.
pub(in crate::source) type Expiry = SharedClosure<dyn Fn() -> Option<SystemTime>>;

/// How a source renews its connection. Values with the same function are equal.
#[derive(Clone)]
pub(in crate::source) struct Renewal {
    pub(in crate::source) expiry: Expiry,
    pub(super) ask_expiry: fn(&Connection, &Expiry),
    pub(super) renew: fn(&Connection),
    pub(super) hand_over: fn(&Connection),
}

impl PartialEq for Renewal {
    fn eq(&self, other: &Self) -> bool {
        self.expiry == other.expiry
    }
}

impl Renewal {
    pub(in crate::source) fn new(expiry: impl Fn() -> Option<SystemTime> + 'static) -> Self {
        Self {
            expiry: SharedClosure::new(Rc::new(expiry)),
            ask_expiry,
            renew,
            hand_over,
        }
    }
}

/// What is wrong with a request that would be sent only once.
#[cfg(feature = "fetch")]
pub(in crate::source) const NEEDS_SAFE_REQUEST: &str =
    "`renew_before` needs a request that may be sent again";

/// A connection that is to take the place of the current one.
#[derive(Default)]
pub(super) struct NextConnection {
    transport: Place<Transport>,
    has_opened: Rc<Cell<bool>>,
}

fn ask_expiry(connection: &Connection, expiry: &Expiry) {
    let (ask, mut expires_at) = (expiry.current(), None);
    connection.panics.catch(|| expires_at = ask());
    let left = expires_at.and_then(|at: SystemTime| at.duration_since(now()).ok());
    if let Some(left) = left.filter(|left| !left.is_zero()) {
        connection.tell(Input::ExpiresIn(left.into()));
        connection.carry_out(None);
    }
}

/// The time of day. Where there is JavaScript, the standard library has none.
fn now() -> SystemTime {
    if is_javascript() {
        SystemTime::UNIX_EPOCH + Duration::from_secs_f64(js_sys::Date::now() / 1000.0)
    } else {
        SystemTime::now()
    }
}

/// Connects another time, with what is refreshed first if it can be.
fn renew(connection: &Connection) {
    let next = Rc::<NextConnection>::default();
    connection.hold(&connection.held.next, Rc::clone(&next));
    #[cfg(feature = "fetch")]
    if let Some(refresh) = connection.held.refresh.get()
        && (refresh.is_running() || refresh.count() == connection.refreshes.get())
    {
        let this = connection.weak();
        let waiter = move |result| {
            if let Some(connection) = this.upgrade()
                && connection.is_next(&next)
            {
                match result {
                    Ok(()) => connect(&connection, &next),
                    Err(message) => {
                        let error = connection.refresh_error(message);
                        fail(&connection, &next, error);
                    }
                }
            }
        };
        return refresh.run(&connection.host, Box::new(waiter));
    }
    connect(connection, &next);
}

fn connect(connection: &Connection, next: &Rc<NextConnection>) {
    let this = connection.weak();
    let sink: Sink = {
        let has_opened = Rc::clone(&next.has_opened);
        let next = Rc::downgrade(next);
        Rc::new(move |event| {
            let Some(connection) = this.upgrade() else {
                return;
            };
            match event {
                event if has_opened.get() => connection.receive(event),
                TransportEvent::Opened => open(&connection, &has_opened),
                #[cfg(feature = "fetch")]
                TransportEvent::Answered(response) => {
                    connection.note_response(Some(response));
                    open(&connection, &has_opened);
                }
                TransportEvent::Lost { error, .. } | TransportEvent::BodyEnded { error, .. } => {
                    if let Some(next) = next.upgrade() {
                        fail(&connection, &next, error);
                    }
                }
                #[cfg(feature = "fetch")]
                TransportEvent::Requested { is_safe: true } => {}
                #[cfg(feature = "fetch")]
                TransportEvent::Requested { is_safe: false } => {
                    if let Some(next) = next.upgrade() {
                        let error = Error::InvalidRequest {
                            url: Arc::clone(&connection.url),
                            message: NEEDS_SAFE_REQUEST.into(),
                        };
                        fail(&connection, &next, error);
                    }
                }
                other => connection.receive(other),
            }
        })
    };
    #[cfg(feature = "fetch")]
    connection.note_request();
    connection.note_last_event_id();
    // The connector is taken out while it connects, as at any attempt.
    let Some(connector) = connection.held.connector.take() else {
        return;
    };
    let transport = connector.connect(connection.next_attempt(), sink);
    connection.hold(&connection.held.connector, connector);
    match transport {
        Ok(transport) if connection.is_next(next) => next.transport.put(transport),
        Ok(_) => {}
        Err(error) => fail(connection, next, error),
    }
}

fn open(connection: &Connection, has_opened: &Cell<bool>) {
    has_opened.set(true);
    connection.push(Input::Renewed.into());
    connection.drain();
}

fn fail(connection: &Connection, next: &Rc<NextConnection>, error: Error) {
    if connection.is_next(next) {
        drop(connection.held.next.take());
        connection.push(Queued::bringing(Input::RenewalFailed, error));
        connection.drain();
    }
}

/// The next connection takes the place of the current one.
fn hand_over(connection: &Connection) {
    let next = connection.held.next.take();
    if let Some(next) = next
        && let Some(transport) = next.transport.take()
    {
        connection.note_last_event_id();
        connection.carry_by(transport);
    }
}

impl Connection {
    fn is_next(&self, next: &Rc<NextConnection>) -> bool {
        let known = self.held.next.get();
        known.is_some_and(|known| Rc::ptr_eq(&known, next))
    }
}

impl fmt::Debug for Renewal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Renewal")
    }
}
