//! The open streams of one kind: their visitors, and their faults.

use std::{convert::Infallible, pin::pin, sync::Arc, time::Duration};

use async_fn_stream::{StreamEmitter, fn_stream};
use axum::{
    body::{Body, Bytes},
    extract::{ConnectInfo, FromRequestParts, Query},
    http::{StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use futures_util::{Stream, StreamExt};
use parking_lot::Mutex;
use serde::Deserialize;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, broadcast::error::RecvError},
    time::{MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;

use crate::{
    faults::Faults,
    feed::{Audience, Feed, Order, Subscription},
    people::Person,
    request::Refusal,
};
use typed_eventsource_server::TcpHandle;

/// The most streams of a kind that may be open at the same time.
pub(crate) const MOST_STREAMS: usize = 64;
/// The most audiences whose next attempts are to be refused.
const MOST_REFUSALS: usize = 64;

/// A client that opens a stream.
#[derive(Debug)]
pub(crate) struct Visitor {
    pub(crate) client: Option<String>,
    pub(crate) name: Option<String>,
    /// The id of the last event that the client has.
    pub(crate) last_id: Option<u64>,
    tcp: TcpHandle,
}

#[derive(Debug, Deserialize)]
struct VisitorQuery {
    client: Option<String>,
    name: Option<String>,
    #[serde(rename = "lastEventId")]
    last_event_id: Option<String>,
}

impl Visitor {
    /// The person that the client says it is.
    ///
    /// # Errors
    ///
    /// If the client id or the name is invalid.
    pub(crate) fn person(&self) -> Result<Person, Refusal> {
        let (client, name) = (self.client.as_deref(), self.name.as_deref());
        Person::new(client.unwrap_or_default(), name.unwrap_or_default())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Visitor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let Query(query) = Query::<VisitorQuery>::from_request_parts(parts, state)
            .await
            .map_err(IntoResponse::into_response)?;
        let ConnectInfo(tcp) = ConnectInfo::from_request_parts(parts, state)
            .await
            .map_err(IntoResponse::into_response)?;
        // The header takes precedence over the query, since a browser reconnects with its first URL and the header.
        let last_id = parts
            .headers
            .get("last-event-id")
            .and_then(|value| value.to_str().ok())
            .or(query.last_event_id.as_deref())
            .and_then(|id| id.parse().ok());
        Ok(Self {
            client: query.client,
            name: query.name,
            last_id,
            tcp,
        })
    }
}

/// The streams of one kind.
#[derive(Debug)]
pub(crate) struct Channel {
    pub(crate) feed: Feed,
    pub(crate) faults: Faults,
    /// The audiences whose next attempts are refused, each with the number of attempts that are left.
    refusals: Mutex<Vec<(Audience, u32)>>,
    places: Arc<Semaphore>,
    pub(crate) stop: CancellationToken,
}

/// The permission to open a stream. It holds one of the places of its kind.
#[derive(Debug)]
pub(crate) struct Admission {
    visitor: Visitor,
    _place: OwnedSemaphorePermit,
}

impl Channel {
    pub(crate) fn new(feed: Feed, faults: Faults, stop: CancellationToken) -> Self {
        Self {
            feed,
            faults,
            refusals: Mutex::default(),
            places: Arc::new(Semaphore::new(MOST_STREAMS)),
            stop,
        }
    }

    /// Refuses the audience's next `attempts` attempts.
    pub(crate) fn refuse(&self, audience: Audience, attempts: u32) {
        let mut refusals = self.refusals.lock();
        refusals.retain(|(known, left)| *known != audience && *left > 0);
        if refusals.len() == MOST_REFUSALS {
            refusals.remove(0);
        }
        refusals.push((audience, attempts));
    }

    fn is_refused(&self, client: Option<&str>) -> bool {
        let mut refusals = self.refusals.lock();
        let refusal = refusals
            .iter_mut()
            .find(|(audience, left)| audience.includes(client) && *left > 0);
        match refusal {
            Some((_, left)) => {
                *left -= 1;
                true
            }
            None => false,
        }
    }

    /// Lets a visitor in.
    ///
    /// # Errors
    ///
    /// If the attempt has to be refused, or too many streams are open.
    pub(crate) fn admit(&self, visitor: Visitor) -> Result<Admission, Refusal> {
        let refuse = |sentence| Err(Refusal::new(StatusCode::SERVICE_UNAVAILABLE, sentence));
        if self.is_refused(visitor.client.as_deref()) {
            return refuse("unavailable, as was asked for");
        }
        match Arc::clone(&self.places).try_acquire_owned() {
            Ok(place) => Ok(Admission {
                visitor,
                _place: place,
            }),
            Err(_) => refuse("too many streams are open: close some, and try again"),
        }
    }

    /// Answers with a stream: an opening, the missed events, and new events. `own` is what only this stream gets. The stream ends
    /// when `own` does.
    pub(crate) fn answer(
        self: &Arc<Self>,
        admission: Admission,
        subscription: Subscription,
        opening: impl IntoIterator<Item = Bytes>,
        own: impl Stream<Item = Bytes> + Send + 'static,
    ) -> Response {
        let mut begin = vec![Bytes::from_static(b"retry: 1000\n\n")];
        begin.extend(opening);
        let channel = Arc::clone(self);
        let body = fn_stream(|emitter| async move {
            let sending = async {
                for text in begin {
                    emitter.emit(text).await;
                }
                channel.send(&emitter, &admission, subscription, own).await;
            };
            channel.stop.run_until_cancelled(sending).await;
        });
        let headers = [
            (header::CONTENT_TYPE, "text/event-stream"),
            (header::CACHE_CONTROL, "no-store"),
        ];
        let body = Body::from_stream(body.map(Ok::<_, Infallible>));
        (headers, body).into_response()
    }

    async fn send(
        &self,
        emitter: &StreamEmitter<Bytes>,
        Admission { visitor, .. }: &Admission,
        mut subscription: Subscription,
        own: impl Stream<Item = Bytes>,
    ) {
        let mut own = pin!(own);
        loop {
            for text in std::mem::take(&mut subscription.missed) {
                emitter.emit(text).await;
            }
            let order = tokio::select! {
                biased;
                order = subscription.orders.recv() => order,
                text = own.next() => match text {
                    Some(text) => {
                        emitter.emit(text).await;
                        continue;
                    }
                    None => return,
                },
            };
            match order {
                Ok((audience, _)) if !audience.includes(visitor.client.as_deref()) => {}
                Ok((_, Order::Send { text, last_id })) => {
                    // After a lag, the history has already sent the events up to `subscription.last_id`.
                    if last_id.is_none_or(|id| id > subscription.last_id) {
                        subscription.last_id = last_id.unwrap_or(subscription.last_id);
                        emitter.emit(text).await;
                    }
                }
                Ok((_, Order::Finish(text))) => {
                    emitter.emit(text).await;
                    return;
                }
                Ok((_, Order::Reset)) => visitor.tcp.reset(),
                Err(RecvError::Lagged(_)) => {
                    let last_id = Some(subscription.last_id);
                    subscription = self.feed.subscribe(last_id).in_large_chunks();
                }
                Err(RecvError::Closed) => return,
            }
        }
    }

    /// Calls a function at regular times, until the server stops.
    pub(crate) async fn call_every(&self, tick: Duration, mut act: impl FnMut()) {
        let mut ticks = interval(tick);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let stop = &self.stop;
        while stop.run_until_cancelled(ticks.tick()).await.is_some() {
            act();
        }
    }
}
