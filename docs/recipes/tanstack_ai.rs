//! An answer of a server with TanStack AI's resumable streams: a POST starts a run, and after a cut a GET goes on after the last event.

use std::{error::Error, time::Duration};

use futures::StreamExt;
use serde::{Deserialize, Serialize};
use typed_eventsource::{AttemptRequest, Backoff, EndOfBody, EventSource, Fetch, Policy};

/// What an event holds, as far as it is used here. The events have no names, and an id each.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "SCREAMING_SNAKE_CASE")]
enum Chunk {
    TextMessageContent {
        delta: String,
    },
    RunError {
        message: String,
    },
    RunFinished {
        #[serde(rename = "finishReason")]
        reason: Option<String>,
    },
    #[serde(other)]
    Other,
}

/// Shows the text of a run's answer piece by piece, and returns the reason why it ends there, as far as the server says it. The request
/// is sent once. When the future is dropped, the connection closes.
///
/// The URL is the server's path, such as `/api/chat`, which answers a POST and a GET. The request is what the server takes:
/// `threadId`, `runId`, `messages` and others, with a new id for each run, of letters and digits.
///
/// # Errors
///
/// If the server refuses the request, the run fails, or the server has nothing more of it.
pub async fn run(
    url: &str,
    run_id: &str,
    request: &impl Serialize,
    mut show: impl FnMut(&str),
) -> Result<String, Box<dyn Error>> {
    let of_run = format!("{url}?runId={run_id}");
    let fetch = Fetch::post().json(request)?.request(async move |attempt| {
        Ok(if attempt.number == 1 {
            AttemptRequest::new()
        } else if attempt.last_event_id.is_empty() {
            // Without an event, the server begins at the start.
            AttemptRequest::get(format!("{of_run}&offset=-1"))
        } else {
            AttemptRequest::get(&of_run)
        })
    });
    let backoff = Backoff::new()
        .initial(Duration::from_millis(250))
        .max_attempts(5);
    let policy = Policy::browser()
        .back_off_after_losses(true)
        .backoff(backoff)
        .close_after_decode_errors(1); // a piece of the answer would be missing
    let source = EventSource::builder(url)
        .fetch(fetch)
        .policy(policy)
        .end_of_body(EndOfBody::Reconnect) // only an event ends a run
        .open()?;
    let mut chunks = source.stream::<Chunk>("message")?;
    while let Some(chunk) = chunks.next().await {
        // An error either closes the source, or the run goes on.
        let Ok(chunk) = chunk else { continue };
        match chunk.data {
            Chunk::TextMessageContent { delta } => show(&delta),
            Chunk::RunError { message } => return Err(message.into()),
            Chunk::RunFinished { reason } => return Ok(reason.unwrap_or_default()),
            Chunk::Other => {}
        }
    }
    Err(source.closed().await.to_string().into())
}
