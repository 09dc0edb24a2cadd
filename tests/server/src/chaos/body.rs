//! A response's body, and what is noted of it.

use std::{io, time::Duration};

use async_fn_stream::try_fn_stream;
use axum::{http::StatusCode, response::Response};
use bytes::Bytes;
use futures_util::Stream;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::{Asked, Chaos, Ending, Known, plan::Plan, text::Text};
use crate::connection::Connection;

/// One request; dropping it notes how it ended.
#[derive(Debug)]
pub(super) struct Visit {
    chaos: Chaos,
    seed: u64,
    stream: String,
    ending: Ending,
}

impl Visit {
    pub(super) fn new(chaos: Chaos, seed: u64, stream: String) -> Self {
        Self {
            chaos,
            seed,
            stream,
            ending: Ending::Left,
        }
    }

    pub(super) fn stream(&self) -> &str {
        &self.stream
    }

    /// The number of the attempt that this is, and whether it was redirected.
    pub(super) fn count(&self) -> (u64, bool) {
        self.change(|known| match known.redirected.take() {
            Some(attempt) => (attempt, true),
            None => {
                known.seen.attempts += 1;
                (known.seen.attempts, false)
            }
        })
    }

    pub(super) fn redirected(&mut self, attempt: u64) {
        self.change(|known| known.redirected = Some(attempt));
        self.ended(Ending::Redirect);
    }

    /// Forgets what is to be forgotten, and says with which event to begin for who has all up to `last`.
    pub(super) fn first_to_send(&self, plan: &Plan, last: u64, asked: &Asked) -> u64 {
        self.change(
            |Known {
                 seen, forgotten, ..
             }| {
                // Who has none could not tell that some are missing. The last one is kept.
                if asked.lossy && last > 0 && plan.forgets > 0 {
                    *forgotten = (last + plan.forgets)
                        .min(asked.events.saturating_sub(1))
                        .max(*forgotten);
                }
                let first = (last + 1).saturating_sub(plan.repeats).max(1);
                let first = first.max(*forgotten + 1);
                if first > last + 1 {
                    seen.lost.push((last, first));
                }
                first
            },
        )
    }

    pub(super) fn sends(&self, text: &Text) {
        self.change(|Known { seen, .. }| {
            seen.sent += text.events;
            seen.repeated += text.repeated;
        });
    }

    pub(super) fn ended(&mut self, ending: Ending) {
        self.ending = ending;
    }

    /// Resets the connection, under which hyper then drops whatever waits for this.
    pub(super) async fn reset<T>(mut self, connection: &Connection) -> T {
        self.ended(Ending::Reset);
        connection.reset();
        std::future::pending().await
    }

    /// Answers nothing, until the client goes away or the server stops.
    pub(super) async fn stall(
        mut self,
        connection: &Connection,
        stop: &CancellationToken,
    ) -> Result<Response, (StatusCode, String)> {
        self.ended(Ending::Stall);
        stop.cancelled().await;
        self.ended(Ending::Restart);
        connection.reset();
        std::future::pending().await
    }

    fn change<T>(&self, change: impl FnOnce(&mut Known) -> T) -> T {
        self.chaos.change(self.seed, &self.stream, change)
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        let ending = self.ending;
        self.change(|known| *known.seen.endings.entry(ending).or_default() += 1);
    }
}

/// Plays the text; the response ends as it says. A server that stops breaks off.
pub(super) fn play(
    mut visit: Visit,
    Text { chunks, ending, .. }: Text,
    connection: Connection,
    stop: CancellationToken,
) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
    let broken_off = || Err(io::ErrorKind::ConnectionAborted.into());
    try_fn_stream(async move |emitter| {
        let playing = async {
            for (wait, chunk) in chunks {
                sleep(Duration::from_millis(wait)).await;
                emitter.emit(chunk).await;
            }
            visit.ended(ending);
            match ending {
                Ending::Abort => broken_off(),
                Ending::Reset => {
                    connection.reset();
                    std::future::pending().await
                }
                Ending::Stall => std::future::pending().await,
                _ => Ok(()),
            }
        };
        let played = stop.run_until_cancelled(playing).await;
        played.unwrap_or_else(|| {
            visit.ended(Ending::Restart);
            broken_off()
        })
    })
}
