//! Tests of the minefield.

use crate::{
    RestartableServer, ask_until_refused, assert_refused, cause_fault, next_named, open, post_json,
    start,
};
use serde_json::{Value, json};
use typed_eventsource_server::{
    Server,
    client::{Response, WholeResponse},
};

async fn open_game(server: &Server, client: &str, name: &str) -> Response {
    open(server, &format!("game?client={client}&name={name}"), None).await
}

fn move_json(client: &str, kind: &str, cell: impl Into<Value>) -> Value {
    json!({ "client": client, "name": client, "move": kind, "cell": cell.into() })
}

async fn play(server: &Server, client: &str, kind: &str, cell: usize) -> WholeResponse {
    post_json(server, "game", &move_json(client, kind, cell)).await
}

fn cells(field: &Value) -> String {
    field["cells"].as_str().expect("cells").to_owned()
}

/// The points of each player, by name.
fn scores(players: &Value) -> Vec<(String, i64)> {
    let players = players["players"].as_array().expect("players");
    let score = |player: &Value| {
        let name = player["name"].as_str().expect("a name").to_owned();
        (name, player["score"].as_i64().expect("a number"))
    };
    players.iter().map(score).collect()
}

#[tokio::test]
async fn a_move_is_seen_by_everybody() {
    let server = start().await;
    let mut ann = open_game(&server, "Ann", "Ann").await;
    let mut bob = open_game(&server, "Bob", "Bob").await;
    let field = next_named(&mut bob, "field").await.json();
    assert_eq!(cells(&field), ".".repeat(81));
    assert_eq!(json!([field["round"], field["over"]]), json!([1, false]));
    next_named(&mut ann, "field").await;

    assert_eq!(play(&server, "Ann", "open", 40).await.status, 204);
    for stream in [&mut ann, &mut bob] {
        let played = next_named(stream, "played").await;
        assert!(played.id.is_some());
        let played = played.json();
        let told = ["name", "did", "cell", "points"].map(|key| &played[key]);
        assert_eq!(json!(told), json!(["Ann", "open", 40, 1]));
        let field = next_named(stream, "field").await.json();
        assert_eq!(cells(&field).as_bytes()[40], b'0');
        let players = next_named(stream, "players").await.json();
        assert_eq!(scores(&players), [("Ann".into(), 1), ("Bob".into(), 0)]);
    }
}

#[tokio::test]
async fn the_places_of_the_mines_are_not_sent_before_the_end() {
    let server = start().await;
    let mut ann = open_game(&server, "Ann", "Ann").await;
    next_named(&mut ann, "field").await;
    let (mut points, mut hits) = (0, 0);
    for cell in 0..81 {
        // A player may make eight moves in a second.
        let who = ["Ann", "Bob", "Cat", "Dan", "Eve"][cell % 5];
        let status = play(&server, who, "open", cell).await.status;
        if status == 409 {
            continue;
        }
        assert_eq!(status, 204);
        let played = next_named(&mut ann, "played").await.json();
        points += played["points"].as_i64().expect("a number");
        hits += i64::from(played["did"] == "hit");
        let field = next_named(&mut ann, "field").await.json();
        if field["over"] == true {
            let mines = cells(&field).matches(['m', '*']).count();
            assert_eq!(mines, 12);
            break;
        }
        assert!(!cells(&field).contains('m'));
    }
    let players = next_named(&mut ann, "players").await.json();
    let total: i64 = scores(&players).iter().map(|(_, score)| score).sum();
    assert_eq!(total, points);
    assert!(points >= -5 * hits);

    assert_eq!(play(&server, "Ann", "open", 0).await.status, 409);
    assert_eq!(play(&server, "Ann", "deal", 0).await.status, 204);
    let field = next_named(&mut ann, "field").await.json();
    assert_eq!(field["round"], 2);
    assert_eq!(cells(&field), ".".repeat(81));
}

#[tokio::test]
async fn a_cell_with_a_flag_does_not_open() {
    let server = start().await;
    assert_eq!(play(&server, "Ann", "flag", 7).await.status, 204);
    let answer = play(&server, "Bob", "open", 7).await;
    assert_eq!(answer.status, 409);
    assert_eq!(
        answer.text(),
        "Somebody was faster: that cell cannot be played.\n"
    );
    let mut watching = open_game(&server, "Cat", "Cat").await;
    let field = next_named(&mut watching, "field").await.json();
    assert_eq!(cells(&field).as_bytes()[7], b'f');
    assert_eq!(play(&server, "Ann", "flag", 7).await.status, 204);
    let field = next_named(&mut watching, "field").await.json();
    assert_eq!(cells(&field).as_bytes()[7], b'.');
}

#[tokio::test]
async fn an_invalid_move_is_refused() {
    let server = start().await;
    let no_cell = json!({ "client": "Ann", "name": "Ann", "move": "open" });
    let no_name = json!({ "client": "Ann", "name": "", "move": "deal" });
    let refused = [
        (
            move_json("Ann", "open", 81),
            "There is no cell 81: the last",
        ),
        (move_json("Ann", "flag", u64::MAX), "There is no cell"),
        (move_json("Ann", "open", -1), "Failed to deserialize"),
        (no_cell, "Failed to deserialize"),
        (move_json("Ann", "cheat", 0), "Failed to deserialize"),
        (no_name, "The name is empty."),
    ];
    assert_refused(&server, "game", refused).await;
    let answer = play(&server, "Ann", "deal", 0).await;
    assert_eq!(answer.status, 409);
    assert_eq!(answer.text(), "The field is not clear yet.\n");
}

#[tokio::test]
async fn a_player_who_plays_too_fast_is_refused() {
    let server = start().await;
    let (count, _) = ask_until_refused(async || play(&server, "Ann", "flag", 3).await).await;
    assert!(count >= 20, "{count}");
}

#[tokio::test]
async fn a_game_continues_after_a_restart() {
    let kept = RestartableServer::start("game-kept").await;
    play(&kept.server, "Ann", "open", 40).await;
    play(&kept.server, "Ann", "flag", 40).await;
    let mut before = open_game(&kept.server, "Bob", "Bob").await;
    let field = next_named(&mut before, "field").await.json();
    drop(before);
    let kept = kept.restart().await;
    let mut after = open_game(&kept.server, "Bob", "Bob").await;
    assert_eq!(next_named(&mut after, "field").await.json(), field);
    let players = next_named(&mut after, "players").await.json();
    assert_eq!(scores(&players), [("Ann".into(), 1), ("Bob".into(), 0)]);
    assert_eq!(players["players"][0]["here"], false);

    std::fs::write(
        kept.state.join("game.json"),
        br#"{"round":1,"field":{"mines":[]"#,
    )
    .expect("written");
    let kept = kept.restart().await;
    let mut again = open_game(&kept.server, "Bob", "Bob").await;
    assert_eq!(
        cells(&next_named(&mut again, "field").await.json()),
        ".".repeat(81)
    );
    kept.server.stop().await;
}

#[tokio::test]
async fn a_fault_of_the_game_can_concern_one_client() {
    let server = start().await;
    let mut ann = open_game(&server, "Ann", "Ann").await;
    next_named(&mut ann, "field").await;
    let mut bob = open_game(&server, "Bob", "Bob").await;
    cause_fault(&server, "malformed?stream=game&client=Ann").await;
    cause_fault(&server, "hostile?stream=game&client=Ann").await;
    let malformed = next_named(&mut ann, "field").await;
    assert!(serde_json::from_str::<Value>(&malformed.data).is_err());
    assert!(next_named(&mut ann, "field").await.json()["cells"].is_array());
    assert!(
        next_named(&mut ann, "played")
            .await
            .data
            .contains("<script>")
    );
    play(&server, "Bob", "flag", 1).await;
    assert_eq!(next_named(&mut bob, "played").await.json()["name"], "Bob");
}
