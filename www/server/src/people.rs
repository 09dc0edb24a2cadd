//! Who has a stream open, by name.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde::Serialize;
use tokio::{sync::mpsc, time::sleep};
use tokio_util::sync::CancellationToken;

use crate::channel::MOST_STREAMS;

/// How long somebody is still here whose connection is gone: long enough to make another.
const GRACE: Duration = Duration::from_secs(2);

/// How many are remembered at most that are gone, for the time of grace.
const MOST_GONE: usize = 64;

/// Somebody, as the others see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) name: String,
}

impl Person {
    pub(crate) fn new(client: &str, name: String) -> Self {
        Self {
            id: public_id(client),
            name,
        }
    }
}

/// What the others know a client by. The client id itself is for its owner alone: it is what faults are aimed with.
pub(crate) fn public_id(client: &str) -> String {
    let mut hasher = DefaultHasher::new();
    client.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// What is said of somebody who comes or goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    Joined(Person),
    Left(Person),
    Renamed(Person, String),
}

/// Who is here.
#[derive(Debug)]
pub(crate) struct People {
    here: Mutex<HashMap<String, Here>>,
    departures: mpsc::UnboundedSender<String>,
}

#[derive(Debug)]
struct Here {
    person: Person,
    streams: usize,
    since: u64,
}

/// Somebody's open stream.
#[derive(Debug)]
pub(crate) struct Presence {
    people: Arc<People>,
    client: String,
}

impl Drop for Presence {
    fn drop(&mut self) {
        self.people.with(|here| {
            if let Some(one) = here.get_mut(&self.client) {
                one.streams -= 1;
            }
        });
        // Where nobody hears it the server is about to stop.
        let _ = self.people.departures.send(self.client.clone());
    }
}

impl People {
    /// Nobody, and a call of `tell` whenever somebody has gone.
    pub(crate) fn watched(
        stop: CancellationToken,
        tell: impl Fn(Change) + Clone + Send + 'static,
    ) -> Arc<Self> {
        let (departures, mut departed) = mpsc::unbounded_channel();
        let people = Arc::new(Self {
            here: Mutex::default(),
            departures,
        });
        let weak = Arc::downgrade(&people);
        tokio::spawn(async move {
            while let Some(client) = stop.run_until_cancelled(departed.recv()).await.flatten() {
                let (weak, tell) = (weak.clone(), tell.clone());
                tokio::spawn(async move {
                    sleep(GRACE).await;
                    if let Some(person) = weak.upgrade().and_then(|people| people.forget(&client)) {
                        tell(Change::Left(person));
                    }
                });
            }
        });
        people
    }

    /// Somebody opens a stream; and what is to be said of it.
    pub(crate) fn join(self: &Arc<Self>, client: &str, name: String) -> (Presence, Option<Change>) {
        let change = self.with(|here| {
            if here.len() >= MOST_STREAMS + MOST_GONE {
                here.retain(|_, one| one.streams > 0);
            }
            let since = here.values().map(|one| one.since + 1).max().unwrap_or(0);
            if let Some(one) = here.get_mut(client) {
                one.streams += 1;
                let old = std::mem::replace(&mut one.person.name, name);
                return (old != one.person.name).then(|| Change::Renamed(one.person.clone(), old));
            }
            let person = Person::new(client, name);
            let one = Here {
                person: person.clone(),
                streams: 1,
                since,
            };
            here.insert(client.to_owned(), one);
            Some(Change::Joined(person))
        });
        let presence = Presence {
            people: Arc::clone(self),
            client: client.to_owned(),
        };
        (presence, change)
    }

    /// Everybody, in the order in which they came.
    pub(crate) fn all(&self) -> Vec<Person> {
        self.with(|here| {
            let mut all: Vec<_> = here.values().collect();
            all.sort_by_key(|one| one.since);
            all.into_iter().map(|one| one.person.clone()).collect()
        })
    }

    fn forget(&self, client: &str) -> Option<Person> {
        self.with(|here| {
            here.get(client).filter(|one| one.streams == 0)?;
            here.remove(client).map(|one| one.person)
        })
    }

    fn with<R>(&self, work: impl FnOnce(&mut HashMap<String, Here>) -> R) -> R {
        work(&mut self.here.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watched() -> (Arc<People>, mpsc::UnboundedReceiver<Change>) {
        let (tell, told) = mpsc::unbounded_channel();
        let people = People::watched(CancellationToken::new(), move |change| {
            tell.send(change).expect("it is heard");
        });
        (people, told)
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_gone_for_good_has_left() {
        let (people, mut told) = watched();
        let (ann, change) = people.join("a", "Ann".into());
        let person = Person::new("a", "Ann".into());
        assert_eq!(change, Some(Change::Joined(person.clone())));
        drop(ann);
        assert_eq!(people.all(), std::slice::from_ref(&person));
        assert_eq!(told.recv().await, Some(Change::Left(person)));
        assert!(people.all().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_back_in_time_has_never_left() {
        let (people, mut told) = watched();
        let (_bob, _) = people.join("b", "Bob".into());
        let (first, _) = people.join("a", "Ann".into());
        let (second, change) = people.join("a", "Anna".into());
        assert_eq!(
            change,
            Some(Change::Renamed(
                Person::new("a", "Anna".into()),
                "Ann".into()
            ))
        );
        drop(first);
        sleep(2 * GRACE).await;
        drop(second);
        sleep(GRACE / 2).await;
        let (_third, change) = people.join("a", "Anna".into());
        assert_eq!(change, None);
        sleep(2 * GRACE).await;
        assert!(told.try_recv().is_err());
        let names: Vec<_> = people.all().into_iter().map(|person| person.name).collect();
        assert_eq!(names, ["Bob", "Anna"]);
    }
}
