//! What a server answers with, apart from the body.

use std::{iter, sync::Arc};

use typed_eventsource_core::Span;

/// What a server has answered with, apart from the body: the [state](crate::State::Open) of an open source has it, errors about a
/// response have it, and [`Fetch::accept`](crate::Fetch::accept) decides by it. It is cheap to clone.
///
/// Of a response from another origin, only those headers are here that the server exposes, by `Access-Control-Expose-Headers`.
///
/// ```
/// use typed_eventsource::{ResponseHead, State};
///
/// fn session_id(state: &State) -> Option<&str> {
///     match state {
///         State::Open { response, .. } => response.as_ref()?.header("Mcp-Session-Id"),
///         _ => None,
///     }
/// }
///
/// let response = ResponseHead::new("/mcp", 200).with_header("Mcp-Session-Id", "abc");
/// assert_eq!(session_id(&State::open(response)), Some("abc"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResponseHead(Arc<Parts>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Parts {
    status: u16,
    url: Arc<str>,
    redirected: bool,
    /// A line for each header: its name in lower case, a comma, its value, and a line feed.
    headers: String,
}

impl ResponseHead {
    /// A response of this URL, without headers: for tests of [rules](crate::Policy::rule) and of code that shows a state, and
    /// for `FakeServer::respond`.
    pub fn new(url: impl Into<Arc<str>>, status: u16) -> Self {
        Self::from_parts(status, url.into(), false, String::new())
    }

    /// `headers` has a line for each header: its name in lower case, a comma, its value, and a line feed.
    pub(crate) fn from_parts(
        status: u16,
        url: Arc<str>,
        redirected: bool,
        headers: String,
    ) -> Self {
        Self(Arc::new(Parts {
            status,
            url,
            redirected,
            headers,
        }))
    }

    /// The same response with one more header, in place of an earlier one with the same name.
    pub fn with_header(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        let name = name.as_ref().to_ascii_lowercase();
        let others = self.headers().filter(|(known, _)| *known != name);
        let lines = others.chain([(&*name, value.as_ref())]);
        let headers = lines
            .map(|(name, value)| format!("{name},{value}\n"))
            .collect();
        Arc::make_mut(&mut self.0).headers = headers;
        self
    }

    /// The same response, after redirects to this URL.
    pub fn redirected_to(mut self, url: impl Into<Arc<str>>) -> Self {
        let parts = Arc::make_mut(&mut self.0);
        parts.url = url.into();
        parts.redirected = true;
        self
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.0.status
    }

    /// The URL that has answered: the last one, if there were redirects.
    pub fn url(&self) -> &str {
        &self.0.url
    }

    /// Whether this request was redirected. In Firefox, a source may later ask the URL that a redirect has led to.
    pub fn redirected(&self) -> bool {
        self.0.redirected
    }

    /// The headers: their names, in lower case, and their values.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        let mut rest = &*self.0.headers;
        iter::from_fn(move || {
            let (line, others) = cut(rest, b'\n')?;
            rest = others;
            cut(line, b',')
        })
    }

    /// The value of a header, whatever the case of its name.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers();
        let named = headers.find(|(known, _)| known.eq_ignore_ascii_case(name));
        named.map(|(_, value)| value)
    }

    /// Whether it is an event stream by the standard.
    pub(crate) fn is_event_stream(&self) -> bool {
        self.status() == 200 && self.has_stream_type()
    }

    /// Whether it has the type of event streams. If there are several types, joined by commas, the last one counts.
    pub(crate) fn has_stream_type(&self) -> bool {
        let types = self.header("Content-Type").unwrap_or_default().as_bytes();
        let last = types.rsplit(|byte| *byte == b',').next();
        let mut parts = last.unwrap_or_default().split(|byte| *byte == b';');
        let essence = parts.next().unwrap_or_default().trim_ascii();
        essence.eq_ignore_ascii_case(b"text/event-stream")
    }

    /// The `Retry-After` header: seconds, or a date.
    pub(crate) fn retry_after(&self) -> Option<Span> {
        let value = self.header("Retry-After")?;
        seconds(value).or_else(|| until(value))
    }

    /// What to do about a response that is no event stream and has this body, as far as it can be told.
    pub(crate) fn advice(&self, body: &str) -> &'static str {
        let content_type = self.header("Content-Type").unwrap_or_default();
        let is_page = contains_any(content_type, &["html"]);
        let may_be_stream = match self.status() {
            200 if is_page && self.is_login(body) => {
                return " (this looks like a login page: log in first)";
            }
            200 => !is_page && !contains_any(content_type, &["/json"]) && !self.has_stream_type(),
            status => status < 300 && self.has_stream_type(),
        };
        if may_be_stream {
            " (if this is an event stream: over `fetch`, `Fetch::accept` can take it)"
        } else {
            ""
        }
    }

    fn is_login(&self, body: &str) -> bool {
        let fields = ["type=\"password", "type=password"];
        (self.redirected() && names_login(self.url())) || contains_any(body, &fields)
    }
}

/// Whether a whole word of the host or the path of a URL names a page for logging in. The query may say where to go on.
fn names_login(url: &str) -> bool {
    let words = [
        "login", "log-in", "log_in", "signin", "sign-in", "sign_in", "auth", "oauth", "oauth2",
        "sso", "saml",
    ];
    let place = url.split(['?', '#']).next().unwrap_or_default();
    let place = format!("/{place}/");
    words.iter().any(|word| {
        let mut windows = place.as_bytes().windows(word.len() + 2);
        windows.any(|window| {
            matches!(window, [before, middle @ .., after]
                if middle.eq_ignore_ascii_case(word.as_bytes())
                    && !before.is_ascii_alphanumeric()
                    && !after.is_ascii_alphanumeric())
        })
    })
}

/// The text before the first byte of this value, and the text after it.
fn cut(text: &str, byte: u8) -> Option<(&str, &str)> {
    let index = text.bytes().position(|other| other == byte)?;
    Some((text.get(..index)?, text.get(index + 1..)?))
}

/// Whether a text has one of these parts, in whatever case. The search of the standard library is fast, and larger.
fn contains_any(text: &str, parts: &[&str]) -> bool {
    parts.iter().any(|part| {
        let mut windows = text.as_bytes().windows(part.len());
        windows.any(|window| window.eq_ignore_ascii_case(part.as_bytes()))
    })
}

fn seconds(value: &str) -> Option<Span> {
    let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    let number = value.bytes().fold(0.0, |number, byte| {
        number * 10.0 + f64::from(byte.wrapping_sub(b'0'))
    });
    is_number.then(|| Span::from_millis_f64(number * 1000.0))
}

fn until(date: &str) -> Option<Span> {
    // Only JavaScript reads dates.
    if !cfg!(all(target_family = "wasm", target_os = "unknown")) {
        return None;
    }
    let wait = js_sys::Date::parse(date) - js_sys::Date::now();
    // The time of an invalid date is NaN.
    (!wait.is_nan()).then(|| Span::from_millis_f64(wait))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(content_type: &str) -> ResponseHead {
        ResponseHead::new("/stream", 200).with_header("Content-Type", content_type)
    }

    #[test]
    fn only_200_with_the_right_type_is_a_stream() {
        for right in [
            "text/event-stream",
            "TEXT/Event-Stream",
            "text/event-stream;charset=utf-8",
            " text/event-stream ; x=\"y\"",
            "text/event-stream, text/event-stream",
        ] {
            assert!(typed(right).is_event_stream(), "{right}");
        }
        for wrong in [
            "",
            "text/html",
            "text/event-streams",
            "text/plain;text/event-stream",
        ] {
            assert!(!typed(wrong).is_event_stream(), "{wrong}");
        }
        assert!(!ResponseHead::new("/stream", 200).is_event_stream());
        for status in [0, 201, 204, 205, 206, 301, 401, 404, 500, 503] {
            let response = ResponseHead::new("/stream", status);
            let response = response.with_header("content-type", "text/event-stream");
            assert!(!response.is_event_stream(), "{status}");
        }
    }

    #[test]
    fn headers_are_found_whatever_the_case_of_their_names() {
        let response = typed("text/html")
            .with_header("X-Empty", "")
            .with_header("CONTENT-TYPE", "text/plain, text/html");
        assert_eq!(
            response.header("content-Type"),
            Some("text/plain, text/html")
        );
        assert_eq!(response.header("x-empty"), Some(""));
        assert_eq!(response.header("content"), None);
        let headers: Vec<_> = response.headers().collect();
        assert_eq!(
            headers,
            [("x-empty", ""), ("content-type", "text/plain, text/html")]
        );
    }

    #[test]
    fn the_changed_copy_of_a_response_leaves_the_response_alone() {
        let response = ResponseHead::new("/stream", 200);
        let copy = response.clone().redirected_to("/elsewhere");
        assert_eq!((response.url(), response.redirected()), ("/stream", false));
        assert_eq!((copy.url(), copy.redirected()), ("/elsewhere", true));
        assert_ne!(copy, response);
    }

    #[test]
    fn a_page_for_logging_in_is_known_by_a_whole_word_of_its_host_or_path() {
        for login in [
            "/login",
            "https://login.example/",
            "https://sso.example:8443/?next=/stream",
            "https://example.com/users/sign_in",
            "https://example.com/Account/Sign-In.aspx#top",
            "https://example.com/wp-login.php",
            "https://example.com/oauth2/authorize",
            "https://example.com/saml?x",
        ] {
            assert!(names_login(login), "{login}");
        }
        for other in [
            "https://example.com/authors",
            "https://example.com/lessons/1",
            "https://example.com/blogins",
            "https://authority.example/",
            "https://example.com/home?from=login",
            "https://example.com/home#/login",
        ] {
            assert!(!names_login(other), "{other}");
        }
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
