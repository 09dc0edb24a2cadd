//! Checks of requests.

use std::time::Duration;

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

/// The largest body that the demo reads.
pub(crate) const MAX_BODY: usize = 32 * 1024;
/// The most characters of a client id.
const MAX_CLIENT: usize = 64;
/// The most characters of a name.
const MAX_NAME: usize = 24;

/// The refusal of a request: a status, and a sentence for a person.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    sentence: String,
    retry_after: Option<Duration>,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, sentence: impl Into<String>) -> Self {
        Self {
            status,
            sentence: sentence.into(),
            retry_after: None,
        }
    }

    pub(crate) fn unprocessable(sentence: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, sentence)
    }

    /// The refusal of a client that asks too often.
    pub(crate) fn too_often(wait: Duration) -> Self {
        Self {
            retry_after: Some(wait),
            ..Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "That was too fast: wait a moment.",
            )
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = (self.status, format!("{}\n", self.sentence)).into_response();
        if let Some(wait) = self.retry_after {
            let seconds = wait.as_secs_f64().ceil().max(1.0);
            if let Ok(value) = HeaderValue::try_from(format!("{seconds:.0}")) {
                response.headers_mut().insert(header::RETRY_AFTER, value);
            }
        }
        response
    }
}

/// Lets requests pass that come from a page of the same origin, or not from a page. Browsers tell this in headers that a page
/// cannot change.
pub(crate) async fn same_origin(request: Request, next: Next) -> Response {
    if is_same_origin(request.headers()) {
        return next.run(request).await;
    }
    let sentence = "This is for pages of the same origin only.";
    Refusal::new(StatusCode::FORBIDDEN, sentence).into_response()
}

/// As [`same_origin`], but requests of pages that this machine serves on other ports pass too, such as those of development servers.
pub(crate) async fn same_machine(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let is_near = headers
        .get(header::ORIGIN)
        .map_or_else(|| is_same_origin(headers), is_loopback);
    if is_near {
        return next.run(request).await;
    }
    let sentence = "This is for pages of this machine only.";
    Refusal::new(StatusCode::FORBIDDEN, sentence).into_response()
}

fn is_same_origin(headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    let site_is_same = matches!(site, None | Some(b"same-origin" | b"none"));
    let origin_is_same = match (headers.get(header::ORIGIN), headers.get(header::HOST)) {
        (None, _) => true,
        (Some(origin), Some(host)) => {
            origin.as_bytes().strip_prefix(b"http://") == Some(host.as_bytes())
        }
        (Some(_), None) => false,
    };
    site_is_same && origin_is_same
}

fn is_loopback(origin: &HeaderValue) -> bool {
    let host = origin.to_str().ok().and_then(|origin| {
        let (_, host) = origin.split_once("://")?;
        let (name, port) = host.rsplit_once(':').unwrap_or((host, ""));
        port.bytes()
            .all(|byte| byte.is_ascii_digit())
            .then_some(name)
    });
    matches!(host, Some("127.0.0.1" | "localhost" | "[::1]"))
}

/// Checks a client id.
///
/// # Errors
///
/// If the id is invalid.
pub(crate) fn client(id: &str) -> Result<&str, Refusal> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if (1..=MAX_CLIENT).contains(&id.len()) && id.bytes().all(is_plain) {
        return Ok(id);
    }
    let sentence = format!("`client` has to be 1 to {MAX_CLIENT} letters, digits and dashes.");
    Err(Refusal::unprocessable(sentence))
}

/// Checks a name, and returns it without the space around it.
///
/// # Errors
///
/// If the name is empty, too long, or has line breaks or other control characters.
pub(crate) fn name(name: &str) -> Result<String, Refusal> {
    text("name", name, MAX_NAME)
}

/// Checks a line of text that a person has written, and returns it without the space around it.
///
/// # Errors
///
/// If the text is empty, too long, or has control characters.
pub(crate) fn text(what: &str, text: &str, most: usize) -> Result<String, Refusal> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Refusal::unprocessable(format!("The {what} is empty.")));
    }
    let length = text.chars().count();
    if length > most {
        let sentence = format!("The {what} has {length} characters, and {most} are the most.");
        return Err(Refusal::unprocessable(sentence));
    }
    if text.chars().any(char::is_control) {
        return Err(Refusal::unprocessable(format!(
            "The {what} has control characters in it."
        )));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(given: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (
                name.parse().expect("a name"),
                HeaderValue::from_static(value),
            )
        };
        given.iter().map(pair).collect()
    }

    #[test]
    fn the_same_origin_has_the_same_port() {
        let host = ("host", "127.0.0.1:80");
        let same: [&[_]; 4] = [
            &[host],
            &[host, ("origin", "http://127.0.0.1:80")],
            &[
                host,
                ("origin", "http://127.0.0.1:80"),
                ("sec-fetch-site", "same-origin"),
            ],
            &[host, ("sec-fetch-site", "none")],
        ];
        for given in same {
            assert!(is_same_origin(&headers(given)), "{given:?}");
        }
        let other: [&[_]; 7] = [
            &[host, ("origin", "http://127.0.0.1:81")],
            &[host, ("origin", "https://127.0.0.1:80")],
            &[host, ("origin", "http://localhost:80")],
            &[host, ("origin", "null")],
            &[host, ("sec-fetch-site", "same-site")],
            &[host, ("sec-fetch-site", "cross-site")],
            &[("origin", "http://127.0.0.1:80")],
        ];
        for given in other {
            assert!(!is_same_origin(&headers(given)), "{given:?}");
        }
    }

    #[test]
    fn pages_of_this_machine_have_a_loopback_address() {
        for near in [
            "http://127.0.0.1:3000",
            "http://localhost",
            "http://[::1]:8080",
        ] {
            assert!(is_loopback(&HeaderValue::from_static(near)), "{near}");
        }
        for far in [
            "null",
            "http://page.test",
            "http://127.0.0.1.page.test:80",
            "http://localhost:80@page.test",
        ] {
            assert!(!is_loopback(&HeaderValue::from_static(far)), "{far}");
        }
    }

    #[test]
    fn texts_are_trimmed_and_checked() {
        assert_eq!(text("text", " hi <b> \n", 6).expect("it passes"), "hi <b>");
        assert_eq!(
            text("text", "äöüßé…", 6).expect("characters, not bytes"),
            "äöüßé…"
        );
        for (given, sentence) in [
            (" \u{3000}\n", "The text is empty."),
            ("1234567", "The text has 7 characters, and 6 are the most."),
            ("a\nb", "The text has control characters in it."),
            ("a\0", "The text has control characters in it."),
        ] {
            assert_eq!(
                text("text", given, 6).expect_err("it is refused").sentence,
                sentence
            );
        }
    }
}
