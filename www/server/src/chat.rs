//! `/demo/chat`: a chat room. `GET` opens its stream, `POST` sends a message. `GET /demo/chat/recent` tells what was said before, for
//! pages that join a connection which is open already.

use std::{io, path::Path, sync::Arc};

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::{
    channel::{Channel, Visitor},
    faults::{Faults, Injection},
    feed::{Feed, unnumbered},
    journal::Journal,
    now_ms,
    people::{Change, People, Person},
    rate::{Rate, Rates},
    request::{self, Refusal},
};

/// How many messages are kept, for clients that reconnect and over a restart.
const RECENT: usize = 500;
/// How many of these a new client gets.
const FIRST_LOOK: usize = 50;
/// The most characters of a message.
const MAX_TEXT: usize = 500;

const FAULTS: Faults = Faults {
    malformed: &[
        Injection::plain("said", r#"{"id":"0","name":"Nobody","text":"#),
        Injection::plain("said", r#"{"id":"0","name":["Nobody"],"message":7}"#),
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

/// The chat room.
#[derive(Debug)]
pub(crate) struct Room {
    pub(crate) channel: Arc<Channel>,
    people: Arc<People>,
    rates: Rates,
}

impl Room {
    /// Opens the room. With a folder, it keeps the messages there.
    pub(crate) fn start(folder: Option<&Path>, stop: CancellationToken) -> io::Result<Arc<Self>> {
        let feed = match folder {
            Some(folder) => {
                let (journal, entries) = Journal::open(folder, "chat", RECENT)?;
                Feed::resumed(journal, entries, FIRST_LOOK)
            }
            None => Feed::new(now_ms(), RECENT, FIRST_LOOK),
        };
        let channel = Arc::new(Channel::new(feed, FAULTS, stop.clone()));
        let told = Arc::clone(&channel);
        Ok(Arc::new(Self {
            channel,
            people: People::new(stop, move |people, change| tell(&told, people, change)),
            rates: Rates {
                each: Rate::new(5, 1.0),
                all: Rate::new(40, 10.0),
            },
        }))
    }
}

/// Sends two events to all: what has changed among the people, and who is here now.
fn tell(channel: &Channel, people: &People, change: Change) {
    let (event, data) = match change {
        Change::Joined(person) => ("joined", json!(person)),
        Change::Left(person) => ("left", json!(person)),
        Change::Renamed(Person { id, name }, was) => {
            ("renamed", json!({ "id": id, "name": name, "was": was }))
        }
    };
    channel.feed.announce(event, data);
    channel.feed.announce("present", present(people));
}

fn present(people: &People) -> Value {
    json!({ "people": people.all() })
}

/// Opens the stream of the room.
pub(crate) async fn hear(
    State(room): State<Arc<Room>>,
    visitor: Visitor,
) -> Result<Response, Refusal> {
    let person = visitor.person()?;
    let last_id = visitor.last_id;
    let admission = room.channel.admit(visitor)?;
    let (presence, change) = room.people.join(person);
    if let Some(change) = change {
        tell(&room.channel, &room.people, change);
    }
    let subscription = room.channel.feed.subscribe(last_id);
    let opening = [unnumbered("present", &present(&room.people))];
    let here = presence.into_stream();
    Ok(room.channel.answer(admission, subscription, opening, here))
}

/// A message, as all receive it.
#[derive(Debug, Serialize, Deserialize)]
struct Said {
    /// The id of the person.
    id: String,
    name: String,
    text: String,
    /// In milliseconds since 1970.
    time: u64,
}

/// Answers who the asker is, who is present, and with the messages that are kept, each with its event id.
pub(crate) async fn recent(
    State(room): State<Arc<Room>>,
    visitor: Visitor,
) -> Result<impl IntoResponse, Refusal> {
    let you = visitor.person()?;
    let mut messages = Vec::new();
    for (id, data) in room.channel.feed.recent() {
        // Another program may have written to the journal.
        if let Ok(said) = serde_json::from_slice::<Said>(&data) {
            messages.push(json!({ "lastEventId": id.to_string(), "data": said }));
        }
    }
    let answer = json!({ "you": you, "people": room.people.all(), "messages": messages });
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(answer)))
}

#[derive(Debug, Deserialize)]
pub(crate) struct NewMessage {
    client: String,
    name: String,
    text: String,
}

/// Sends a message to the room.
pub(crate) async fn speak(
    State(room): State<Arc<Room>>,
    Json(message): Json<NewMessage>,
) -> Result<StatusCode, Refusal> {
    let Person { id, name } = Person::new(&message.client, &message.name)?;
    let text = request::text("message", &message.text, MAX_TEXT)?;
    room.rates.take(&id)?;
    let time = now_ms();
    let said = Said {
        id,
        name,
        text,
        time,
    };
    room.channel.feed.publish("said", json!(said));
    Ok(StatusCode::NO_CONTENT)
}
