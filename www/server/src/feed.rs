//! Sends events to all open streams of a kind, in the same order.

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::sync::broadcast;

use crate::journal::{Entry, Journal};

/// How many messages a client may fall behind before it has to catch up from the history.
const QUEUE: usize = 512;
/// The size from which on a chunk is large enough, in bytes.
const LARGE: usize = 32 * 1024;

/// The audience of a message: all streams, or those that were opened with this client id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Audience(pub(crate) Option<String>);

impl Audience {
    pub(crate) const ALL: Self = Self(None);

    pub(crate) fn includes(&self, client: Option<&str>) -> bool {
        self.0.is_none() || self.0.as_deref() == client
    }
}

/// An order to open streams.
#[derive(Debug, Clone)]
pub(crate) enum Order {
    /// Send these bytes. If their events have ids, `last_id` is the last of them.
    Send { text: Bytes, last_id: Option<u64> },
    /// Send these bytes, then end.
    Finish(Bytes),
    /// Reset the connection.
    Reset,
}

pub(crate) type Orders = broadcast::Receiver<(Audience, Order)>;

/// The first events of a stream that is opened, and the receiver of all later ones.
#[derive(Debug)]
pub(crate) struct Subscription {
    pub(crate) missed: Vec<Bytes>,
    /// The id of the newest event so far.
    pub(crate) last_id: u64,
    pub(crate) orders: Orders,
}

impl Subscription {
    /// Joins the missed events to few large chunks, since thousands of small ones are slow to read.
    pub(crate) fn in_large_chunks(self) -> Self {
        let mut chunks = Vec::new();
        let mut chunk = BytesMut::new();
        for text in &self.missed {
            chunk.extend_from_slice(text);
            if chunk.len() >= LARGE {
                chunks.push(chunk.split().freeze());
            }
        }
        if !chunk.is_empty() {
            chunks.push(chunk.freeze());
        }
        Self {
            missed: chunks,
            ..self
        }
    }
}

/// Numbers events, keeps the recent ones, and sends them to open streams.
#[derive(Debug)]
pub(crate) struct Feed {
    orders: broadcast::Sender<(Audience, Order)>,
    history: Mutex<History>,
    /// How many events a new client gets.
    first_look: usize,
}

/// An event that is kept, as text to send. Its data is a part of that.
#[derive(Debug)]
struct Kept {
    id: u64,
    text: Bytes,
    data: Bytes,
}

impl Kept {
    fn new(event: &str, id: u64, data: &str) -> Self {
        let text = numbered(event, id, data);
        let end = text.len() - "\n\n".len();
        let data = text.slice(end - data.len()..end);
        Self { id, text, data }
    }
}

#[derive(Debug)]
struct History {
    next_id: u64,
    recent: VecDeque<Kept>,
    capacity: usize,
    journal: Option<Journal>,
}

impl Feed {
    /// A feed whose first event has the id `first_id`. It keeps `capacity` events, and a new client gets `first_look` of them.
    pub(crate) fn new(first_id: u64, capacity: usize, first_look: usize) -> Self {
        Self {
            orders: broadcast::Sender::new(QUEUE),
            history: Mutex::new(History {
                next_id: first_id,
                recent: VecDeque::new(),
                capacity,
                journal: None,
            }),
            first_look,
        }
    }

    /// A feed that continues a journal.
    pub(crate) fn resumed(journal: Journal, entries: Vec<Entry<'_>>, first_look: usize) -> Self {
        let next_id = entries.last().map_or(1, |entry| entry.id + 1);
        let feed = Self::new(next_id, journal.capacity(), first_look);
        feed.with_history(|history| {
            history.recent = entries
                .iter()
                .map(|entry| Kept::new(&entry.event, entry.id, &entry.data))
                .collect();
            history.journal = Some(journal);
        });
        feed
    }

    /// Whether a stream is open.
    pub(crate) fn has_listeners(&self) -> bool {
        self.orders.receiver_count() > 0
    }

    /// Sends an event to all streams. Clients that reconnect later get it too.
    pub(crate) fn publish(&self, event: &str, data: Value) {
        self.publish_all(event, std::iter::once(data));
    }

    /// Sends events to all at once, as [`publish`](Self::publish) does.
    pub(crate) fn publish_all(&self, event: &str, data: impl IntoIterator<Item = Value>) {
        self.with_history(|history| {
            let mut text = BytesMut::new();
            let mut entries = Vec::new();
            for data in data {
                let (id, data) = (history.take_id(), data.to_string());
                let kept = Kept::new(event, id, &data);
                text.extend_from_slice(&kept.text);
                history.remember(kept);
                entries.push(Entry::new(id, event, data));
            }
            history.record(&entries);
            let last_id = entries.last().map(|entry| entry.id);
            let text = text.freeze();
            self.order(Audience::ALL, Order::Send { text, last_id });
        });
    }

    /// Sends an event without an id to the streams that are open. Nobody gets it later.
    pub(crate) fn announce(&self, event: &str, data: Value) {
        self.send(Audience::ALL, unnumbered(event, &data));
    }

    /// Sends an event with exactly this `data` to an audience. Nobody gets it later.
    pub(crate) fn inject(&self, audience: Audience, event: &str, data: &str) {
        self.with_history(|history| {
            let id = history.take_id();
            let text = numbered(event, id, data);
            let last_id = Some(id);
            self.order(audience, Order::Send { text, last_id });
        });
    }

    /// Sends bytes to an audience. Nobody gets them later.
    pub(crate) fn send(&self, audience: Audience, text: Bytes) {
        // The lock keeps the order with events that are published.
        self.with_history(|_| {
            let last_id = None;
            self.order(audience, Order::Send { text, last_id });
        });
    }

    /// Gives an order to an audience.
    pub(crate) fn order(&self, audience: Audience, order: Order) {
        // This fails if no stream is open, which does not matter.
        let _ = self.orders.send((audience, order));
    }

    /// The events after `last_id`, and the receiver of new ones. Without an id, the first events are the most recent ones.
    ///
    /// An id that no event has had yet belongs to another history, and counts as none.
    pub(crate) fn subscribe(&self, last_id: Option<u64>) -> Subscription {
        self.with_history(|history| {
            let last_id = last_id.filter(|id| *id < history.next_id);
            let skipped = match last_id {
                Some(last_id) => history.recent.partition_point(|kept| kept.id <= last_id),
                None => history.recent.len().saturating_sub(self.first_look),
            };
            Subscription {
                missed: history
                    .recent
                    .iter()
                    .skip(skipped)
                    .map(|kept| kept.text.clone())
                    .collect(),
                last_id: history.next_id.saturating_sub(1),
                orders: self.orders.subscribe(),
            }
        })
    }

    /// The events that are kept, the oldest first: the id and the data of each.
    pub(crate) fn recent(&self) -> Vec<(u64, Bytes)> {
        self.with_history(|history| {
            let recent = history.recent.iter();
            recent.map(|kept| (kept.id, kept.data.clone())).collect()
        })
    }

    /// Works on the history under its lock, which keeps events in the order of their ids.
    fn with_history<R>(&self, work: impl FnOnce(&mut History) -> R) -> R {
        work(&mut self.history.lock())
    }
}

impl History {
    fn take_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id - 1
    }

    fn remember(&mut self, kept: Kept) {
        if self.recent.len() == self.capacity {
            self.recent.pop_front();
        }
        self.recent.push_back(kept);
    }

    /// Writes events to the journal, before any stream sends them.
    fn record(&mut self, entries: &[Entry<'_>]) {
        if let Some(journal) = &mut self.journal
            && let Err(error) = journal.append(entries)
        {
            eprintln!("from here on nothing is kept for the next start: {error}");
            self.journal = None;
        }
    }
}

/// An event without an id.
pub(crate) fn unnumbered(event: &str, data: &Value) -> Bytes {
    format!("event: {event}\ndata: {data}\n\n").into()
}

/// An event without a name or an id.
pub(crate) fn notice(text: &str) -> Bytes {
    format!("data: {}\n\n", json!({ "text": text })).into()
}

fn numbered(event: &str, id: u64, data: &str) -> Bytes {
    format!("event: {event}\nid: {id}\ndata: {data}\n\n").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missed(feed: &Feed, last_id: Option<u64>) -> Vec<u64> {
        let id = |text: &Bytes| {
            let text = std::str::from_utf8(text).expect("UTF-8");
            let (_, rest) = text.split_once("id: ").expect("an id");
            rest.lines()
                .next()
                .and_then(|id| id.parse().ok())
                .expect("a number")
        };
        feed.subscribe(last_id).missed.iter().map(id).collect()
    }

    #[test]
    fn a_client_that_reconnects_gets_the_missed_events_that_are_kept() {
        let feed = Feed::new(1, 4, 2);
        feed.publish_all("x", (1..=6).map(Value::from));
        assert_eq!(missed(&feed, Some(4)), [5, 6]);
        assert!(missed(&feed, Some(6)).is_empty());
        assert_eq!(missed(&feed, Some(1)), [3, 4, 5, 6]);
        assert_eq!(missed(&feed, None), [5, 6]);
    }

    #[test]
    fn an_id_of_another_history_is_ignored() {
        let feed = Feed::new(1, 4, 2);
        feed.publish_all("x", (1..=3).map(Value::from));
        assert_eq!(missed(&feed, Some(4)), [2, 3]);
        assert_eq!(missed(&feed, Some(u64::MAX)), [2, 3]);
        assert!(missed(&Feed::new(0, 4, 2), Some(7)).is_empty());
    }
}
