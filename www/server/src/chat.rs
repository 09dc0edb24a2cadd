//! `/demo/chat`: a room to talk in. `GET` hears, `POST` speaks.

use std::{io, path::Path, sync::Arc};

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use futures_util::stream;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use crate::{
    channel::{Channel, Visitor},
    faults::{Faults, Injection},
    feed::{Feed, unnumbered},
    journal::Journal,
    now_ms,
    people::{Change, People, Person, public_id},
    rate::Rate,
    request::{self, Refusal},
};

/// How many messages are kept for those who come back, and over a restart.
const RECENT: usize = 500;
/// How many of them a newcomer sees.
const FIRST_LOOK: usize = 50;
/// How many characters a message may have.
const MAX_TEXT: usize = 500;

const FAULTS: Faults = Faults {
    malformed: &[
        Injection::plain("said", r#"{"id":"0","name":"Nobody","text":"#),
        Injection::plain("said", r#"{"id":"0","name":["Nobody"],"words":7}"#),
    ],
    hostile: &[
        Injection::plain(
            "said",
            r#"{"id":"\"><script>document.title='injected'</script>","name":"<b onclick=alert(1)>Mallory</b>","text":"<img src=x onerror=\"document.title='injected'\"><script>document.title='injected'</script>","time":0}"#,
        ),
        Injection::plain("joined", r#"{"id":"0","name":"<svg onload=alert(1)>"}"#),
        Injection::plain(
            "present",
            r#"{"people":[{"id":"0","name":"<iframe src=javascript:alert(1)></iframe>"}]}"#,
        ),
    ],
    farewell: "event: bye\ndata: {\"text\":\"The room closes. Goodbye.\"}\n\n",
};

/// The room.
#[derive(Debug)]
pub(crate) struct Room {
    pub(crate) channel: Arc<Channel>,
    people: Arc<People>,
    /// For each who speaks.
    rate: Rate,
    /// For all together, whatever they call themselves.
    total_rate: Rate,
}

/// A message, as everybody hears it.
#[derive(Debug, Serialize)]
struct Said {
    id: String,
    name: String,
    text: String,
    /// In milliseconds since 1970.
    time: u64,
}

#[derive(Debug, Serialize)]
struct Welcome {
    you: String,
}

#[derive(Debug, Serialize)]
struct Present {
    people: Vec<Person>,
}

#[derive(Debug, Serialize)]
struct Renamed {
    id: String,
    name: String,
    was: String,
}

impl Room {
    /// Opens the room. With a folder for it, what was said is remembered there.
    pub(crate) fn start(folder: Option<&Path>, stop: CancellationToken) -> io::Result<Arc<Self>> {
        let feed = match folder {
            Some(folder) => {
                let (journal, entries) = Journal::open(folder, "chat", RECENT)?;
                Feed::resumed(journal, entries, FIRST_LOOK)
            }
            None => Feed::new(now_ms(), RECENT, FIRST_LOOK),
        };
        let channel = Arc::new(Channel::new(feed, FAULTS, stop.clone()));
        Ok(Arc::new_cyclic(|room: &std::sync::Weak<Self>| {
            let room = room.clone();
            let tell = move |change| {
                if let Some(room) = room.upgrade() {
                    room.tell(change);
                }
            };
            Self {
                channel,
                people: People::watched(stop, tell),
                rate: Rate::new(5, 1.0),
                total_rate: Rate::new(40, 10.0),
            }
        }))
    }

    /// Tells everybody who has come or gone, and who is here now.
    fn tell(&self, change: Change) {
        let feed = &self.channel.feed;
        match change {
            Change::Joined(person) => feed.announce("joined", &person),
            Change::Left(person) => feed.announce("left", &person),
            Change::Renamed(Person { id, name }, was) => {
                feed.announce("renamed", &Renamed { id, name, was });
            }
        }
        feed.announce("present", &self.present());
    }

    fn present(&self) -> Present {
        let people = self.people.all();
        Present { people }
    }
}

pub(crate) async fn hear(
    State(room): State<Arc<Room>>,
    visitor: Visitor,
) -> Result<Response, Response> {
    let refused = IntoResponse::into_response;
    let client = request::client(visitor.client.as_deref())
        .map_err(refused)?
        .to_owned();
    let name = request::name(visitor.name.as_deref()).map_err(refused)?;
    let last_id = visitor.last_id;
    let admission = room.channel.admit(visitor).map_err(refused)?;
    let (presence, change) = room.people.join(&client, name);
    if let Some(change) = change {
        room.tell(change);
    }
    let subscription = room.channel.feed.subscribe(last_id);
    let you = public_id(&client);
    let opening = [
        unnumbered("welcome", &Welcome { you }),
        unnumbered("present", &room.present()),
    ];
    let here = stream::once(async move {
        // For as long as the stream is open.
        let _presence = presence;
        std::future::pending().await
    });
    Ok(room.channel.answer(admission, subscription, opening, here))
}

#[derive(Debug, Deserialize)]
struct Words {
    client: String,
    name: String,
    text: String,
}

pub(crate) async fn speak(
    State(room): State<Arc<Room>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, Refusal> {
    let words: Words = request::json(&headers, &body)?;
    let client = request::client(Some(&words.client))?;
    let name = request::name(Some(&words.name))?;
    let text = request::text("message", &words.text, MAX_TEXT)?;
    room.rate.take(client).map_err(Refusal::too_often)?;
    room.total_rate.take("").map_err(Refusal::too_often)?;
    room.channel.feed.publish(
        "said",
        &Said {
            id: public_id(client),
            name,
            text,
            time: now_ms(),
        },
    );
    Ok(StatusCode::NO_CONTENT)
}
