//! An answer of OpenAI's Responses API, whose events have names.

use std::{error::Error, time::Duration};

use futures::StreamExt;
use serde::{Deserialize, Serialize};
use typed_eventsource::{Backoff, CloseReason, EventSource, Fetch, Policy};

/// The events, as far as they are used here.
#[derive(Deserialize)]
enum Answer {
    #[serde(rename = "response.output_text.delta")]
    Text { delta: String },
    #[serde(rename = "response.refusal.delta")]
    Refusal { delta: String },
    #[serde(rename = "response.incomplete")]
    Incomplete { response: Incomplete },
    #[serde(rename = "response.failed")]
    Failed { response: Failed },
    /// The beginning and the end of the response and of its parts, and what is added later.
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Incomplete {
    incomplete_details: Details,
}

#[derive(Deserialize)]
struct Details {
    reason: String,
}

#[derive(Deserialize)]
struct Failed {
    error: ServerError,
}

#[derive(Deserialize)]
struct ServerError {
    message: String,
}

/// Shows the text of an answer piece by piece, and returns the reason why it ends there: `completed`, `max_output_tokens` or
/// `content_filter`. When the future is dropped, the connection closes.
///
/// The URL is a path of your own server, which adds the key and passes the answer on: a page must not know the key. The request is
/// what the API takes: `model`, `input`, and `stream: true`.
///
/// # Errors
///
/// If the server refuses the request, fails within its answer, or does not end it.
pub async fn respond(
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
        .terminal_event("response.completed")
        .terminal_event("response.incomplete")
        .terminal_event("response.failed")
        .failure_event("error")
        .open()?;
    let mut events = source.events::<Answer>()?;
    let mut reason = "completed".to_owned();
    while let Some(event) = events.next().await {
        // An error either closes the source, or the request is sent again.
        let Ok(event) = event else { continue };
        match event.data {
            Answer::Text { delta } | Answer::Refusal { delta } => show(&delta),
            Answer::Incomplete { response } => reason = response.incomplete_details.reason,
            Answer::Failed { response } => return Err(response.error.message.into()),
            Answer::Other => {}
        }
    }
    match source.closed().await {
        CloseReason::Policy(error) => Err(error.into()),
        _ => Ok(reason),
    }
}
