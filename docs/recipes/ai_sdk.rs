//! An answer of the AI SDK's UI message stream, from a server that keeps it for a while: a POST starts it, and after a cut a GET has it
//! again, from its start.

use std::{error::Error, time::Duration};

use futures::StreamExt;
use serde::{Deserialize, Serialize};
use typed_eventsource::{AttemptRequest, Backoff, CloseReason, EventSource, Fetch, Policy};

/// What an event holds, as far as it is used here. The events have no names.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
enum Part {
    TextDelta {
        delta: String,
    },
    Error {
        #[serde(rename = "errorText")]
        text: String,
    },
    Finish {
        #[serde(default, rename = "finishReason")]
        reason: String,
    },
    #[serde(other)]
    Other,
}

/// Shows the text of an answer piece by piece, and returns the reason why it ends there, as far as the server says it. The request is
/// sent once: after a cut the source goes on with what the server has kept, of which it skips what was shown. When the future is
/// dropped, the connection closes.
///
/// The URL is the server's path for chats, such as `/api/chat`, which answers a GET of `/api/chat/{id}/stream`, too. The request is
/// what the server takes: `id`, `messages` and others.
///
/// # Errors
///
/// If the server refuses the request, fails within its answer, or has nothing more of it.
pub async fn chat(
    url: &str,
    id: &str,
    request: &impl Serialize,
    mut show: impl FnMut(&str),
) -> Result<String, Box<dyn Error>> {
    let kept = format!("{url}/{id}/stream");
    let fetch = Fetch::post().json(request)?.request(async move |attempt| {
        Ok(match attempt.number {
            1 => AttemptRequest::new(),
            _ => AttemptRequest::get(&kept),
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
        .terminal_data("[DONE]")
        .open()?;
    let mut parts = source.stream::<Part>("message")?;
    let (mut received, mut position, mut end) = (0, 0, None);
    while let Some(part) = parts.next().await {
        let Ok(part) = part else {
            // An error either closes the source, or the answer comes again.
            position = 0;
            continue;
        };
        position += 1;
        if position <= received {
            continue;
        }
        received = position;
        match part.data {
            Part::TextDelta { delta } => show(&delta),
            Part::Error { text } => return Err(text.into()),
            Part::Finish { reason } => end = Some(reason),
            Part::Other => {}
        }
    }
    match source.closed().await {
        CloseReason::Policy(error) => Err(error.into()),
        // With status 204 the server says that it has nothing more of the answer.
        _ => end.ok_or_else(|| "the answer has no end".into()),
    }
}
