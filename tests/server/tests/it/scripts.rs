//! Scripts are put, replaced and deleted, and the server tells what it saw of their connections.

use crate::support::{put, send, start};
use typed_eventsource_server::{
    client::{Request, get, post},
    script::{Attempt, ClosedBy, MAX_TIMES, Script, SeenAttempts, Step},
};

#[tokio::test]
async fn the_server_tells_what_it_saw_of_a_request() {
    let server = start().await;
    let script = put(&server, [Attempt::playing([send("x")])]).await;
    let request = Request::new("POST", format!("{}?lastEventId=7&a=%20", script.url()));
    request
        .header("Last-Event-ID", "7")
        .header("cookie", "a=1; b=2")
        .header("x-twice", "1")
        .header("x-twice", "2")
        .body("{\"ask\":\"ö\"}")
        .fetch()
        .await;

    let seen = script.seen_closed(1).await.attempts.remove(0);
    assert_eq!(seen.method, "POST");
    assert_eq!(seen.path, "/streams/demo?lastEventId=7&a=%20");
    assert_eq!(seen.headers["last-event-id"], "7");
    assert_eq!(seen.headers["cookie"], "a=1; b=2");
    assert_eq!(seen.headers["x-twice"], "1, 2");
    assert_eq!(seen.body, "{\"ask\":\"ö\"}");
    assert!(
        seen.closed_ms
            .is_some_and(|closed| closed >= seen.opened_ms)
    );
    assert_eq!(seen.closed_by, Some(ClosedBy::Server));
}

#[tokio::test]
async fn the_server_notices_at_once_that_a_client_went_away() {
    let server = start().await;
    let flood = Step::Repeat {
        times: MAX_TIMES,
        send: "data: {n}\n\n".into(),
    };
    for step in [Step::Silence, Step::Wait, Step::Pause(60_000), flood] {
        let script = put(&server, [Attempt::playing([send("x"), step.clone()])]).await;
        let mut stream = script.open().await;
        stream.text().await;
        let open = script.seen_attempts(1).await.attempts;
        assert_eq!((open[0].closed_ms, open[0].closed_by), (None, None));
        drop(stream);
        let closed = script.seen_closed(1).await.attempts;
        assert_eq!(closed[0].closed_by, Some(ClosedBy::Client), "{step:?}");
    }
}

#[tokio::test]
async fn the_server_notices_a_client_that_went_away_before_the_end_of_the_response_head() {
    let server = start().await;
    for step in [Step::Silence, Step::LongHead(u64::MAX)] {
        let attempt = Attempt {
            before: vec![step.clone()],
            ..Attempt::default()
        };
        let script = put(&server, [attempt]).await;
        let opening = tokio::spawn(get(script.url()));
        script.seen_attempts(1).await;
        opening.abort();
        let seen = script.seen_closed(1).await.attempts;
        assert_eq!(seen[0].closed_by, Some(ClosedBy::Client), "{step:?}");
    }
}

#[tokio::test]
async fn seen_answers_once_the_awaited_attempts_are_made_and_closed() {
    let server = start().await;
    let script = put(&server, [Attempt::playing([])]).await;
    assert_eq!(script.seen_so_far().await, SeenAttempts::default());
    let open_twice = async {
        script.open().await.rest().await;
        script.open().await.rest().await;
    };
    let (seen, ()) = tokio::join!(script.seen_closed(2), open_twice);
    assert_eq!(seen.attempts.len(), 2);
    assert_eq!(script.seen_raw("?attempts=x").await.status, 400);
    assert_eq!(script.seen_raw("?attempt=1").await.status, 400);
}

// The paused clock advances when no task has anything else to do.
#[tokio::test(start_paused = true)]
async fn seen_gives_up_after_ten_seconds_and_tells_what_the_server_saw_up_to_then() {
    let server = start().await;
    let script = put(&server, [Attempt::playing([])]).await;
    script.open().await.rest().await;
    let answer = script.seen_raw("?attempts=2").await;
    assert_eq!(answer.status, 504);
    assert_eq!(answer.json::<SeenAttempts>().attempts.len(), 1);
}

#[tokio::test]
async fn a_script_that_is_put_again_starts_from_its_first_attempt_and_ends_open_connections() {
    let server = start().await;
    let old = [send("old"), Step::Silence];
    let script = put(&server, [Attempt::playing(old)]).await;
    let mut stream = script.open().await;
    assert_eq!(stream.text().await, "old");
    script.put_again([Attempt::playing([send("new")])]).await;
    assert_eq!(stream.rest().await, (vec![], None));
    assert_eq!(script.seen_so_far().await, SeenAttempts::default());
    assert_eq!(script.open().await.text().await, "new");
}

#[tokio::test]
async fn a_deleted_script_ends_its_connections_and_is_not_found() {
    let server = start().await;
    let script = put(&server, [Attempt::playing([send("x"), Step::Silence])]).await;
    let mut stream = script.open().await;
    stream.text().await;
    assert_eq!(script.delete().await, 204);
    assert_eq!(stream.rest().await, (vec![], None));

    let gone = Request::new("GET", script.url()).fetch().await;
    assert_eq!(gone.status, 404);
    assert_eq!(
        gone.text(),
        "no script \"demo\": put one with PUT /scripts/demo\n"
    );
    assert_eq!(script.delete().await, 404);
    assert_eq!(script.seen_raw("").await.status, 404);
    let release = format!("{}/scripts/demo/release", server.origin());
    assert_eq!(post(release).await, 404);
}

#[tokio::test]
async fn the_refusal_of_a_script_says_what_is_wrong_with_it() {
    let server = start().await;
    let scripts = [
        ("", "EOF while parsing"),
        ("{}", "missing field `attempts`"),
        (r#"{"attempts":[]}"#, "at least one attempt"),
    ];
    let attempts = [
        (r#"{"step":[]}"#, "unknown field `step`"),
        (r#"{"steps":["stop"]}"#, "unknown variant `stop`"),
        (r#"{"steps":[{"send_base64":"*"}]}"#, "Invalid symbol 42"),
        (r#"{"status":99}"#, "attempt 2: status 99"),
        (r#"{"headers":[["a b","x"]]}"#, "\"a b\" is no header name"),
        (r#"{"headers":[["a","\n"]]}"#, "no value for the header a"),
        (r#"{"before":[{"send":"x"}]}"#, "before the response head"),
        (r#"{"steps":[{"long_head":9}]}"#, "can only come before"),
        (r#"{"steps":[{"pause":60001}]}"#, "60001 ms is longer"),
        (
            r#"{"steps":[{"repeat":{"times":10000001,"send":"x"}}]}"#,
            "repeat: 10000001 times is more",
        ),
        (
            r#"{"steps":[{"series":{"times":10000001,"send":"x"}}]}"#,
            "series: 10000001 times is more",
        ),
        (
            r#"{"steps":[{"ticks":{"times":10000001,"every":5,"send":"x"}}]}"#,
            "ticks: 10000001 times is more",
        ),
        (
            r#"{"steps":[{"drip":{"every":0,"send":"x"}}]}"#,
            "drip: 0 ms is not in 1..=60000",
        ),
    ];
    let with = |attempt| format!(r#"{{"attempts":[{{}},{attempt}]}}"#);
    let attempts = attempts.map(|(attempt, problem)| (with(attempt), problem));
    let scripts = scripts.map(|(script, problem)| (script.to_owned(), problem));
    let url = format!("{}/scripts/bad", server.origin());
    for (script, problem) in scripts.into_iter().chain(attempts) {
        let answer = Request::new("PUT", &url).body(&*script).fetch().await;
        let said = answer.text();
        assert_eq!(answer.status, 400, "{script}");
        assert!(said.contains(problem), "{script}: {said}");
    }
    let huge = vec![b' '; 8 * 1024 * 1024 + 1];
    let answer = Request::new("PUT", &url).body(huge).fetch().await;
    assert_eq!(answer.status, 413);
}

#[test]
fn a_script_in_json_equals_the_same_script_built_in_rust() {
    let written = r#"{"attempts":[{"status":200,"headers":[["retry-after","3"]],"cors":"credentials",
        "before":[{"long_head":9}],
        "steps":[{"send":"x"},{"send_base64":"/wA="},{"repeat":{"times":2,"send":"y"}},
        {"fill":{"bytes":18446744073709551615,"send":"x"}},{"drip":{"every":5,"send":"x"}},
        {"pause":5},"wait","end","reset","silence"]}]}"#;
    let steps = [
        send("x"),
        Step::SendBytes(vec![0xff, 0]),
        Step::Repeat {
            times: 2,
            send: "y".into(),
        },
        Step::Fill {
            bytes: u64::MAX,
            send: "x".into(),
        },
        Step::Drip {
            every: 5,
            send: "x".into(),
        },
        Step::Pause(5),
        Step::Wait,
        Step::End,
        Step::Reset,
        Step::Silence,
    ];
    let built = Script::always(Attempt {
        before: vec![Step::LongHead(9)],
        ..Attempt::playing(steps).header("retry-after", "3")
    });
    let read: Script = serde_json::from_str(written).expect("a script");
    assert_eq!(read, built);
    let again = serde_json::to_string(&built).expect("JSON");
    assert_eq!(
        serde_json::from_str::<Script>(&again).expect("a script"),
        built
    );
}
