//! The minefield.

use crate::{Kept, fault, next_named, open, post_json, start, until_too_often};
use serde_json::{Value, json};
use typed_eventsource_server::{
    Server,
    client::{Response, Whole},
};

async fn sit_down(server: &Server, client: &str, name: &str) -> Response {
    open(server, &format!("game?client={client}&name={name}"), None).await
}

async fn play(server: &Server, client: &str, what: Value) -> Whole {
    let mut play = json!({ "client": client, "name": client });
    for (key, value) in what.as_object().expect("an object") {
        play[key] = value.clone();
    }
    post_json(server, "game", &play).await
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
    let mut ann = sit_down(&server, "Ann", "Ann").await;
    let mut bob = sit_down(&server, "Bob", "Bob").await;
    let field = next_named(&mut bob, "field").await.json();
    assert_eq!(cells(&field), ".".repeat(81));
    assert_eq!(
        (&field["round"], &field["over"]),
        (&json!(1), &json!(false))
    );
    next_named(&mut ann, "field").await;

    assert_eq!(
        play(&server, "Ann", json!({ "move": "open", "cell": 40 }))
            .await
            .status,
        204
    );
    for stream in [&mut ann, &mut bob] {
        let played = next_named(stream, "played").await;
        assert!(played.id.is_some());
        let played = played.json();
        assert_eq!(
            (&played["name"], &played["did"]),
            (&json!("Ann"), &json!("open"))
        );
        assert_eq!(
            (&played["cell"], &played["points"]),
            (&json!(40), &json!(1))
        );
        let field = next_named(stream, "field").await.json();
        assert_eq!(cells(&field).as_bytes()[40], b'0');
        let players = next_named(stream, "players").await.json();
        assert_eq!(scores(&players), [("Ann".into(), 1), ("Bob".into(), 0)]);
    }
}

#[tokio::test]
async fn where_the_mines_are_is_not_sent_before_the_end() {
    let server = start().await;
    let mut ann = sit_down(&server, "Ann", "Ann").await;
    next_named(&mut ann, "field").await;
    let (mut points, mut hits) = (0, 0);
    for cell in 0..81 {
        // Eight moves in a second are the most for one player.
        let who = ["Ann", "Bob", "Cat", "Dan", "Eve"][cell % 5];
        let status = play(&server, who, json!({ "move": "open", "cell": cell }))
            .await
            .status;
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

    assert_eq!(
        play(&server, "Ann", json!({ "move": "open", "cell": 0 }))
            .await
            .status,
        409
    );
    assert_eq!(
        play(&server, "Ann", json!({ "move": "deal" })).await.status,
        204
    );
    let field = next_named(&mut ann, "field").await.json();
    assert_eq!(
        (field["round"].clone(), cells(&field)),
        (json!(2), ".".repeat(81))
    );
}

#[tokio::test]
async fn a_flag_guards_a_cell() {
    let server = start().await;
    let flag = json!({ "move": "flag", "cell": 7 });
    assert_eq!(play(&server, "Ann", flag.clone()).await.status, 204);
    let answer = play(&server, "Bob", json!({ "move": "open", "cell": 7 })).await;
    assert_eq!(answer.status, 409);
    assert_eq!(
        answer.text(),
        "Somebody was faster: that cell cannot be played.\n"
    );
    let mut watching = sit_down(&server, "Cat", "Cat").await;
    let field = next_named(&mut watching, "field").await.json();
    assert_eq!(cells(&field).as_bytes()[7], b'f');
    assert_eq!(play(&server, "Ann", flag).await.status, 204);
    let field = next_named(&mut watching, "field").await.json();
    assert_eq!(cells(&field).as_bytes()[7], b'.');
}

#[tokio::test]
async fn refuses_what_is_no_move() {
    let server = start().await;
    for (what, status, sentence) in [
        (
            json!({ "move": "open", "cell": 81 }),
            422,
            "There is no cell 81: the last one is 80.",
        ),
        (
            json!({ "move": "flag", "cell": u64::MAX }),
            422,
            "There is no cell",
        ),
        (
            json!({ "move": "open", "cell": -1 }),
            422,
            "Failed to deserialize the JSON body",
        ),
        (
            json!({ "move": "open" }),
            422,
            "Failed to deserialize the JSON body",
        ),
        (
            json!({ "move": "cheat" }),
            422,
            "Failed to deserialize the JSON body",
        ),
        (
            json!({ "move": "deal" }),
            409,
            "The field is not clear yet.",
        ),
        (
            json!({ "move": "deal", "name": "" }),
            422,
            "The name is empty.",
        ),
    ] {
        let answer = play(&server, "Ann", what.clone()).await;
        assert_eq!(answer.status, status, "{what}");
        assert!(
            answer.text().starts_with(sentence),
            "{what}: {}",
            answer.text()
        );
    }
}

#[tokio::test]
async fn refuses_who_plays_too_fast() {
    let server = start().await;
    let flag = || json!({ "move": "flag", "cell": 3 });
    let (count, _) = until_too_often(async || play(&server, "Ann", flag()).await).await;
    assert!(count >= 20, "{count}");
}

#[tokio::test]
async fn a_game_goes_on_after_a_restart() {
    let kept = Kept::start("game-kept").await;
    play(&kept.server, "Ann", json!({ "move": "open", "cell": 40 })).await;
    play(&kept.server, "Ann", json!({ "move": "flag", "cell": 40 })).await;
    let mut before = sit_down(&kept.server, "Bob", "Bob").await;
    let field = next_named(&mut before, "field").await.json();
    drop(before);
    let kept = kept.restart().await;
    let mut after = sit_down(&kept.server, "Bob", "Bob").await;
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
    let mut again = sit_down(&kept.server, "Bob", "Bob").await;
    assert_eq!(
        cells(&next_named(&mut again, "field").await.json()),
        ".".repeat(81)
    );
    kept.server.stop().await;
}

#[tokio::test]
async fn its_faults_are_for_one_client() {
    let server = start().await;
    let mut ann = sit_down(&server, "Ann", "Ann").await;
    next_named(&mut ann, "field").await;
    let mut bob = sit_down(&server, "Bob", "Bob").await;
    fault(&server, "malformed?stream=game&client=Ann").await;
    fault(&server, "hostile?stream=game&client=Ann").await;
    let no_json = next_named(&mut ann, "field").await;
    assert!(serde_json::from_str::<Value>(&no_json.data).is_err());
    assert!(next_named(&mut ann, "field").await.json()["cells"].is_array());
    assert!(
        next_named(&mut ann, "played")
            .await
            .data
            .contains("<script>")
    );
    play(&server, "Bob", json!({ "move": "flag", "cell": 1 })).await;
    assert_eq!(next_named(&mut bob, "played").await.json()["name"], "Bob");
}
