//! `/clock`: an endless stream whose events are numbered by a clock, so that clients on several connections can tell what they miss.
//!
//! Event N has the id and the data N, and is due N periods after the clock has started. A connection begins with the next event
//! that is due, or continues after the last event id that the client sends.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_fn_stream::fn_stream;
use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use parking_lot::Mutex;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::connection::TcpHandle;

/// A clock, and what the server saw of its stream.
#[derive(Debug, Clone)]
pub struct Clock(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    start: Instant,
    period: Duration,
    opened: AtomicUsize,
    open: Mutex<Vec<(usize, TcpHandle)>>,
}

impl Clock {
    /// Starts a clock that numbers an event each period. The period is not zero.
    pub fn start(period: Duration) -> Self {
        Self(Arc::new(Shared {
            start: Instant::now(),
            period,
            opened: AtomicUsize::new(0),
            open: Mutex::default(),
        }))
    }

    /// The route of the stream, for [`Server::start_with`](crate::Server::start_with). The connections end when `stop` is cancelled.
    pub fn routes(&self, stop: &CancellationToken) -> Router {
        Router::new()
            .route("/clock", get(play))
            .with_state((self.clone(), stop.clone()))
    }

    /// How many connections have been opened.
    pub fn opened(&self) -> usize {
        self.0.opened.load(Ordering::Relaxed)
    }

    /// How many connections are open.
    pub fn connections(&self) -> usize {
        self.0.open.lock().len()
    }

    /// Resets all connections that are open.
    pub fn cut(&self) {
        for (_, tcp) in &*self.0.open.lock() {
            tcp.reset();
        }
    }

    /// The number of the last event that is due.
    fn last(&self) -> u64 {
        let periods = self.0.start.elapsed().as_nanos() / self.0.period.as_nanos().max(1);
        u64::try_from(periods).unwrap_or(u64::MAX)
    }

    fn due(&self, number: u64) -> Instant {
        let nanos = self.0.period.as_nanos().saturating_mul(number.into());
        self.0.start + Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }

    fn note_connection(&self, tcp: TcpHandle) -> OpenConnection {
        let number = self.0.opened.fetch_add(1, Ordering::Relaxed);
        self.0.open.lock().push((number, tcp));
        OpenConnection {
            clock: self.clone(),
            number,
        }
    }
}

/// A connection that is open until this is dropped.
#[derive(Debug)]
struct OpenConnection {
    clock: Clock,
    number: usize,
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        let mut open = self.clock.0.open.lock();
        open.retain(|(number, _)| *number != self.number);
    }
}

async fn play(
    State((clock, stop)): State<(Clock, CancellationToken)>,
    ConnectInfo(tcp): ConnectInfo<TcpHandle>,
    headers: HeaderMap,
) -> Response {
    let mut last = clock.last();
    if let Some(id) = headers.get("last-event-id") {
        let number = id.to_str().ok().and_then(|id| id.parse().ok());
        // An id of the future has not been sent.
        let Some(number) = number.filter(|number| *number <= last) else {
            let text = format!("no event had the id {id:?}\n");
            return (StatusCode::BAD_REQUEST, text).into_response();
        };
        last = number;
    }
    let connection = clock.note_connection(tcp);
    let events = fn_stream(|emitter| async move {
        let _connection = connection;
        // Firefox shows a response when its body begins.
        emitter.emit(Ok(":\n\n".to_owned())).await;
        let sending = async {
            loop {
                sleep_until(clock.due(last + 1)).await;
                let due = clock.last();
                let events = (last + 1..=due).map(|id| format!("id: {id}\ndata: {id}\n\n"));
                emitter
                    .emit(Ok::<String, Infallible>(events.collect()))
                    .await;
                last = last.max(due);
            }
        };
        stop.run_until_cancelled(sending).await;
    });
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
        // A browser silently repeats a request whose kept-alive connection was reset.
        (header::CONNECTION, "close"),
    ];
    (headers, Body::from_stream(events)).into_response()
}
