//! An answer of Gemini's `streamGenerateContent?alt=sse`. Its events have no names, and no event says that it has finished: the
//! last one has a `finishReason`.

use std::{error::Error, time::Duration};

use futures::StreamExt;
use serde::{Deserialize, Serialize};
use typed_eventsource::{Backoff, CloseReason, EventSource, Fetch, Policy};

/// What an event holds, as far as it is used here.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Chunk {
    candidates: Vec<Candidate>,
    /// It takes the place of the candidates if the prompt is refused.
    prompt_feedback: PromptFeedback,
    /// It takes the place of the rest if the server fails within its answer.
    error: Option<ServerError>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Candidate {
    content: Content,
    finish_reason: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Content {
    parts: Vec<Part>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Part {
    text: String,
    thought: bool,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct PromptFeedback {
    block_reason: Option<String>,
}

#[derive(Deserialize)]
struct ServerError {
    message: String,
}

/// Shows the text of an answer piece by piece, and returns the reason why it ends there: `STOP`, `MAX_TOKENS`, `SAFETY` and others.
/// When the future is dropped, the connection closes.
///
/// The URL is a path of your own server, which adds the key and `alt=sse`, and passes the answer on: a page must not know the key.
/// The request is what the API takes: `contents` and the like.
///
/// # Errors
///
/// If the server refuses the request, fails within its answer, or does not end it.
pub async fn generate(
    url: &str,
    request: &impl Serialize,
    mut show: impl FnMut(&str),
) -> Result<String, Box<dyn Error>> {
    let backoff = Backoff::new()
        .max_attempts(2)
        .max_elapsed(Duration::from_secs(60));
    let policy = Policy::browser()
        .retry_statuses([429, 503])
        .resend_refused(true) // a refused request has cost nothing; an answer that breaks off is not asked for again
        .backoff(backoff)
        .close_after_decode_errors(1); // a piece of the answer would be missing
    let source = EventSource::builder(url)
        .fetch(Fetch::post().json(request)?)
        .policy(policy)
        .open()?;
    let mut chunks = source.stream::<Chunk>("message")?;
    let mut finish_reason = None;
    while let Some(chunk) = chunks.next().await {
        // An error either closes the source, or the request is sent again.
        let Ok(chunk) = chunk else { continue };
        let Chunk {
            candidates,
            prompt_feedback,
            error,
        } = chunk.data;
        if let Some(error) = error {
            return Err(error.message.into());
        }
        let candidate = candidates.into_iter().next().unwrap_or_default();
        for part in candidate.content.parts.iter().filter(|part| !part.thought) {
            show(&part.text);
        }
        finish_reason = candidate
            .finish_reason
            .or(prompt_feedback.block_reason)
            .or(finish_reason);
    }
    match source.closed().await {
        CloseReason::Policy(error) => Err(error.into()),
        _ => finish_reason.ok_or_else(|| "the answer has ended before it was complete".into()),
    }
}
