//! `POST /demo/faults/{fault}`: faults of streams, on demand.

use std::{collections::HashMap, sync::Arc};

use axum::{
    extract::{Path, Query, State},
    http::StatusCode,
};
use bytes::Bytes;
use serde::Deserialize;

use crate::{
    channel::Channel,
    feed::{Audience, Order},
};

/// A wrong or hostile event.
#[derive(Debug)]
pub(crate) struct Injection {
    /// The event's name. `message` is sent without a name.
    pub(crate) event: &'static str,
    pub(crate) data: &'static str,
    /// Whether the event has an id. It has none in a stream whose ids have no gaps.
    pub(crate) is_numbered: bool,
}

impl Injection {
    pub(crate) const fn numbered(event: &'static str, data: &'static str) -> Self {
        Self {
            event,
            data,
            is_numbered: true,
        }
    }

    pub(crate) const fn plain(event: &'static str, data: &'static str) -> Self {
        Self {
            event,
            data,
            is_numbered: false,
        }
    }
}

/// The events that a stream sends for its faults.
#[derive(Debug)]
pub(crate) struct Faults {
    /// Events with data that is not JSON, or of another shape than expected.
    pub(crate) malformed: &'static [Injection],
    /// Events with markup in place of text.
    pub(crate) hostile: &'static [Injection],
    /// The event that tells the client that the stream has finished.
    pub(crate) farewell: &'static str,
}

/// The channels by their names.
pub(crate) type Channels = HashMap<&'static str, Arc<Channel>>;

#[derive(Debug, Deserialize)]
pub(crate) struct FaultQuery {
    client: Option<String>,
    attempts: Option<u32>,
    stream: Option<String>,
}

pub(crate) async fn cause(
    State(channels): State<Arc<Channels>>,
    Path(fault): Path<String>,
    Query(query): Query<FaultQuery>,
) -> Result<StatusCode, (StatusCode, &'static str)> {
    let stream = query.stream.as_deref().unwrap_or("prices");
    let Some(channel) = channels.get(stream) else {
        let streams = "the streams are: prices, chat, game, log, model\n";
        return Err((StatusCode::NOT_FOUND, streams));
    };
    let audience = || Audience(query.client.clone());
    let faults = &channel.faults;
    match fault.as_str() {
        "drop" => channel.feed.order(audience(), Order::Reset),
        "unavailable" => {
            channel.refuse(audience(), query.attempts.unwrap_or(3));
            channel.feed.order(audience(), Order::Reset);
        }
        "malformed" => inject(channel, &audience, faults.malformed),
        "hostile" => inject(channel, &audience, faults.hostile),
        "finish" => channel
            .feed
            .order(audience(), Order::Finish(faults.farewell.into())),
        _ => {
            let faults = "the faults are: drop, unavailable, malformed, hostile, finish\n";
            return Err((StatusCode::NOT_FOUND, faults));
        }
    }
    Ok(StatusCode::NO_CONTENT)
}

fn inject(channel: &Channel, audience: &impl Fn() -> Audience, injections: &[Injection]) {
    for Injection {
        event,
        data,
        is_numbered,
    } in injections
    {
        if *is_numbered {
            channel.feed.inject(audience(), event, data);
        } else {
            let text = match *event {
                "message" => format!("data: {data}\n\n"),
                name => format!("event: {name}\ndata: {data}\n\n"),
            };
            channel.feed.send(audience(), Bytes::from(text));
        }
    }
}
