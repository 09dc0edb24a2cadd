//! The people who have a stream open.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use futures_util::{Stream, stream};
use parking_lot::Mutex;
use serde::Serialize;
use tokio::{sync::mpsc, time::sleep};
use tokio_util::sync::CancellationToken;

use crate::{
    channel::MOST_STREAMS,
    request::{self, Refusal},
};

/// How long a person without a connection still counts as here: long enough to reconnect.
const GRACE_PERIOD: Duration = Duration::from_secs(2);

/// The most people without a connection that still count as here.
const MOST_GONE: usize = 64;

/// A person, as the others see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) name: String,
}

impl Person {
    /// The person that a request says it comes from. The others get another id than the client id: with the client id they could
    /// cause faults of this person's streams.
    ///
    /// # Errors
    ///
    /// If the client id or the name is invalid.
    pub(crate) fn new(client: &str, name: &str) -> Result<Self, Refusal> {
        let mut hasher = DefaultHasher::new();
        request::client(client)?.hash(&mut hasher);
        Ok(Self {
            id: format!("{:016x}", hasher.finish()),
            name: request::name(name)?,
        })
    }
}

/// A change among the people. `Renamed` also has the old name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    Joined(Person),
    Left(Person),
    Renamed(Person, String),
}

/// The people who are here, by their ids.
#[derive(Debug)]
pub(crate) struct People {
    here: Mutex<HashMap<String, Here>>,
    departures: mpsc::UnboundedSender<String>,
}

/// A person who is here.
#[derive(Debug)]
struct Here {
    person: Person,
    streams: usize,
    /// Grows with each person who comes.
    arrival: u64,
}

/// A person's open stream.
#[derive(Debug)]
pub(crate) struct Presence {
    people: Arc<People>,
    id: String,
}

impl Presence {
    /// A stream without items. The person is here as long as it is held.
    pub(crate) fn into_stream(self) -> impl Stream<Item = Bytes> {
        stream::once(async move {
            let _here = self;
            std::future::pending().await
        })
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        self.people.with_lock(|here| {
            if let Some(entry) = here.get_mut(&self.id) {
                entry.streams -= 1;
            }
        });
        // This fails only if the server is about to stop.
        let _ = self.people.departures.send(self.id.clone());
    }
}

impl People {
    /// An empty list, which calls `tell` whenever a person has left.
    pub(crate) fn new(
        stop: CancellationToken,
        tell: impl Fn(&Self, Change) + Clone + Send + 'static,
    ) -> Arc<Self> {
        let (departures, mut departed) = mpsc::unbounded_channel();
        let people = Arc::new(Self {
            here: Mutex::default(),
            departures,
        });
        let weak = Arc::downgrade(&people);
        tokio::spawn(async move {
            while let Some(id) = stop.run_until_cancelled(departed.recv()).await.flatten() {
                let (weak, tell) = (weak.clone(), tell.clone());
                tokio::spawn(async move {
                    sleep(GRACE_PERIOD).await;
                    if let Some(people) = weak.upgrade()
                        && let Some(person) = people.forget(&id)
                    {
                        tell(&people, Change::Left(person));
                    }
                });
            }
        });
        people
    }

    /// A person opens a stream. Returns the presence, and the change to tell the others.
    pub(crate) fn join(self: &Arc<Self>, person: Person) -> (Presence, Option<Change>) {
        let presence = Presence {
            people: Arc::clone(self),
            id: person.id.clone(),
        };
        let change = self.with_lock(|here| {
            if here.len() >= MOST_STREAMS + MOST_GONE {
                here.retain(|_, entry| entry.streams > 0);
            }
            let arrival = here
                .values()
                .map(|entry| entry.arrival + 1)
                .max()
                .unwrap_or(0);
            if let Some(entry) = here.get_mut(&person.id) {
                entry.streams += 1;
                let old = std::mem::replace(&mut entry.person, person.clone()).name;
                return (old != person.name).then_some(Change::Renamed(person, old));
            }
            let entry = Here {
                person: person.clone(),
                streams: 1,
                arrival,
            };
            here.insert(person.id.clone(), entry);
            Some(Change::Joined(person))
        });
        (presence, change)
    }

    /// All people, in the order in which they came.
    pub(crate) fn all(&self) -> Vec<Person> {
        self.with_lock(|here| {
            let mut all: Vec<_> = here.values().collect();
            all.sort_by_key(|entry| entry.arrival);
            all.into_iter().map(|entry| entry.person.clone()).collect()
        })
    }

    fn forget(&self, id: &str) -> Option<Person> {
        self.with_lock(|here| {
            here.get(id).filter(|entry| entry.streams == 0)?;
            here.remove(id).map(|entry| entry.person)
        })
    }

    fn with_lock<R>(&self, work: impl FnOnce(&mut HashMap<String, Here>) -> R) -> R {
        work(&mut self.here.lock())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people() -> (Arc<People>, mpsc::UnboundedReceiver<Change>) {
        let (tell, told) = mpsc::unbounded_channel();
        let people = People::new(CancellationToken::new(), move |_, change| {
            tell.send(change).expect("it is heard");
        });
        (people, told)
    }

    fn person(client: &str, name: &str) -> Person {
        Person::new(client, name).expect("it is in order")
    }

    #[tokio::test(start_paused = true)]
    async fn a_person_who_does_not_come_back_has_left() {
        let (people, mut told) = people();
        let ann = person("a", "Ann");
        let (here, change) = people.join(ann.clone());
        assert_eq!(change, Some(Change::Joined(ann.clone())));
        drop(here);
        assert_eq!(people.all(), std::slice::from_ref(&ann));
        assert_eq!(told.recv().await, Some(Change::Left(ann)));
        assert!(people.all().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_person_who_is_back_in_time_has_not_left() {
        let (people, mut told) = people();
        let (bob, anna) = (person("b", "Bob"), person("a", "Anna"));
        let (_bob, _) = people.join(bob.clone());
        let (first, _) = people.join(person("a", "Ann"));
        let (second, change) = people.join(anna.clone());
        assert_eq!(change, Some(Change::Renamed(anna.clone(), "Ann".into())));
        drop(first);
        sleep(2 * GRACE_PERIOD).await;
        drop(second);
        sleep(GRACE_PERIOD / 2).await;
        let (_third, change) = people.join(anna.clone());
        assert_eq!(change, None);
        sleep(2 * GRACE_PERIOD).await;
        assert!(told.try_recv().is_err());
        assert_eq!(people.all(), [bob, anna]);
    }
}
