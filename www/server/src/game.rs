//! `/demo/game`: a field of mines that all clear together, for points. `GET` watches, `POST` makes a move.

use std::{
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use fastrand::Rng;
use futures_util::stream;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use crate::{
    channel::{Channel, Visitor},
    faults::{Faults, Injection},
    feed::{Feed, unnumbered},
    journal::write_whole,
    minefield::{Done, Field, HEIGHT, MINES, WIDTH},
    now_ms,
    people::{People, Person, public_id},
    rate::Rate,
    request::{self, Refusal},
};

/// How many moves are kept for those who come back.
const RECENT: usize = 50;
/// How many of them a newcomer sees.
const FIRST_LOOK: usize = 8;
/// How many players' scores are kept.
const MOST_SCORES: usize = 64;
const POINTS_FOR_A_CELL: i32 = 1;
const POINTS_FOR_A_MINE: i32 = -5;

const FAULTS: Faults = Faults {
    malformed: &[
        Injection::plain("field", r#"{"round":1,"cells":"#),
        Injection::plain("field", r#"{"round":"first","cells":[1,2,3]}"#),
    ],
    hostile: &[
        Injection::plain(
            "played",
            r#"{"id":"0","name":"<img src=x onerror=\"document.title='injected'\">","did":"<script>document.title='injected'</script>","cell":0,"points":1}"#,
        ),
        Injection::plain(
            "players",
            r#"{"players":[{"id":"\"><script>alert(1)</script>","name":"<svg onload=alert(1)>Mallory</svg>","score":999,"here":true}]}"#,
        ),
    ],
    farewell: "event: bye\ndata: {\"text\":\"The table closes. Goodbye.\"}\n\n",
};

/// The table.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) channel: Arc<Channel>,
    people: Arc<People>,
    game: Mutex<Game>,
    file: Option<PathBuf>,
    rate: Rate,
    total_rate: Rate,
}

/// How the game stands.
#[derive(Debug, Serialize, Deserialize)]
struct Game {
    round: u32,
    field: Field,
    scores: HashMap<String, Score>,
    #[serde(skip, default = "Rng::new")]
    random: Rng,
}

#[derive(Debug, Serialize, Deserialize)]
struct Score {
    name: String,
    score: i32,
}

#[derive(Debug, Serialize)]
struct Seen {
    round: u32,
    width: usize,
    height: usize,
    mines: usize,
    cells: String,
    over: bool,
}

#[derive(Debug, Serialize)]
struct Players {
    players: Vec<Player>,
}

#[derive(Debug, Serialize)]
struct Player {
    #[serde(flatten)]
    person: Person,
    score: i32,
    here: bool,
}

#[derive(Debug, Serialize)]
struct Played {
    #[serde(flatten)]
    person: Person,
    did: &'static str,
    cell: Option<usize>,
    points: i32,
}

#[derive(Debug, Serialize)]
struct Welcome {
    you: String,
}

impl Game {
    fn new() -> Self {
        Self {
            round: 1,
            field: Field::new(),
            scores: HashMap::new(),
            random: Rng::new(),
        }
    }

    /// The game that was kept in a file, if there is one to go on with.
    fn kept(file: &Path) -> Option<Self> {
        let game: Self = serde_json::from_slice(&fs::read(file).ok()?).ok()?;
        (game.field.is_sound() && game.scores.len() <= MOST_SCORES).then_some(game)
    }

    fn seen(&self) -> Seen {
        Seen {
            round: self.round,
            width: WIDTH,
            height: HEIGHT,
            mines: MINES,
            cells: self.field.seen(),
            over: self.field.is_clear(),
        }
    }

    fn add(&mut self, person: &Person, points: i32) {
        if self.scores.len() >= MOST_SCORES && !self.scores.contains_key(&person.id) {
            let least = self
                .scores
                .iter()
                .min_by_key(|(_, score)| score.score.abs());
            if let Some(id) = least.map(|(id, _)| id.clone()) {
                self.scores.remove(&id);
            }
        }
        let score = self.scores.entry(person.id.clone()).or_insert(Score {
            name: String::new(),
            score: 0,
        });
        score.score = score.score.saturating_add(points);
        score.name.clone_from(&person.name);
    }
}

impl Table {
    /// Sets the table. With a folder for it, the game goes on where it stood.
    pub(crate) fn start(folder: Option<&Path>, stop: CancellationToken) -> io::Result<Arc<Self>> {
        let file = folder.map(|folder| folder.join("game.json"));
        if let Some(folder) = folder {
            fs::create_dir_all(folder)?;
        }
        let game = file
            .as_deref()
            .and_then(Game::kept)
            .unwrap_or_else(Game::new);
        let feed = Feed::new(now_ms(), RECENT, FIRST_LOOK);
        let channel = Arc::new(Channel::new(feed, FAULTS, stop.clone()));
        Ok(Arc::new_cyclic(|table: &std::sync::Weak<Self>| {
            let table = table.clone();
            let tell = move |_| {
                if let Some(table) = table.upgrade() {
                    table.with_game(|game| table.tell_players(game));
                }
            };
            Self {
                channel,
                people: People::watched(stop, tell),
                game: Mutex::new(game),
                file,
                rate: Rate::new(20, 8.0),
                total_rate: Rate::new(100, 40.0),
            }
        }))
    }

    fn with_game<R>(&self, work: impl FnOnce(&mut Game) -> R) -> R {
        work(&mut self.game.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Those who are here, and those who have points: the best first.
    fn players(&self, game: &Game) -> Players {
        let mut players: Vec<_> = self
            .people
            .all()
            .into_iter()
            .map(|person| Player {
                score: game.scores.get(&person.id).map_or(0, |score| score.score),
                person,
                here: true,
            })
            .collect();
        for (id, score) in &game.scores {
            if !players.iter().any(|player| player.person.id == *id) {
                players.push(Player {
                    person: Person {
                        id: id.clone(),
                        name: score.name.clone(),
                    },
                    score: score.score,
                    here: false,
                });
            }
        }
        players.sort_by(|one, other| {
            let rank = |player: &Player| {
                (
                    -player.score,
                    player.person.name.clone(),
                    player.person.id.clone(),
                )
            };
            rank(one).cmp(&rank(other))
        });
        Players { players }
    }

    fn tell_players(&self, game: &Game) {
        self.channel.feed.announce("players", &self.players(game));
    }

    /// Makes a move and tells everybody, in one go, so that all see the same order of things.
    fn play(&self, person: Person, play: &Play) -> Result<(), Refusal> {
        self.with_game(|game| {
            let conflict = |sentence: &str| Refusal::new(StatusCode::CONFLICT, sentence);
            let done = match *play {
                Play::Open { cell } => game.field.open(cell, &mut game.random),
                Play::Flag { cell } => game.field.flag(cell),
                Play::Deal if game.field.is_clear() => {
                    game.round = game.round.saturating_add(1);
                    game.field = Field::new();
                    None
                }
                Play::Deal => return Err(conflict("The field is not clear yet.")),
            };
            let (cell, did, points) = match (play, done) {
                (Play::Deal, _) => (None, "deal", 0),
                (Play::Open { cell }, Some(Done::Hit)) => (Some(*cell), "hit", POINTS_FOR_A_MINE),
                (Play::Open { cell }, Some(_)) => (Some(*cell), "open", POINTS_FOR_A_CELL),
                (Play::Flag { cell }, Some(Done::Flagged)) => (Some(*cell), "flag", 0),
                (Play::Flag { cell }, Some(_)) => (Some(*cell), "unflag", 0),
                (_, None) => {
                    return Err(conflict("Somebody was faster: that cell cannot be played."));
                }
            };
            game.add(&person, points);
            self.keep(game);
            let feed = &self.channel.feed;
            feed.publish(
                "played",
                &Played {
                    person,
                    did,
                    cell,
                    points,
                },
            );
            feed.announce("field", &game.seen());
            self.tell_players(game);
            Ok(())
        })
    }

    fn keep(&self, game: &Game) {
        if let Some(file) = &self.file
            && let Err(error) = serde_json::to_vec(game)
                .map_err(io::Error::from)
                .and_then(|content| write_whole(file, &content))
        {
            eprintln!("the game cannot be kept for the next start: {error}");
        }
    }
}

pub(crate) async fn watch(
    State(table): State<Arc<Table>>,
    visitor: Visitor,
) -> Result<Response, Response> {
    let refused = IntoResponse::into_response;
    let client = request::client(visitor.client.as_deref())
        .map_err(refused)?
        .to_owned();
    let name = request::name(visitor.name.as_deref()).map_err(refused)?;
    let last_id = visitor.last_id;
    let admission = table.channel.admit(visitor).map_err(refused)?;
    let (presence, _) = table.people.join(&client, name);
    let (subscription, opening) = table.with_game(|game| {
        table.tell_players(game);
        let you = public_id(&client);
        let opening = [
            unnumbered("welcome", &Welcome { you }),
            unnumbered("field", &game.seen()),
            unnumbered("players", &table.players(game)),
        ];
        (table.channel.feed.subscribe(last_id), opening)
    });
    let here = stream::once(async move {
        // For as long as the stream is open.
        let _presence = presence;
        std::future::pending().await
    });
    Ok(table.channel.answer(admission, subscription, opening, here))
}

#[derive(Debug, Deserialize)]
struct Move {
    client: String,
    name: String,
    #[serde(flatten)]
    play: Play,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "move", rename_all = "lowercase")]
enum Play {
    Open {
        cell: usize,
    },
    Flag {
        cell: usize,
    },
    /// A new field.
    Deal,
}

pub(crate) async fn play(
    State(table): State<Arc<Table>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, Refusal> {
    let Move { client, name, play } = request::json(&headers, &body)?;
    let client = request::client(Some(&client))?;
    let name = request::name(Some(&name))?;
    if let Play::Open { cell } | Play::Flag { cell } = play
        && cell >= WIDTH * HEIGHT
    {
        let last = WIDTH * HEIGHT - 1;
        return Err(Refusal::unprocessable(format!(
            "There is no cell {cell}: the last one is {last}."
        )));
    }
    table.rate.take(client).map_err(Refusal::too_often)?;
    table.total_rate.take("").map_err(Refusal::too_often)?;
    table.play(Person::new(client, name), &play)?;
    Ok(StatusCode::NO_CONTENT)
}
