//! The open streams of one kind: who has them open, and what they are told to do wrong.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    body::{Body, Bytes},
    extract::{ConnectInfo, FromRequestParts, Query},
    http::{StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use futures_util::{Stream, StreamExt, stream};
use serde::Deserialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, broadcast::error::RecvError};
use tokio_util::sync::CancellationToken;

use crate::{
    faults::Faults,
    feed::{Audience, Feed, Order, Subscription},
    request::Refusal,
};
use typed_eventsource_server::Connection;

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
    connection: Connection,
}

#[derive(Debug, Deserialize)]
struct Asked {
    client: Option<String>,
    name: Option<String>,
    #[serde(rename = "lastEventId")]
    last_event_id: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for Visitor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let Query(asked) = Query::<Asked>::from_request_parts(parts, state)
            .await
            .map_err(IntoResponse::into_response)?;
        let ConnectInfo(connection) = ConnectInfo::from_request_parts(parts, state)
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
            connection,
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
        let mut refusals = self.refusals.lock().unwrap_or_else(PoisonError::into_inner);
        refusals.retain(|(known, left)| *known != audience && *left > 0);
        if refusals.len() == MOST_REFUSALS {
            refusals.remove(0);
        }
        refusals.push((audience, attempts));
    }

    fn is_refused(&self, client: Option<&str>) -> bool {
        let mut refusals = self.refusals.lock().unwrap_or_else(PoisonError::into_inner);
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
        let open = Open {
            channel: Arc::clone(self),
            admission,
            queue: begin
                .into_iter()
                .chain(subscription.missed)
                .collect::<Vec<_>>()
                .into_iter(),
            last_id: subscription.last_id,
            orders: subscription.orders,
            own: Box::pin(own),
            is_over: false,
        };
        let headers = [
            (header::CONTENT_TYPE, "text/event-stream"),
            (header::CACHE_CONTROL, "no-store"),
        ];
        let body = open.into_stream().map(Ok::<_, Infallible>);
        (headers, Body::from_stream(body)).into_response()
    }
}

/// One open stream.
struct Open<Own> {
    channel: Arc<Channel>,
    admission: Admission,
    /// What goes out before anything else does.
    queue: std::vec::IntoIter<Bytes>,
    last_id: u64,
    orders: super::feed::Orders,
    own: std::pin::Pin<Box<Own>>,
    is_over: bool,
}

impl<Own: Stream<Item = Bytes>> Open<Own> {
    fn into_stream(self) -> impl Stream<Item = Bytes> {
        stream::unfold(self, |mut open| async {
            let stop = open.channel.stop.clone();
            let chunk = stop.run_until_cancelled(open.next()).await.flatten()?;
            Some((chunk, open))
        })
    }

    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Some(text) = self.queue.next() {
                return Some(text);
            }
            if self.is_over {
                return None;
            }
            let order = tokio::select! {
                biased;
                order = self.orders.recv() => order,
                own = self.own.next() => return own,
            };
            let visitor = &self.admission.visitor;
            match order {
                Ok((audience, order)) if audience.includes(visitor.client.as_deref()) => {
                    match order {
                        // What was missed has come from the history by now.
                        Order::Send {
                            last_id: Some(id), ..
                        } if id <= self.last_id => {}
                        Order::Send { text, last_id } => {
                            self.last_id = last_id.unwrap_or(self.last_id);
                            return Some(text);
                        }
                        Order::Finish(text) => {
                            self.is_over = true;
                            return Some(text);
                        }
                        Order::Reset => visitor.connection.reset(),
                    }
                }
                Ok(_) => {}
                Err(RecvError::Lagged(_)) => {
                    let missed = self
                        .channel
                        .feed
                        .subscribe(Some(self.last_id))
                        .in_large_chunks();
                    self.orders = missed.orders;
                    self.last_id = missed.last_id;
                    self.queue = missed.missed.into_iter();
                }
                Err(RecvError::Closed) => return None,
            }
        }
    }
}
