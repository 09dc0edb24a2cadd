//! `GET /demo/log`: the log of a busy, made-up service. It has three hundred lines a second, whose ids are numbers without a gap.

use std::{io, path::Path, sync::Arc, time::Duration};

use axum::{extract::State, response::Response};
use fastrand::Rng;
use futures_util::stream;
use serde_json::{Value, json};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::{
    channel::{Channel, Visitor},
    faults::{Faults, Injection},
    feed::Feed,
    journal::Journal,
    now_ms,
    request::Refusal,
};

const TICK: Duration = Duration::from_millis(50);
const LINES_A_TICK: usize = 15;
/// How many lines are kept, for clients that reconnect and over a restart: those of twenty seconds.
const RECENT: usize = 6_000;
/// How many of these a new client gets.
const FIRST_LOOK: usize = 200;
/// How long the service keeps logging without a client, so that a client that reconnects has missed lines.
const ALONE: Duration = Duration::from_secs(15);

const FAULTS: Faults = Faults {
    malformed: &[
        Injection::plain("line", r#"{"level":"info","text":"#),
        Injection::plain("line", r#"{"level":{"much":1},"time":"now"}"#),
    ],
    hostile: &[Injection::plain(
        "line",
        r#"{"level":"error","service":"<b onclick=alert(1)>mallory</b>","text":"<img src=x onerror=\"document.title='injected'\"><script>document.title='injected'</script>","time":0}"#,
    )],
    farewell: "event: bye\ndata: {\"text\":\"The service stops. Goodbye.\"}\n\n",
};

/// Starts the service. With a folder, it keeps its log there.
pub(crate) fn start(folder: Option<&Path>, stop: CancellationToken) -> io::Result<Arc<Channel>> {
    let feed = match folder {
        Some(folder) => {
            let (journal, entries) = Journal::open(folder, "log", RECENT)?;
            Feed::resumed(journal, entries, FIRST_LOOK)
        }
        None => Feed::new(now_ms(), RECENT, FIRST_LOOK),
    };
    let channel = Arc::new(Channel::new(feed, FAULTS, stop));
    tokio::spawn(write(Arc::clone(&channel)));
    Ok(channel)
}

/// Logs lines while a stream is open, and for some time after.
async fn write(channel: Arc<Channel>) {
    let mut random = Rng::new();
    let mut last_watched = Instant::now();
    let act = || {
        if channel.feed.has_listeners() {
            last_watched = Instant::now();
        } else if last_watched.elapsed() > ALONE {
            return;
        }
        let time = now_ms();
        let lines = std::iter::repeat_with(|| line(&mut random, time));
        channel.feed.publish_all("line", lines.take(LINES_A_TICK));
    };
    channel.call_every(TICK, act).await;
}

/// A line of this time, in milliseconds since 1970.
fn line(random: &mut Rng, time: u64) -> Value {
    let number = random.u32(1_000..10_000);
    let ms = random.u32(1..90);
    let (level, service, text) = match random.u32(..100) {
        0 => (
            "error",
            "billing",
            format!(
                "payment {number} declined: the bank did not answer in {}0 ms",
                ms * 10
            ),
        ),
        1 => (
            "error",
            "search",
            format!("shard {} is gone, its replica answers", number % 12),
        ),
        2..=5 => (
            "warn",
            "orders",
            format!("GET /orders/{number} 200 in {} ms: slow", ms * 20),
        ),
        6..=8 => (
            "warn",
            "mail",
            format!("to user {number}: try 2 of 5 in {ms} s"),
        ),
        9..=24 => (
            "debug",
            "cache",
            format!("miss user:{number}, filled in {ms} ms"),
        ),
        25..=39 => (
            "debug",
            "search",
            format!("query {number}: {} hits on 12 shards in {ms} ms", ms * 7),
        ),
        40..=59 => (
            "info",
            "orders",
            format!("GET /orders/{number} 200 in {ms} ms"),
        ),
        60..=74 => (
            "info",
            "orders",
            format!("POST /orders 201 in {ms} ms, order {number}"),
        ),
        75..=87 => ("info", "auth", format!("user {number} signed in")),
        _ => (
            "info",
            "billing",
            format!("payment {number} settled in {ms} ms"),
        ),
    };
    json!({ "level": level, "service": service, "text": text, "time": time })
}

/// Opens the stream of the log.
pub(crate) async fn tail(
    State(channel): State<Arc<Channel>>,
    visitor: Visitor,
) -> Result<Response, Refusal> {
    let last_id = visitor.last_id;
    let admission = channel.admit(visitor)?;
    let subscription = channel.feed.subscribe(last_id).in_large_chunks();
    Ok(channel.answer(admission, subscription, [], stream::pending()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::sleep;

    #[tokio::test(start_paused = true)]
    async fn the_service_logs_three_hundred_lines_a_second_and_stops_some_time_after_the_last_stream()
     {
        let stop = CancellationToken::new();
        let channel = start(None, stop.clone()).expect("it starts");
        let count = |channel: &Channel| channel.feed.subscribe(Some(0)).missed.len();
        // This moment is between two ticks.
        sleep(TICK / 2).await;
        let first = count(&channel);
        sleep(Duration::from_secs(10)).await;
        assert_eq!(count(&channel) - first, 3_000);
        sleep(ALONE).await;
        let all = count(&channel);
        assert!((4_400..=4_600).contains(&all), "{all}");
        sleep(ALONE).await;
        assert_eq!(count(&channel), all);
        stop.cancel();
    }
}
