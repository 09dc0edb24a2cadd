//! An answer of Anthropic's Messages API, whose events have names.

use std::{error::Error, time::Duration};

use futures::StreamExt;
use serde::{Deserialize, Serialize};
use typed_eventsource::{Backoff, CloseReason, EventSource, Fetch, Policy};

/// The events, as far as they are used here.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum AnswerEvent {
    ContentBlockDelta {
        delta: Delta,
    },
    MessageDelta {
        delta: MessageDelta,
    },
    /// The beginning and the end of a message and of its blocks, `ping`, and what is added later.
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Delta {
    TextDelta {
        text: String,
    },
    /// A part of the input of a tool, of what the model thinks, and so on.
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct MessageDelta {
    stop_reason: Option<String>,
}

/// Shows the text of an answer piece by piece, and returns the reason why it ends there: `end_turn`, `max_tokens`, `tool_use` and
/// others. When the future is dropped, the connection closes.
///
/// The URL is a path of your own server, which adds the key and passes the answer on: a page must not know the key. The request is
/// what the API takes: `model`, `max_tokens`, `messages`, and `stream: true`.
///
/// # Errors
///
/// If the server refuses the request, fails within its answer, sends a piece that does not decode, or does not end the answer.
pub async fn answer(
    url: &str,
    request: &impl Serialize,
    mut show: impl FnMut(&str),
) -> Result<String, Box<dyn Error>> {
    let backoff = Backoff::new()
        .max_attempts(2)
        .max_elapsed(Duration::from_secs(60));
    let policy = Policy::browser()
        .retry_statuses([429, 503, 529]) // 529: overloaded
        .resend_refused(true) // a refused request has cost nothing; an answer that breaks off is not asked for again
        .backoff(backoff)
        .close_after_decode_errors(1); // a piece of the answer would be missing
    let source = EventSource::builder(url)
        .fetch(
            Fetch::post()
                .json(request)?
                .header("anthropic-version", "2023-06-01"),
        )
        .policy(policy)
        .terminal_event("message_stop")
        .failure_event("error") // such as `overloaded_error`, also within an answer
        .open()?;
    let mut events = source.events::<AnswerEvent>()?;
    let mut stop_reason = String::new();
    while let Some(event) = events.next().await {
        // An error either closes the source, or the request is sent again.
        let Ok(event) = event else { continue };
        match event.data {
            AnswerEvent::ContentBlockDelta {
                delta: Delta::TextDelta { text },
            } => show(&text),
            AnswerEvent::MessageDelta { delta } => {
                stop_reason = delta.stop_reason.unwrap_or(stop_reason)
            }
            AnswerEvent::ContentBlockDelta { .. } | AnswerEvent::Other => {}
        }
    }
    match source.closed().await {
        CloseReason::Policy(error) => Err(error.into()),
        _ => Ok(stop_reason),
    }
}
