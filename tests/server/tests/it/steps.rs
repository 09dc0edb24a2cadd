//! What each kind of step does to a connection.

use std::{
    io::ErrorKind,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use crate::support::{put, send, start};
use typed_eventsource_server::{
    client::get,
    script::{Attempt, ClosedBy, Step},
};

#[tokio::test]
async fn each_send_is_a_separate_chunk_and_the_response_ends_cleanly() {
    let server = start().await;
    let steps = [
        send("data: o"),
        send("ne\n\n"),
        Step::SendBytes(vec![0xff, 0, b'\n']),
        Step::End,
        send("never"),
    ];
    let script = put(&server, [Attempt::playing(steps)]).await;
    let mut stream = script.open().await;
    assert_eq!(stream.status, 200);
    assert_eq!(stream.header("content-type"), Some("text/event-stream"));
    assert_eq!(stream.header("cache-control"), Some("no-store"));
    assert_eq!(stream.header("connection"), Some("close"));
    assert_eq!(stream.text().await, "data: o");
    assert_eq!(stream.text().await, "ne\n\n");
    let bytes = stream.chunk().await.expect("no error");
    assert_eq!(bytes, Some(vec![0xff, 0, b'\n']));
    assert_eq!(stream.chunk().await.expect("no error"), None);
}

#[tokio::test]
async fn a_chunk_is_flushed_before_the_next() {
    let server = start().await;
    let script = put(&server, [Attempt::playing([send("a"), send("b")])]).await;
    // If the client is late, both chunks have come by the time that it looks.
    for _ in 0..1000 {
        let mut stream = script.open().await;
        assert_eq!(stream.text().await, "a");
        if stream.buffered().is_empty() {
            return;
        }
    }
    panic!("the second chunk always came along with the first");
}

#[tokio::test]
async fn the_nth_connection_gets_the_nth_attempt_and_the_last_repeats() {
    let server = start().await;
    let second = Attempt {
        headers: vec![
            ("Content-Type".into(), Some("text/plain".into())),
            ("cache-control".into(), None),
            ("set-cookie".into(), Some("a=1".into())),
        ],
        ..Attempt::answering(503)
    };
    let script = put(&server, [Attempt::playing([send("first")]), second]).await;
    assert_eq!(script.open().await.text().await, "first");
    for _ in 0..2 {
        let mut stream = script.open().await;
        assert_eq!(stream.status, 503);
        assert_eq!(stream.header("content-type"), Some("text/plain"));
        assert_eq!(stream.header("cache-control"), None);
        assert_eq!(stream.header("set-cookie"), Some("a=1"));
        assert_eq!(stream.rest().await, (vec![], None));
    }
}

#[tokio::test]
async fn an_attempt_whose_status_allows_no_body_is_closed_by_the_server() {
    let server = start().await;
    let script = put(&server, [Attempt::answering(204)]).await;
    assert_eq!(script.open().await.status, 204);
    script.seen_closed(1).await;
}

#[tokio::test]
async fn a_series_sends_each_text_as_a_separate_chunk() {
    let server = start().await;
    let series = Step::Series {
        times: 3,
        send: "data: {n}\n\n".into(),
    };
    let script = put(&server, [Attempt::playing([series])]).await;
    let mut stream = script.open().await;
    for n in 0..3 {
        assert_eq!(stream.text().await, format!("data: {n}\n\n"));
    }
}

#[tokio::test]
async fn ticks_come_at_regular_times_and_tell_the_time() {
    let now = || {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .expect("a time")
    };
    let server = start().await;
    let ticks = Step::Ticks {
        times: 3,
        every: 30,
        send: "{n} {now}".into(),
    };
    let script = put(&server, [Attempt::playing([ticks, send("z")])]).await;
    let (begin, before) = (Instant::now(), now().as_micros());
    let mut stream = script.open().await;
    let mut times = Vec::new();
    for n in 0..3 {
        let text = stream.text().await;
        let time = text.strip_prefix(&format!("{n} ")).expect("its number");
        times.push(time.parse::<u128>().expect("microseconds"));
    }
    assert!(begin.elapsed() >= Duration::from_millis(60));
    assert!(before <= times[0] && times.is_sorted_by(|one, next| one < next));
    assert!(times[2] <= now().as_micros());
    assert_eq!(stream.text().await, "z");
}

#[tokio::test]
async fn a_line_can_be_filled_to_any_length() {
    const BYTES: u64 = 300 * 1024 * 1024;
    let server = start().await;
    let fill = Step::Fill {
        bytes: BYTES,
        send: "x".into(),
    };
    let script = put(&server, [Attempt::playing([send("a"), fill, send("z")])]).await;
    let mut stream = script.open().await;
    assert_eq!(stream.text().await, "a");
    let mut filled = 0;
    loop {
        let chunk = stream.chunk().await.expect("no error").expect("a chunk");
        if chunk == b"z" {
            break;
        }
        assert!(chunk.iter().all(|byte| *byte == b'x'));
        filled += chunk.len() as u64;
    }
    assert_eq!(filled, BYTES);
    assert_eq!(stream.chunk().await.expect("no error"), None);
}

#[tokio::test]
async fn a_drip_sends_its_bytes_at_regular_times() {
    let server = start().await;
    let drip = Step::Drip {
        every: 30,
        send: "aé".into(),
    };
    let script = put(&server, [Attempt::playing([drip, send("zz")])]).await;
    let begin = Instant::now();
    let mut stream = script.open().await;
    for byte in "aé".bytes() {
        assert_eq!(stream.chunk().await.expect("no error"), Some(vec![byte]));
    }
    assert!(begin.elapsed() >= Duration::from_millis(60));
    assert_eq!(stream.text().await, "zz");
}

#[tokio::test]
async fn a_pause_delays_the_next_step() {
    let server = start().await;
    let steps = [send("a"), Step::Pause(80), send("b")];
    let script = put(&server, [Attempt::playing(steps)]).await;
    let begin = Instant::now();
    let mut stream = script.open().await;
    assert_eq!(stream.text().await, "a");
    assert_eq!(stream.text().await, "b");
    assert!(begin.elapsed() >= Duration::from_millis(80));
}

#[tokio::test]
async fn a_wait_ends_when_it_is_released() {
    let server = start().await;
    let steps = [
        Step::Wait,
        send("early"),
        Step::Wait,
        send("late"),
        Step::Wait,
    ];
    let script = put(&server, [Attempt::playing(steps)]).await;
    script.release().await;
    let mut stream = script.open().await;
    assert_eq!(stream.text().await, "early");
    script.release().await;
    assert_eq!(stream.text().await, "late");
    assert_eq!(script.seen_attempts(1).await.attempts[0].closed_ms, None);
    script.release().await;
    assert_eq!(stream.chunk().await.expect("no error"), None);
}

#[tokio::test]
async fn a_reset_in_the_middle_of_an_event_loses_nothing_before_it() {
    let server = start().await;
    let steps = [send("data: 1\n\n"), send("data: cut he"), Step::Reset];
    let script = put(&server, [Attempt::playing(steps)]).await;
    for _ in 0..20 {
        let (body, error) = script.open().await.rest().await;
        assert_eq!(body, b"data: 1\n\ndata: cut he");
        assert_eq!(error, Some(ErrorKind::ConnectionReset));
    }
}

#[tokio::test]
async fn a_flood_is_whole_and_a_reset_loses_nothing_that_was_sent_to_a_slow_reader() {
    const TIMES: u32 = 300_000;
    let server = start().await;
    let event = "id: {n}\ndata: {n} is one of many events\n\n";
    let flood = Step::Repeat {
        times: TIMES,
        send: event.into(),
    };
    let steps = [send("a"), flood, send("z"), Step::Reset];
    let script = put(&server, [Attempt::playing(steps)]).await;
    let (body, error) = script.open().await.rest().await;
    let events = (0..TIMES).map(|n| event.replace("{n}", &n.to_string()));
    assert!(body == format!("a{}z", events.collect::<String>()).as_bytes());
    assert_eq!(error, Some(ErrorKind::ConnectionReset));
}

#[tokio::test]
async fn a_reset_can_come_before_the_response_head() {
    let server = start().await;
    let before = Attempt {
        before: vec![Step::Wait, Step::Reset],
        ..Attempt::default()
    };
    let script = put(&server, [Attempt::playing([Step::Reset]), before]).await;
    script.release().await;
    for _ in 0..2 {
        let error = get(script.url()).await.expect_err("no response");
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    }
    script.seen_closed(2).await;
}

#[tokio::test]
async fn the_response_head_can_be_held_back() {
    let server = start().await;
    let slow = Attempt {
        before: vec![Step::Wait],
        ..Attempt::playing([send("here")])
    };
    let script = put(&server, [slow]).await;
    let opening = tokio::spawn(get(script.url()));
    script.seen_attempts(1).await;
    assert!(!opening.is_finished());
    script.release().await;
    let response = opening.await.expect("no panic");
    assert_eq!(response.expect("a response").text().await, "here");
}

fn long_headed(bytes: u64) -> Attempt {
    Attempt {
        before: vec![Step::LongHead(bytes)],
        ..Attempt::playing([send("never")])
    }
}

#[tokio::test]
async fn a_response_head_can_have_a_header_of_any_length() {
    const BYTES: u64 = 1_000_000;
    let server = start().await;
    let script = put(&server, [long_headed(BYTES)]).await;
    let mut response = script.open().await;
    assert_eq!(response.status, 200);
    let value = response.header("x-long").expect("the long header");
    assert!(value.len() as u64 == BYTES && value.bytes().all(|byte| byte == b'x'));
    let (body, error) = response.rest().await;
    assert_eq!((body.len(), error), (0, Some(ErrorKind::ConnectionReset)));
    let seen = script.seen_closed(1).await.attempts;
    assert_eq!(seen[0].closed_by, Some(ClosedBy::Server));
}

#[tokio::test]
async fn an_endless_header_ends_with_its_script() {
    let server = start().await;
    let script = put(&server, [long_headed(u64::MAX)]).await;
    let opening = tokio::spawn(get(script.url()));
    script.seen_attempts(1).await;
    assert_eq!(script.delete().await, 204);
    let ended = opening.await.expect("no panic");
    assert!(ended.is_err(), "a response");
}
