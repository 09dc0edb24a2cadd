// Sends a source's attempts to connect to OpenTelemetry: each is the span of a request that an HTTP client has made.

import { SpanKind, SpanStatusCode, trace, type Attributes } from "@opentelemetry/api";
import type { EventSource } from "typed-eventsource";

/**
 * Makes a span of each attempt of a source from now on. The function that it returns ends this.
 *
 * The names are those of OpenTelemetry's conventions for HTTP clients; there are none for event streams, so what they lack begins with
 * `eventsource`.
 */
export function traceAttempts(source: Pick<EventSource, "onAttempt">, method = "GET"): () => void {
  const tracer = trace.getTracer("typed-eventsource");
  return source.onAttempt((attempt) => {
    const { number, reason, startedAt, duration = 0, outcome, status, error } = attempt;
    const { origin, pathname, hostname, port } = new URL(attempt.url);
    // Without the query, which may have a token in it.
    const url = origin + pathname;
    const attributes: Attributes = {
      "http.request.method": method,
      "url.full": url,
      "server.address": hostname,
      "http.request.resend_count": number > 1 ? number - 1 : undefined,
      "http.response.status_code": status,
      "error.type": error && (status === undefined ? error.code : `${status}`),
      "eventsource.reason": reason,
      "eventsource.outcome": outcome,
    };
    if (port) attributes["server.port"] = Number(port);
    // An attempt that the browser has made has no time: it is a moment, now.
    const start = new Date(startedAt ?? Date.now());
    const span = tracer.startSpan(method, { kind: SpanKind.CLIENT, startTime: start, attributes });
    if (error) span.setStatus({ code: SpanStatusCode.ERROR, message: error.message.replaceAll(attempt.url, url) });
    span.end(new Date(start.getTime() + duration));
  });
}
