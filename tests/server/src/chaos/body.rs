//! A request to a chaotic stream and its response's body. The server notes what it sees of both.

use std::{io, time::Duration};

use async_fn_stream::try_fn_stream;
use axum::{http::StatusCode, response::Response};
use bytes::Bytes;
use futures_util::Stream;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::{Chaos, Ending, StreamQuery, StreamRecord, attempt_body::AttemptBody, plan::Plan};
use crate::connection::TcpHandle;

/// A request. When it is dropped, the server notes how its connection ended.
#[derive(Debug)]
pub(super) struct TrackedRequest {
    chaos: Chaos,
    seed: u64,
    stream: String,
    ending: Ending,
}

/// An attempt, as its request starts it.
pub(super) struct StartedAttempt {
    /// 1 for the first attempt.
    pub(super) number: u64,
    /// Whether this request follows the redirect that the attempt was answered with.
    pub(super) follows_redirect: bool,
}

impl TrackedRequest {
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

    /// Counts an attempt, unless this request follows the redirect of the attempt before.
    pub(super) fn start_attempt(&self) -> StartedAttempt {
        self.change(|record| match record.redirected_attempt.take() {
            Some(number) => StartedAttempt {
                number,
                follows_redirect: true,
            },
            None => {
                record.seen.attempts += 1;
                StartedAttempt {
                    number: record.seen.attempts,
                    follows_redirect: false,
                }
            }
        })
    }

    pub(super) fn note_redirect(&mut self, attempt: u64) {
        self.change(|record| record.redirected_attempt = Some(attempt));
        self.set_ending(Ending::Redirect);
    }

    /// Forgets as many events after `last` as the plan says, if the request allows it. The last event of the stream is
    /// never forgotten.
    pub(super) fn forget_events(&self, plan: &Plan, last: u64, query: &StreamQuery) {
        // A client that has no event yet could not tell that some are missing.
        if query.lossy && last > 0 && plan.forgets > 0 {
            let forgotten = (last + plan.forgets).min(query.events.saturating_sub(1));
            self.change(|record| record.forgotten = record.forgotten.max(forgotten));
        }
    }

    /// Chooses the first event to send to a client that has all events up to `last`, and notes which events the client
    /// loses.
    pub(super) fn choose_first_event(&self, plan: &Plan, last: u64) -> u64 {
        self.change(|record| {
            let wanted = (last + 1).saturating_sub(plan.repeats).max(1);
            let first = wanted.max(record.forgotten + 1);
            if first > last + 1 {
                record.seen.lost.push((last, first));
            }
            first
        })
    }

    /// Notes the events of a body that is about to be sent.
    pub(super) fn note_events(&self, body: &AttemptBody) {
        self.change(|StreamRecord { seen, .. }| {
            seen.sent += body.events;
            seen.repeated += body.repeated;
        });
    }

    pub(super) fn set_ending(&mut self, ending: Ending) {
        self.ending = ending;
    }

    /// Resets the connection. This future never ends: hyper drops the handler that awaits it.
    pub(super) async fn reset<T>(mut self, tcp: &TcpHandle) -> T {
        self.set_ending(Ending::Reset);
        tcp.reset();
        std::future::pending().await
    }

    /// Sends nothing until the client goes away or the server stops.
    pub(super) async fn stall(
        mut self,
        tcp: &TcpHandle,
        stop: &CancellationToken,
    ) -> Result<Response, (StatusCode, String)> {
        self.set_ending(Ending::Stall);
        stop.cancelled().await;
        self.set_ending(Ending::Restart);
        tcp.reset();
        std::future::pending().await
    }

    fn change<T>(&self, change: impl FnOnce(&mut StreamRecord) -> T) -> T {
        self.chaos.change(self.seed, &self.stream, change)
    }
}

impl Drop for TrackedRequest {
    fn drop(&mut self) {
        let ending = self.ending;
        self.change(|record| *record.seen.endings.entry(ending).or_default() += 1);
    }
}

/// Sends the chunks of the body, then ends the response as the body says. If the server stops before that, the response
/// breaks off.
pub(super) fn play(
    mut request: TrackedRequest,
    AttemptBody { chunks, ending, .. }: AttemptBody,
    tcp: TcpHandle,
    stop: CancellationToken,
) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
    let broken_off = || Err(io::ErrorKind::ConnectionAborted.into());
    try_fn_stream(async move |emitter| {
        let playing = async {
            for (wait, chunk) in chunks {
                sleep(Duration::from_millis(wait)).await;
                emitter.emit(chunk).await;
            }
            request.set_ending(ending);
            match ending {
                Ending::Abort => broken_off(),
                Ending::Reset => {
                    tcp.reset();
                    std::future::pending().await
                }
                Ending::Stall => std::future::pending().await,
                _ => Ok(()),
            }
        };
        let played = stop.run_until_cancelled(playing).await;
        played.unwrap_or_else(|| {
            request.set_ending(Ending::Restart);
            broken_off()
        })
    })
}
