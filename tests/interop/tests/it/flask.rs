//! Flask: its own server, and Gunicorn.

use serde_json::{Value, json};
use typed_eventsource_harness::{Process, Stage};

use crate::{
    support::{crate_path, run_over_each, served_folder, tool},
    tests,
};

tests! {
    a_ping_comes_every_second,
    all_fields_arrive_and_a_source_resumes_after_each_end,
    two_players_and_a_watcher_see_the_same_game,
    binary_data_arrives_as_base64_and_as_base64_of_gzip,
}

pub(crate) async fn flask() -> (Process, String) {
    run_python_module(&["flask", "--app", "app", "run", "--port", "0"]).await
}

async fn run_python_module(module: &[&str]) -> (Process, String) {
    let mut python = tool("PYTHON");
    python
        .arg("-m")
        .args(module)
        .current_dir(crate_path("servers/flask"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("WWW", served_folder());
    Process::start_announced(python).await
}

pub(crate) async fn gunicorn() -> (Process, String) {
    let script = crate_path("servers/flask/gunicorn.conf.py");
    let script = script.to_str().expect("a path in UTF-8");
    run_python_module(&[
        "gunicorn",
        "--config",
        script,
        "--no-control-socket",
        "--bind=127.0.0.1:0",
        "app:app",
    ])
    .await
}

async fn a_ping_comes_every_second(stage: &Stage) {
    let (_flask, origin) = flask().await;
    let page = stage.browser().await;
    let script = "const pings = [];
         await new Promise((resolve) => {
             window.source = client.watchPings(transport, (time) => {
                 if (pings.push({ time, at: performance.now() }) === 4) resolve();
             });
         });
         source.close();
         return pings;";
    for (transport, pings) in run_over_each(&page, &origin, "flask", script).await {
        let pings = pings.as_array().expect("a list");
        assert!(
            pings
                .iter()
                .all(|ping| ping["time"].as_str().is_some_and(|time| time.len() == 8))
        );
        let at = |number: usize| pings[number]["at"].as_f64().unwrap_or_default();
        let took = at(3) - at(0);
        assert!(
            (2_000.0..6_000.0).contains(&took),
            "{transport}: {took} ms for three seconds"
        );
    }
}

async fn all_fields_arrive_and_a_source_resumes_after_each_end(stage: &Stage) {
    let (_flask, origin) = flask().await;
    let page = stage.browser().await;
    let expected: Vec<_> = (1..=9)
        .map(|number| json!([number.to_string(), format!("{number}\nof 9")]))
        .collect();
    let script = "const numbers = [];
         const reason = await client.count(transport, (...number) => numbers.push(number));
         return { numbers, reason };";
    for (transport, outcome) in run_over_each(&page, &origin, "flask", script).await {
        assert_eq!(
            outcome["numbers"],
            Value::from(expected.clone()),
            "{transport}"
        );
        assert_eq!(
            outcome["reason"],
            json!({ "type": "finished" }),
            "{transport}"
        );
    }
}

async fn two_players_and_a_watcher_see_the_same_game(stage: &Stage) {
    let (_flask, origin) = flask().await;
    let page = stage.browser().await;
    let script = "const seen = { X: [], O: [], nobody: [] };
         const { status } = await client.move('O', 0);
         const winners = await Promise.all([
             client.play(transport, 'nobody', [], (board) => seen.nobody.push(board)),
             client.play(transport, 'O', [3, 4], (board) => seen.O.push(board)),
             client.play(transport, 'X', [0, 1, 2], (board) => seen.X.push(board)),
         ]);
         return { status, seen, winners };";
    for (transport, outcome) in run_over_each(&page, &origin, "flask", script).await {
        assert_eq!(outcome["status"], 409, "O does not begin");
        assert_eq!(outcome["winners"], json!(["X", "X", "X"]), "{transport}");
        let boards = json!([
            "         ",
            "X        ",
            "X  O     ",
            "XX O     ",
            "XX OO    ",
            "XXXOO    "
        ]);
        let seen = &outcome["seen"];
        assert_eq!(seen["X"], boards, "{transport}");
        // A client that opens the stream later gets the game as it is then.
        for other in ["O", "nobody"] {
            let all = boards.as_array().expect("a list");
            let seen = seen[other].as_array().expect("a list");
            assert!(
                !seen.is_empty() && all.ends_with(seen),
                "{transport}, {other}: {seen:?}"
            );
        }
    }
}

async fn binary_data_arrives_as_base64_and_as_base64_of_gzip(stage: &Stage) {
    let (_flask, origin) = flask().await;
    let page = stage.browser().await;
    let script = "const { picture, report } = await client.receiveBinary(transport);
         return { bytes: [...picture], lines: report.lines };";
    for (transport, outcome) in run_over_each(&page, &origin, "flask", script).await {
        assert_eq!(
            outcome["bytes"],
            json!((0..=255).collect::<Vec<u8>>()),
            "{transport}"
        );
        assert_eq!(
            outcome["lines"],
            json!(vec!["all is well"; 1000]),
            "{transport}"
        );
    }
}
