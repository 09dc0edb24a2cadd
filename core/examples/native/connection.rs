//! Connections over hyper and tokio.

use std::error::Error;

use http_body_util::{BodyExt, Empty};
use hyper::{
    Request, StatusCode, Uri,
    body::{Bytes, Frame},
    client::conn::http1,
    header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, HOST, HeaderMap, HeaderValue, RETRY_AFTER},
};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, sync::mpsc, task::JoinHandle};
use typed_eventsource_core::{FailureClass, Loss, Span, parser::Parser};

/// The most bytes that an event may take.
const MAX_EVENT_SIZE: usize = 16 * 1024 * 1024;

/// A connection, or an attempt at one. It ends when it is dropped, and reports nothing after that.
pub(crate) struct Connection {
    pub(crate) signals: mpsc::Receiver<Signal>,
    pub(crate) parser: Parser,
    task: JoinHandle<()>,
}

impl Connection {
    pub(crate) fn open(url: &str, last_event_id: &str) -> Self {
        let (sender, signals) = mpsc::channel(1);
        let task = attempt(url.to_owned(), last_event_id.to_owned(), sender);
        Self {
            signals,
            parser: parser_after(last_event_id),
            task: tokio::spawn(task),
        }
    }
}

/// A parser for the stream after the event with this id.
pub(crate) fn parser_after(last_event_id: &str) -> Parser {
    Parser::new(last_event_id.into(), MAX_EVENT_SIZE)
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What a connection reports.
pub(crate) enum Signal {
    Opened,
    Chunk(Bytes),
    /// The response body has ended, with an error if the connection broke.
    Ended(Option<String>),
    /// The server wants no further attempt (status 204).
    Finished,
    Lost(String, Loss),
}

/// The loss of a request that would fail again.
pub(crate) const WOULD_FAIL_AGAIN: Loss = Loss::Fail {
    class: FailureClass::Hopeless,
    retry_after: None,
};

async fn attempt(url: String, last_event_id: String, signals: mpsc::Sender<Signal>) {
    let last_signal = match request(&url, &last_event_id, &signals).await {
        Ok(signal) => signal,
        Err(error) => Signal::Lost(format!("{url}: {error}"), Loss::Reestablish),
    };
    let _ = signals.send(last_signal).await;
}

/// Makes the request and passes on the response, up to its end. Returns the last signal to send. An error is a network error.
async fn request(
    url: &str,
    last_event_id: &str,
    signals: &mpsc::Sender<Signal>,
) -> Result<Signal, Box<dyn Error + Send + Sync>> {
    let (request, address) = match prepare(url, last_event_id) {
        Ok(prepared) => prepared,
        Err(error) => return Ok(Signal::Lost(format!("{url}: {error}"), WOULD_FAIL_AGAIN)),
    };
    let stream = TcpStream::connect(address).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // hyper's task ends when the response is dropped, at the latest with this task.
    tokio::spawn(connection);
    let mut response = sender.send_request(request).await?;
    match (response.status(), is_event_stream(response.headers())) {
        (StatusCode::NO_CONTENT, _) => return Ok(Signal::Finished),
        (StatusCode::OK, true) => signals.send(Signal::Opened).await?,
        (status, _) => {
            let class = match status {
                StatusCode::OK => FailureClass::ContentType,
                status => FailureClass::Status(status.as_u16()),
            };
            let retry_after = retry_after(response.headers());
            let error = match class {
                FailureClass::ContentType => format!("{url}: the response is no event stream"),
                _ => format!("{url}: the server answered with {status}"),
            };
            return Ok(Signal::Lost(error, Loss::Fail { class, retry_after }));
        }
    }
    while let Some(frame) = response.frame().await {
        match frame.map(Frame::into_data) {
            Ok(Ok(chunk)) => signals.send(Signal::Chunk(chunk)).await?,
            // Trailers.
            Ok(Err(_)) => {}
            Err(error) => return Ok(Signal::Ended(Some(format!("{url}: {error}")))),
        }
    }
    Ok(Signal::Ended(None))
}

type Prepared = (Request<Empty<Bytes>>, String);

fn prepare(url: &str, last_event_id: &str) -> Result<Prepared, Box<dyn Error + Send + Sync>> {
    let uri: Uri = url.parse()?;
    let (Some("http"), Some(host)) = (uri.scheme_str(), uri.host()) else {
        return Err("this is no absolute `http:` URL".into());
    };
    let address = format!("{host}:{}", uri.port_u16().unwrap_or(80));
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let mut request = Request::get(path)
        .header(HOST, &address)
        .header(ACCEPT, "text/event-stream")
        .header(CACHE_CONTROL, "no-store");
    if !last_event_id.is_empty() {
        let id = HeaderValue::from_bytes(last_event_id.as_bytes())?;
        request = request.header("Last-Event-ID", id);
    }
    Ok((request.body(Empty::new())?, address))
}

fn is_event_stream(headers: &HeaderMap) -> bool {
    let content_type = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let essence = content_type.and_then(|value| value.split(';').next());
    essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case("text/event-stream"))
}

/// The delay of a `Retry-After` header, if it is in seconds. A date is ignored.
fn retry_after(headers: &HeaderMap) -> Option<Span> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    seconds.parse().ok().map(Span::from_secs)
}
