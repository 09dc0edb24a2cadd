//! What an answer of the server means.

use std::time::Duration;

use web_sys::Response;

use super::response_body::ResponseBody;
use crate::{Error, policy::machine::Outlook};

/// How much of the body of an answer that is no event stream is kept, in bytes.
const EXCERPT: usize = 1024;

/// What [the standard](https://html.spec.whatwg.org/multipage/server-sent-events.html#sse-processing-model) has a source
/// do about an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    Stream,
    Finished,
    WrongStatus,
    WrongType,
}

pub(super) fn meaning(status: u16, content_type: Option<&str>) -> Meaning {
    match status {
        200 if content_type.is_some_and(is_event_stream) => Meaning::Stream,
        200 => Meaning::WrongType,
        204 => Meaning::Finished,
        _ => Meaning::WrongStatus,
    }
}

fn is_event_stream(content_type: &str) -> bool {
    // Of several, joined by commas, the last one counts.
    let last = content_type.rsplit(',').next().unwrap_or_default();
    let essence = last.split(';').next().unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("text/event-stream")
}

pub(super) fn content_type(response: &Response) -> Option<String> {
    response.headers().get("Content-Type").ok().flatten()
}

/// The `Retry-After` header: seconds, or a date.
pub(super) fn retry_after(response: &Response) -> Option<Duration> {
    let value = response.headers().get("Retry-After").ok().flatten()?;
    seconds(&value).or_else(|| until(&value))
}

fn seconds(value: &str) -> Option<Duration> {
    let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| Duration::from_secs(value.parse().unwrap_or(u64::MAX)))
}

fn until(date: &str) -> Option<Duration> {
    let wait = (js_sys::Date::parse(date) - js_sys::Date::now()) / 1000.0;
    // What is no date is no number.
    (!wait.is_nan()).then(|| Duration::try_from_secs_f64(wait).unwrap_or_default())
}

/// The beginning of the body, as far as it came before its end or before the request was aborted.
pub(super) async fn excerpt(body: &mut ResponseBody) -> String {
    let mut excerpt = Vec::new();
    while excerpt.len() < EXCERPT
        && let Ok(Some(chunk)) = body.read().await
    {
        excerpt.extend_from_slice(&chunk.to_vec());
    }
    beginning(excerpt)
}

/// As much of a text as is kept, without a character that was cut.
fn beginning(mut text: Vec<u8>) -> String {
    text.truncate(EXCERPT);
    if let Err(error) = str::from_utf8(&text)
        && error.error_len().is_none()
    {
        text.truncate(error.valid_up_to());
    }
    String::from_utf8_lossy(&text).into_owned()
}

/// The error that says why this answer is no event stream.
pub(super) fn refusal(
    meaning: Meaning,
    url: String,
    response: &Response,
    body: String,
) -> (Error, Outlook) {
    let content_type = content_type(response);
    let error = if meaning == Meaning::WrongType {
        Error::ContentType {
            url,
            content_type,
            body,
        }
    } else {
        Error::Status {
            url,
            status: response.status(),
            content_type,
            body,
        }
    };
    let retry_after = retry_after(response);
    (error, Outlook::Failed { retry_after })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_200_with_the_right_type_is_a_stream() {
        for right in [
            "text/event-stream",
            "TEXT/Event-Stream",
            "text/event-stream;charset=utf-8",
            " text/event-stream ; x=\"y\"",
            "text/event-stream, text/event-stream",
        ] {
            assert_eq!(meaning(200, Some(right)), Meaning::Stream, "{right}");
        }
        for wrong in [
            "",
            "text/html",
            "text/event-streams",
            "text/plain;text/event-stream",
        ] {
            assert_eq!(meaning(200, Some(wrong)), Meaning::WrongType, "{wrong}");
        }
        assert_eq!(meaning(200, None), Meaning::WrongType);
    }

    #[test]
    fn status_204_is_the_end_and_every_other_is_wrong() {
        assert_eq!(meaning(204, None), Meaning::Finished);
        for status in [0, 201, 205, 206, 301, 401, 404, 500, 503] {
            assert_eq!(
                meaning(status, Some("text/event-stream")),
                Meaning::WrongStatus,
                "{status}"
            );
        }
    }

    #[test]
    fn the_beginning_of_a_text_ends_between_characters() {
        assert_eq!(beginning("é".into()), "é");
        assert_eq!(beginning("é".repeat(1000).into()), "é".repeat(512));
        assert_eq!(beginning("日".repeat(1000).into()), "日".repeat(341));
        assert_eq!(beginning(vec![b'a', 0xff, b'b']), "a\u{fffd}b");
    }

    #[test]
    fn seconds_are_digits() {
        assert_eq!(seconds("120"), Some(Duration::from_secs(120)));
        assert_eq!(
            seconds("99999999999999999999"),
            Some(Duration::from_secs(u64::MAX))
        );
        for wrong in ["", "-1", "1.5", "soon"] {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }
}
