//! The meaning of a server's response.

use std::sync::Arc;

use typed_eventsource_core::{FailureClass, Loss, Span};
use wasm_bindgen::JsValue;

use super::response_body::ResponseBody;
use crate::{Error, sys::Response, transport::TransportEvent};

/// How many bytes are kept of the body of a response that is not an event stream.
const EXCERPT: usize = 1024;

/// The parts of a response before its body.
pub(super) struct ResponseHead {
    status: u16,
    content_type: Option<String>,
    retry_after: Option<Span>,
    /// The URL after redirects; empty if the response was constructed by a script.
    pub(super) url: String,
}

/// What a source has to do about a response, by [the
/// standard](https://html.spec.whatwg.org/multipage/server-sent-events.html#sse-processing-model).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ResponseClass {
    Stream,
    Finished,
    WrongStatus,
    WrongType,
}

impl ResponseHead {
    pub(super) fn of(response: &Response) -> Result<Self, JsValue> {
        let status = response.status()?.ok_or("it has no status")?;
        let headers = response.headers()?;
        Ok(Self {
            status: status as u16,
            content_type: headers.get("Content-Type")?,
            retry_after: headers.get("Retry-After")?.as_deref().and_then(retry_after),
            url: response.url()?.unwrap_or_default(),
        })
    }

    pub(super) fn class(&self) -> ResponseClass {
        class(self.status, self.content_type.as_deref())
    }

    /// The loss for a response that is not an event stream.
    pub(super) fn refusal(
        self,
        class: ResponseClass,
        url: &Arc<str>,
        body: String,
    ) -> TransportEvent<'static> {
        let (url, body) = (Arc::clone(url), body.into());
        let (status, content_type) = (self.status, self.content_type.map(Arc::from));
        let (error, class) = if class == ResponseClass::WrongType {
            let error = Error::ContentType {
                url,
                status,
                content_type,
                body,
            };
            (error, FailureClass::ContentType)
        } else {
            let error = Error::Status {
                url,
                status,
                content_type,
                body,
            };
            (error, FailureClass::Status(status))
        };
        let loss = Loss::Fail {
            class,
            retry_after: self.retry_after,
        };
        TransportEvent::Lost { error, loss }
    }
}

fn class(status: u16, content_type: Option<&str>) -> ResponseClass {
    match status {
        200 if content_type.is_some_and(is_event_stream) => ResponseClass::Stream,
        200 => ResponseClass::WrongType,
        204 => ResponseClass::Finished,
        _ => ResponseClass::WrongStatus,
    }
}

fn is_event_stream(content_type: &str) -> bool {
    // If there are several, joined by commas, the last one counts.
    let last = content_type.as_bytes().rsplit(|byte| *byte == b',').next();
    let mut parts = last.unwrap_or_default().split(|byte| *byte == b';');
    let essence = parts.next().unwrap_or_default().trim_ascii();
    essence.eq_ignore_ascii_case(b"text/event-stream")
}

/// The `Retry-After` header: seconds, or a date.
fn retry_after(value: &str) -> Option<Span> {
    seconds(value).or_else(|| until(value))
}

fn seconds(value: &str) -> Option<Span> {
    let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    let number = value.bytes().fold(0.0, |number, byte| {
        number * 10.0 + f64::from(byte.wrapping_sub(b'0'))
    });
    is_number.then(|| Span::from_millis_f64(number * 1000.0))
}

fn until(date: &str) -> Option<Span> {
    let wait = js_sys::Date::parse(date) - js_sys::Date::now();
    // The time of an invalid date is NaN.
    (!wait.is_nan()).then(|| Span::from_millis_f64(wait))
}

/// The beginning of the body, as far as it arrived before its end or before the request was aborted.
pub(super) async fn excerpt(body: &mut ResponseBody) -> String {
    let mut excerpt = Vec::new();
    while excerpt.len() < EXCERPT
        && let Ok(Some(chunk)) = body.read().await
    {
        excerpt.extend_from_slice(&chunk.to_vec());
    }
    beginning(excerpt)
}

/// The beginning of a text that is kept, without a character that was cut.
fn beginning(mut text: Vec<u8>) -> String {
    text.truncate(EXCERPT);
    if let Err(error) = str::from_utf8(&text)
        && error.error_len().is_none()
    {
        text.truncate(error.valid_up_to());
    }
    String::from_utf8_lossy(&text).into_owned()
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
            assert_eq!(class(200, Some(right)), ResponseClass::Stream, "{right}");
        }
        for wrong in [
            "",
            "text/html",
            "text/event-streams",
            "text/plain;text/event-stream",
        ] {
            assert_eq!(class(200, Some(wrong)), ResponseClass::WrongType, "{wrong}");
        }
        assert_eq!(class(200, None), ResponseClass::WrongType);
    }

    #[test]
    fn status_204_is_the_end_and_every_other_is_wrong() {
        assert_eq!(class(204, None), ResponseClass::Finished);
        for status in [0, 201, 205, 206, 301, 401, 404, 500, 503] {
            assert_eq!(
                class(status, Some("text/event-stream")),
                ResponseClass::WrongStatus,
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
    fn a_number_of_seconds_consists_of_digits() {
        assert_eq!(seconds("120"), Some(Span::from_secs(120)));
        assert_eq!(seconds("99999999999999999999"), Some(Span::MAX));
        for wrong in ["", "-1", "1.5", "soon"] {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }
}
