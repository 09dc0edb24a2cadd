//! `/demo/game`: a minefield that all players clear together, for points. `GET` opens its stream, `POST` makes a move.

use std::{
    cmp::Reverse,
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use axum::{Json, extract::State, http::StatusCode, response::Response};
use fastrand::Rng;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::{
    channel::{Channel, Visitor},
    faults::{Faults, Injection},
    feed::{Feed, unnumbered},
    journal::replace_file,
    minefield::{CELLS, Effect, Field, HEIGHT, MINES, WIDTH},
    now_ms,
    people::{People, Person},
    rate::{Rate, Rates},
    request::Refusal,
};

/// How many moves are kept for clients that reconnect.
const RECENT: usize = 50;
/// How many of these a new client gets.
const FIRST_LOOK: usize = 8;
/// The most players whose scores are kept.
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

/// The table at which all players sit: the game, the players and their streams.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) channel: Arc<Channel>,
    people: Arc<People>,
    game: Arc<Mutex<Game>>,
    file: Option<PathBuf>,
    rates: Rates,
}

/// The state of the game.
#[derive(Debug, Serialize, Deserialize)]
struct Game {
    round: u32,
    field: Field,
    scores: HashMap<String, Score>,
    #[serde(skip, default = "Rng::new")]
    random: Rng,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Score {
    name: String,
    score: i32,
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

    /// The game that a file keeps, if it is valid.
    fn load(file: &Path) -> Option<Self> {
        let game: Self = serde_json::from_slice(&fs::read(file).ok()?).ok()?;
        (game.field.is_valid() && game.scores.len() <= MOST_SCORES).then_some(game)
    }

    /// What the players may see of the game.
    fn visible_state(&self) -> Value {
        json!({
            "round": self.round,
            "width": WIDTH,
            "height": HEIGHT,
            "mines": MINES,
            "cells": self.field.visible_cells(),
            "over": self.field.is_clear(),
        })
    }

    fn add_points(&mut self, person: &Person, points: i32) {
        if self.scores.len() >= MOST_SCORES && !self.scores.contains_key(&person.id) {
            let least = self
                .scores
                .iter()
                .min_by_key(|(_, score)| score.score.abs());
            if let Some(id) = least.map(|(id, _)| id.clone()) {
                self.scores.remove(&id);
            }
        }
        let score = self.scores.entry(person.id.clone()).or_default();
        score.score = score.score.saturating_add(points);
        score.name.clone_from(&person.name);
    }

    /// The players who are here or have points, the best first.
    fn players(&self, people: &People) -> Value {
        let here = people.all();
        let is_here = |id: &String| here.iter().any(|person| person.id == *id);
        let gone = self.scores.iter().filter(|(id, _)| !is_here(id));
        let gone = gone.map(|(id, score)| (score.score, &score.name, id, false));
        let score = |id| self.scores.get(id).map_or(0, |score| score.score);
        let present = here.iter();
        let present = present.map(|Person { id, name }| (score(id), name, id, true));
        let mut players: Vec<_> = present.chain(gone).collect();
        players.sort_by_key(|&(score, name, id, _)| (Reverse(score), name, id));
        let mut list = Vec::new();
        for (score, name, id, here) in players {
            list.push(json!({ "id": id, "name": name, "score": score, "here": here }));
        }
        json!({ "players": list })
    }
}

impl Table {
    /// Starts the game. With a folder, it continues the game that is kept there.
    pub(crate) fn start(folder: Option<&Path>, stop: CancellationToken) -> io::Result<Arc<Self>> {
        let file = folder.map(|folder| folder.join("game.json"));
        if let Some(folder) = folder {
            fs::create_dir_all(folder)?;
        }
        let game = file
            .as_deref()
            .and_then(Game::load)
            .unwrap_or_else(Game::new);
        let feed = Feed::new(now_ms(), RECENT, FIRST_LOOK);
        let channel = Arc::new(Channel::new(feed, FAULTS, stop.clone()));
        let game = Arc::new(Mutex::new(game));
        let (told, played) = (Arc::clone(&channel), Arc::clone(&game));
        let tell = move |people: &People, _| {
            let game = played.lock();
            told.feed.announce("players", game.players(people));
        };
        Ok(Arc::new(Self {
            channel,
            people: People::new(stop, tell),
            game,
            file,
            rates: Rates {
                each: Rate::new(20, 8.0),
                all: Rate::new(100, 40.0),
            },
        }))
    }

    /// Makes a move and sends it to all streams under one lock, so that all see the moves in the same order.
    fn play(&self, person: &Person, play: &Play) -> Result<(), Refusal> {
        let game = &mut *self.game.lock();
        let conflict = |sentence: &str| Refusal::new(StatusCode::CONFLICT, sentence);
        let effect = match *play {
            Play::Open { cell } => game.field.open(cell, &mut game.random),
            Play::Flag { cell } => game.field.flag(cell),
            Play::Deal if game.field.is_clear() => {
                game.round = game.round.saturating_add(1);
                game.field = Field::new();
                None
            }
            Play::Deal => return Err(conflict("The field is not clear yet.")),
        };
        let (cell, did, points) = match (play, effect) {
            (Play::Deal, _) => (None, "deal", 0),
            (Play::Open { cell }, Some(Effect::Hit)) => (Some(*cell), "hit", POINTS_FOR_A_MINE),
            (Play::Open { cell }, Some(_)) => (Some(*cell), "open", POINTS_FOR_A_CELL),
            (Play::Flag { cell }, Some(Effect::Flagged)) => (Some(*cell), "flag", 0),
            (Play::Flag { cell }, Some(_)) => (Some(*cell), "unflag", 0),
            (_, None) => {
                return Err(conflict("Somebody was faster: that cell cannot be played."));
            }
        };
        game.add_points(person, points);
        self.save(game);
        let Person { id, name } = person;
        let played = json!({ "id": id, "name": name, "did": did, "cell": cell, "points": points });
        let feed = &self.channel.feed;
        feed.publish("played", played);
        feed.announce("field", game.visible_state());
        feed.announce("players", game.players(&self.people));
        Ok(())
    }

    fn save(&self, game: &Game) {
        if let Some(file) = &self.file
            && let Err(error) = serde_json::to_vec(game)
                .map_err(io::Error::from)
                .and_then(|content| replace_file(file, &content))
        {
            eprintln!("the game cannot be kept for the next start: {error}");
        }
    }
}

/// Opens the stream of the game.
pub(crate) async fn watch(
    State(table): State<Arc<Table>>,
    visitor: Visitor,
) -> Result<Response, Refusal> {
    let person = visitor.person()?;
    let last_id = visitor.last_id;
    let Table {
        channel, people, ..
    } = &*table;
    let admission = channel.admit(visitor)?;
    let welcome = unnumbered("welcome", &json!({ "you": person.id }));
    let (presence, _) = people.join(person);
    let game = table.game.lock();
    let (state, players) = (game.visible_state(), game.players(people));
    let field = unnumbered("field", &state);
    let opening = [welcome, field, unnumbered("players", &players)];
    channel.feed.announce("players", players);
    let subscription = channel.feed.subscribe(last_id);
    Ok(channel.answer(admission, subscription, opening, presence.into_stream()))
}

/// A request to make a move.
#[derive(Debug, Deserialize)]
pub(crate) struct Move {
    client: String,
    name: String,
    #[serde(flatten)]
    play: Play,
}

/// A move.
#[derive(Debug, Deserialize)]
#[serde(tag = "move", rename_all = "lowercase")]
enum Play {
    Open {
        cell: usize,
    },
    Flag {
        cell: usize,
    },
    /// Lays out a new field.
    Deal,
}

/// Makes a move.
pub(crate) async fn play(
    State(table): State<Arc<Table>>,
    Json(Move { client, name, play }): Json<Move>,
) -> Result<StatusCode, Refusal> {
    let person = Person::new(&client, &name)?;
    if let Play::Open { cell } | Play::Flag { cell } = play
        && cell >= CELLS
    {
        let last = CELLS - 1;
        return Err(Refusal::unprocessable(format!(
            "There is no cell {cell}: the last one is {last}."
        )));
    }
    table.rates.take(&person.id)?;
    table.play(&person, &play)?;
    Ok(StatusCode::NO_CONTENT)
}
