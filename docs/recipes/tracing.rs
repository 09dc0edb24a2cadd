//! Sends a source's attempts to connect to `tracing`, whose subscriber passes them on: to OpenTelemetry, to the console.

use std::time::UNIX_EPOCH;

use tracing::info;
use typed_eventsource::{EventSource, Listener};

/// Logs each attempt of a source when it has ended, as long as the listener is held.
///
/// The names are those of OpenTelemetry's conventions for HTTP clients; there are none for event streams, so what they lack begins with
/// `eventsource`.
pub fn trace_attempts(source: &EventSource) -> Listener {
    source.on_attempt(|attempt| {
        // Without the query, which may have a token in it.
        let url = attempt.url.split(['?', '#']).next().unwrap_or_default();
        let error = attempt
            .error
            .map(|error| error.to_string().replace(&*attempt.url, url));
        // An attempt that the browser has made has no time.
        let start = attempt
            .started_at
            .and_then(|at| at.duration_since(UNIX_EPOCH).ok());
        info!(
            url.full = url,
            http.request.resend_count = attempt.number - 1,
            http.response.status_code = attempt.status,
            error = error,
            eventsource.reason = ?attempt.reason,
            eventsource.outcome = ?attempt.outcome,
            eventsource.start = start.map(|start| start.as_secs_f64()),
            eventsource.duration = attempt.duration.map(|duration| duration.as_secs_f64()),
            "attempt"
        );
    })
}
