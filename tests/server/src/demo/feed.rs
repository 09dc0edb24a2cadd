//! What goes out to the open demo streams, in one order for all.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use bytes::Bytes;
use serde::Serialize;
use tokio::sync::broadcast;

/// What a client that was away can catch up on: a quarter of a minute.
const RECENT: usize = 120;
/// How far a client may fall behind before it misses something.
const QUEUE: usize = 512;

/// Whom a message is for: everyone, or the streams opened with this client id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Audience(pub(crate) Option<String>);

impl Audience {
    pub(crate) const ALL: Self = Self(None);

    pub(crate) fn includes(&self, client: Option<&str>) -> bool {
        self.0.is_none() || self.0.as_deref() == client
    }
}

/// What an open stream is to do.
#[derive(Debug, Clone)]
pub(crate) enum Order {
    /// Send these bytes.
    Send(Bytes),
    /// Send these bytes, then end.
    Finish(Bytes),
    /// Reset the connection.
    Reset,
}

pub(crate) type Orders = broadcast::Receiver<(Audience, Order)>;

/// Numbers events, keeps the recent ones and hands them to whoever listens.
#[derive(Debug)]
pub(crate) struct Feed {
    orders: broadcast::Sender<(Audience, Order)>,
    history: Mutex<History>,
}

#[derive(Debug)]
struct History {
    next_id: u64,
    recent: VecDeque<(u64, Bytes)>,
}

impl Feed {
    /// A feed whose first event has the id `first_id`.
    pub(crate) fn new(first_id: u64) -> Self {
        Self {
            orders: broadcast::Sender::new(QUEUE),
            history: Mutex::new(History {
                next_id: first_id,
                recent: VecDeque::with_capacity(RECENT),
            }),
        }
    }

    /// Sends an event to all, those included that come back a little later.
    pub(crate) fn publish(&self, event: &str, data: &impl Serialize) {
        self.with_history(|history| {
            let id = history.take_id();
            let text = numbered(event, id, &json(data));
            if history.recent.len() == RECENT {
                history.recent.pop_front();
            }
            history.recent.push_back((id, text.clone()));
            self.order(Audience::ALL, Order::Send(text));
        });
    }

    /// Sends an event with this very `data` to an audience, and remembers nothing.
    pub(crate) fn inject(&self, audience: Audience, event: &str, data: &str) {
        self.with_history(|history| {
            let text = numbered(event, history.take_id(), data);
            self.order(audience, Order::Send(text));
        });
    }

    /// Gives an order to an audience.
    pub(crate) fn order(&self, audience: Audience, order: Order) {
        // With nobody listening there is nobody to tell.
        let _ = self.orders.send((audience, order));
    }

    /// What happened after `last_id` (or lately, with none), and what happens from now on.
    pub(crate) fn subscribe(&self, last_id: Option<u64>) -> (Vec<Bytes>, Orders) {
        self.with_history(|history| {
            let missed = history
                .recent
                .iter()
                .filter(|(id, _)| last_id.is_none_or(|last| *id > last))
                .map(|(_, text)| text.clone())
                .collect();
            (missed, self.orders.subscribe())
        })
    }

    /// Under the lock what is sent has the order of its ids.
    fn with_history<R>(&self, work: impl FnOnce(&mut History) -> R) -> R {
        work(&mut self.history.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl History {
    fn take_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id - 1
    }
}

/// An event without a name or an id.
pub(crate) fn notice(text: &str) -> Bytes {
    format!("data: {}\n\n", json(&Text { text })).into()
}

/// A named event without an id.
pub(crate) fn farewell(event: &str, text: &str) -> Bytes {
    format!("event: {event}\ndata: {}\n\n", json(&Text { text })).into()
}

#[derive(Serialize)]
struct Text<'a> {
    text: &'a str,
}

fn json(data: &impl Serialize) -> String {
    // Only the demo's own plain structs come here, and those serialise.
    serde_json::to_string(data).unwrap_or_default()
}

fn numbered(event: &str, id: u64, data: &str) -> Bytes {
    format!("event: {event}\nid: {id}\ndata: {data}\n\n").into()
}
