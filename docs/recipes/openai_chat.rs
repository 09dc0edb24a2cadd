//! An answer of OpenAI's chat completions, which many other servers offer too: Azure, Groq, LiteLLM, Ollama, OpenRouter, vLLM.

use std::{error::Error, time::Duration};

use futures::StreamExt;
use serde::{Deserialize, Serialize};
use typed_eventsource::{Backoff, CloseReason, EventSource, Fetch, Policy};

/// What an event holds, as far as it is used here. The events have no names.
#[derive(Deserialize)]
struct Chunk {
    /// It is empty in the last chunk, which has the usage if `stream_options` asks for that.
    #[serde(default)]
    choices: Vec<Choice>,
    /// It takes the place of the rest if the server fails within its answer.
    error: Option<ServerError>,
}

#[derive(Deserialize)]
struct Choice {
    delta: Delta,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Delta {
    content: Option<String>,
    /// What the model says in place of an answer.
    refusal: Option<String>,
}

#[derive(Deserialize)]
struct ServerError {
    message: String,
}

/// Shows the text of an answer piece by piece, and returns the reason why it ends there: `stop`, `length` and others. When the
/// future is dropped, the connection closes.
///
/// The URL is a path of your own server, which adds the key and passes the answer on: a page must not know the key. The request is
/// what the API takes: `model`, `messages`, and `stream: true`.
///
/// # Errors
///
/// If the server refuses the request, fails within its answer, or does not end it.
pub async fn complete(
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
        .terminal_data("[DONE]")
        .failure_event("error") // some servers name it so
        .open()?;
    let mut chunks = source.stream::<Chunk>("message")?;
    let mut finish_reason = String::new();
    while let Some(chunk) = chunks.next().await {
        // An error either closes the source, or the request is sent again.
        let Ok(chunk) = chunk else { continue };
        if let Some(error) = chunk.data.error {
            return Err(error.message.into());
        }
        if let Some(choice) = chunk.data.choices.into_iter().next() {
            let text = choice.delta.content.or(choice.delta.refusal);
            show(&text.unwrap_or_default());
            finish_reason = choice.finish_reason.unwrap_or(finish_reason);
        }
    }
    match source.closed().await {
        CloseReason::Policy(error) => Err(error.into()),
        _ => Ok(finish_reason),
    }
}
