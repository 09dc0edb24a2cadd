// The recipe that sends attempts to OpenTelemetry, with its exporter that keeps the spans.

import { SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { afterEach, beforeEach, expect, test } from "vitest";
import { traceAttempts } from "../../../docs/recipes/opentelemetry.ts";
import { ignore, open, server } from "../support/fake-server.ts";

const exporter = new InMemorySpanExporter();

beforeEach(() => {
  exporter.reset();
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
});
afterEach(() => trace.disable());

const seconds = ([seconds, nanoseconds]: [number, number]) => seconds + nanoseconds / 1e9;

test("each attempt is a span of an HTTP client, with the time that it took", () => {
  const url = "https://feed.example:8443/prices?token=secret";
  const source = open("fetch", { policy: { preset: "resilient", backoff: { initial: 1000, jitter: false } } }, url);
  source.onError(ignore);
  const stop = traceAttempts(source);
  server.clock.advance(2500);
  server.fail(503);
  server.clock.advance(1000);
  server.clock.advance(250);
  server.open();
  const [refused, opened] = exporter.getFinishedSpans();
  const attributes = {
    "http.request.method": "GET",
    "url.full": "https://feed.example:8443/prices",
    "server.address": "feed.example",
    "server.port": 8443,
  };
  expect(refused).toMatchObject({ name: "GET", kind: SpanKind.CLIENT });
  expect(refused.status).toEqual({ code: SpanStatusCode.ERROR, message: "https://feed.example:8443/prices answered with status 503" });
  expect(refused.attributes).toEqual({
    ...attributes,
    "http.response.status_code": 503,
    "error.type": "503",
    "eventsource.reason": "first",
    "eventsource.outcome": "refused",
  });
  expect([seconds(refused.startTime), seconds(refused.duration)]).toEqual([0, 2.5]);
  expect(opened.status.code).toBe(SpanStatusCode.UNSET);
  expect(opened.attributes).toEqual({
    ...attributes,
    "http.request.resend_count": 1,
    "http.response.status_code": 200,
    "eventsource.reason": "reconnection",
    "eventsource.outcome": "opened",
  });
  expect([seconds(opened.startTime), seconds(opened.duration)]).toEqual([3.5, 0.25]);
  stop();
  server.lose();
  server.clock.advance(60_000);
  server.open();
  expect(exporter.getFinishedSpans()).toHaveLength(2);
});

test("an attempt that got no answer has the code of its error", async () => {
  const source = open("browser", { policy: { preset: "close-on-error" } });
  source.onError(ignore);
  traceAttempts(source);
  server.lose();
  await source.closed;
  const [failed] = exporter.getFinishedSpans();
  expect(failed.attributes).toMatchObject({ "error.type": "connection-lost", "eventsource.outcome": "failed" });
});
