//! `GET /demo/prices`: the prices of a market, eight events a second.

use std::{sync::Arc, time::Duration};

use axum::{extract::State, response::Response};
use fastrand::Rng;
use futures_util::stream;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::{
    channel::{Channel, Visitor},
    faults::{Faults, Injection},
    feed::{Feed, notice},
    market::{Market, News},
    now_ms,
    request::Refusal,
};

const TICK: Duration = Duration::from_millis(125);
/// How many events are kept for clients that reconnect: those of fifteen seconds.
const RECENT: usize = 120;

const GREETING: &str = "Welcome. These prices are made up, live.";

const FAULTS: Faults = Faults {
    malformed: &[
        Injection::numbered("price", r#"{"symbol":"ACME","price":"#),
        Injection::numbered("price", r#"{"symbol":42,"cost":"much"}"#),
    ],
    hostile: &[
        Injection::plain(
            "message",
            r#"{"text":"<img src=x onerror=\"document.title='injected'\"><script>document.title='injected'</script>"}"#,
        ),
        Injection::numbered(
            "halt",
            r#"{"symbol":"ACME<img src=x onerror=alert(1)>","reason":"<script>document.title='injected'</script><b>not bold</b>"}"#,
        ),
    ],
    farewell: "event: bye\ndata: {\"text\":\"That was all. Goodbye.\"}\n\n",
};

/// Opens the market until `stop` is cancelled.
pub(crate) fn start(stop: CancellationToken) -> Arc<Channel> {
    // The first id is a time, so that ids keep growing over a restart.
    let feed = Feed::new(now_ms(), RECENT, RECENT);
    let channel = Arc::new(Channel::new(feed, FAULTS, stop));
    tokio::spawn(trade(Arc::clone(&channel)));
    channel
}

async fn trade(channel: Arc<Channel>) {
    let mut market = Market::new(Rng::new());
    let tell = |news: News| channel.feed.publish(news.event(), json!(news));
    market.prices(now_ms()).for_each(tell);
    let act = || tell(market.tick(now_ms()));
    channel.call_every(TICK, act).await;
}

/// Opens the stream of the prices.
pub(crate) async fn open(
    State(channel): State<Arc<Channel>>,
    visitor: Visitor,
) -> Result<Response, Refusal> {
    let last_id = visitor.last_id;
    let admission = channel.admit(visitor)?;
    let subscription = channel.feed.subscribe(last_id);
    Ok(channel.answer(
        admission,
        subscription,
        [notice(GREETING)],
        stream::pending(),
    ))
}
