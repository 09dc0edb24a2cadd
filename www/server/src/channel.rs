//! The open streams of one kind: who has them open, and what they are told to do wrong.

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

/// How many streams of a kind may be open at once.
pub(crate) const MOST_STREAMS: usize = 64;
/// How many clients' next attempts are noted to be refused.
const MOST_REFUSALS: usize = 64;

/// Who opens a stream.
#[derive(Debug)]
pub(crate) struct Visitor {
    pub(crate) client: Option<String>,
    pub(crate) name: Option<String>,
    /// The last event that it has.
    pub(crate) last_id: Option<u64>,
    tcp: TcpHandle,
}

#[derive(Debug, Deserialize)]
struct Asked {
    client: Option<String>,
    name: Option<String>,
    #[serde(rename = "lastEventId")]
    last_event_id: Option<String>,
}

impl Visitor {
    /// Who it says that it is.
    ///
    /// # Errors
    ///
    /// A refusal where the client id or the name is not as it has to be.
    pub(crate) fn person(&self) -> Result<Person, Refusal> {
        let (client, name) = (self.client.as_deref(), self.name.as_deref());
        Person::new(client.unwrap_or_default(), name.unwrap_or_default())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Visitor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let Query(asked) = Query::<Asked>::from_request_parts(parts, state)
            .await
            .map_err(IntoResponse::into_response)?;
        let ConnectInfo(tcp) = ConnectInfo::from_request_parts(parts, state)
            .await
            .map_err(IntoResponse::into_response)?;
        // The header comes first: a browser that reconnects sends it with the URL of old.
        let last_id = parts
            .headers
            .get("last-event-id")
            .and_then(|value| value.to_str().ok())
            .or(asked.last_event_id.as_deref())
            .and_then(|id| id.parse().ok());
        Ok(Self {
            client: asked.client,
            name: asked.name,
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
    /// How many attempts of whom are still to be refused.
    refusals: Mutex<Vec<(Audience, u32)>>,
    places: Arc<Semaphore>,
    pub(crate) stop: CancellationToken,
}

/// That a stream may be opened.
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

    /// Refuses the audience's next attempts, so many of them.
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
        let hit = refusals
            .iter_mut()
            .find(|(audience, left)| audience.includes(client) && *left > 0);
        match hit {
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
    /// The answer to who has to stay out.
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

    /// Answers with a stream: an opening, what was missed, and what happens from then on. `own` is what this stream
    /// alone gets; where it ends, the stream does.
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
                    // What was missed has come from the history by now.
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

    /// Does this again and again, in time with a clock, until the server stops.
    pub(crate) async fn at_every(&self, tick: Duration, mut act: impl FnMut()) {
        let mut ticks = interval(tick);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let stop = &self.stop;
        while stop.run_until_cancelled(ticks.tick()).await.is_some() {
            act();
        }
    }
}
