// Why a request has failed, which browsers hide from pages.

import type { EventSource, EventSourceError, EventSourceInit } from "typed-eventsource";
import { beforeAll, describe, expect, test } from "vitest";
import { ORIGIN, TRANSPORTS, asksOf, ignore, isFirefox, open, play, seen } from "../support/streams.ts";

type Init = Partial<EventSourceInit>;

/** The error that a source has closed with. */
async function errorOf(source: EventSource): Promise<EventSourceError> {
  source.onError(ignore);
  const reason = await source.closed;
  if (reason.type !== "policy") throw new Error(`the source has ended: ${reason.type}`);
  return reason.error;
}

/** A policy that closes at the second lost connection. */
const closingAtSecondLoss: Init = { policy: { closeAfterLosses: 2, reconnectionTime: 10 } };

const overFetch = (url: string, init?: Init) => open(url, { transport: "fetch", ...init } as Init);

describe("a refusal by CORS", () => {
  test("is told as such, with what the server has to send, and the server is asked once", async () => {
    const url = await play({ cors: "none" });
    const { cause } = await errorOf(overFetch(url, closingAtSecondLoss));
    expect(cause).toMatchObject({ code: "cors", url, attempt: 2, cause: expect.any(TypeError) });
    const advice = `CORS refused the answer of ${url}, or of a proxy before it: have the server send Access-Control-Allow-Origin: `;
    expect((cause as Error).message).toBe(advice + location.origin);
    expect(await asksOf(url)).toBe(1);
    expect(await seen(url, {})).toHaveLength(2);
  });

  test("names the headers and the credentials that the server has to allow", async () => {
    const url = await play({ cors: "none" });
    const init: Init = { policy: "close-on-error", headers: { "X-Token": "1" }, withCredentials: true };
    const { message } = await errorOf(overFetch(url, init));
    expect(message).toContain("and Access-Control-Allow-Credentials: true and Access-Control-Allow-Headers: x-token");
  });

  test("names the method that the server has to allow, if not every server does", async () => {
    const url = await play({ cors: "none" });
    const { message } = await errorOf(overFetch(url, { policy: "close-on-error", method: "PUT", body: "x" }));
    expect(message).toContain(" and Access-Control-Allow-Methods: PUT and ");
  });

  test("of the preflight of a reconnection has advice", async () => {
    const send = "retry: 10\nid: 7\ndata: 1\n\n";
    const url = await play({ cors: "any", steps: [{ send }, "end"] }, { cors: "none" });
    const source = overFetch(url, { policy: { closeAfterLosses: 2, healthyAfter: 600_000 } });
    source.onmessage = ignore;
    const { cause } = await errorOf(source);
    expect(cause).toMatchObject({ code: "cors" });
    expect((cause as Error).message).toContain(
      "answer the preflight (OPTIONS) of a reconnection with Access-Control-Allow-Headers: last-event-id, or set `resumeParameter`",
    );
    expect(await asksOf(url)).toBe(1);
  });

  test("looks like a lost connection if the source may not ask", async () => {
    const url = await play({ cors: "none" });
    expect(await errorOf(overFetch(url, { policy: "close-on-error", diagnose: false }))).toMatchObject({ code: "connection-lost" });
    expect(await asksOf(url)).toBe(0);
  });
});

test("a server that cannot be reached is a lost connection", async () => {
  const url = await play({ before: ["reset"] });
  const { cause } = await errorOf(overFetch(url, closingAtSecondLoss));
  expect(cause).toMatchObject({ code: "connection-lost" });
});

test("a connection that is lost after an answer is not asked about", async () => {
  const url = await play({ steps: [{ send: "retry: 10\n\n" }, "end"] }, { before: ["reset"] });
  const { cause } = await errorOf(overFetch(url, { policy: { closeAfterLosses: 2 } }));
  expect(cause).toMatchObject({ code: "connection-lost" });
  expect(await asksOf(url)).toBe(0);
});

test("a page of the same origin is not asked about", async () => {
  const url = await play({ status: 302, headers: [["location", await play({ cors: "none" })]] });
  const { code } = await errorOf(overFetch(new URL(url).pathname, { policy: "close-on-error" }));
  expect([code, await asksOf(url)]).toEqual(["connection-lost", 0]);
});

describe("a source over the browser's own that asks why", () => {
  const asking = (url: string, init?: Init) => open(url, { diagnose: true, policy: "resilient", ...init } as Init);

  test("finishes at a 204", async () => {
    const url = await play({ status: 204 });
    expect(await asking(url).closed).toEqual({ type: "finished" });
    expect(await seen(url, { closed: 2 })).toHaveLength(2);
  });

  test("closes at a 401, and does not read its body", async () => {
    const url = await play({ status: 401, steps: [{ send: "who are you?" }, "silence"] });
    const expected = { code: "status", url, status: 401, contentType: "text/event-stream", body: "", attempt: 1 };
    expect(await errorOf(asking(url))).toMatchObject(expected);
    const attempts = await seen(url, { closed: 2 });
    expect(attempts.map(({ method, closed_by }) => [method, closed_by])).toEqual(Array(2).fill(["GET", "client"]));
  });

  test("waits at a 503 for as long as the server says", async () => {
    const headers: [string, string][] = [
      ["retry-after", "120"],
      ["access-control-expose-headers", "retry-after"],
    ];
    const source = asking(await play({ status: 503, headers }));
    source.onError(ignore);
    const state = await new Promise((resolve) => source.onState(resolve));
    expect(state).toEqual({ type: "waiting", attempt: 1, retryIn: 120_000 });
  });

  test("closes at another content type", async () => {
    const url = await play({ headers: [["content-type", "application/json"]], steps: [{ send: "{}" }, "silence"] });
    expect(await errorOf(asking(url))).toMatchObject({ code: "content-type", status: 200, contentType: "application/json", body: "" });
    await seen(url, { closed: 2 });
  });

  test("learns of a refusal by CORS", async () => {
    const url = await play({ cors: "none" });
    expect(await errorOf(asking(url, { policy: "browser" }))).toMatchObject({ code: "cors", url });
    expect(await asksOf(url)).toBe(1);
  });

  test("is told that the server answers well if it does by then", async () => {
    const url = await play({ status: 500 }, { steps: [{ send: "data: 1\n\n" }, "silence"] });
    const { code, message } = await errorOf(asking(url, { policy: "browser" }));
    expect([code, message]).toEqual(["given-up", `the browser gave up on ${url}: it answers a \`fetch\` with an event stream`]);
    await seen(url, { closed: 2 });
  });

  test("asks no more once it is closed", async () => {
    const url = await play({ status: 401 }, { before: ["silence"] });
    const source = asking(url);
    await seen(url, { attempts: 2 });
    source.close();
    expect((await seen(url, { closed: 2 })).map(({ closed_by }) => closed_by)).toEqual(["server", "client"]);
  });
});

test("without `diagnose`, the error says how to find out", async () => {
  const source = open(await play({ status: 401 }));
  expect(await errorOf(source)).toMatchObject({ code: "given-up", message: expect.stringContaining("`diagnose: true` finds out which") });
});

test("an image that the policy of the page blocks is no reason if a source has the same scheme", async () => {
  const url = URL.createObjectURL(new Blob());
  URL.revokeObjectURL(url);
  const source = overFetch(url, { policy: "close-on-error" });
  const violation = { disposition: "enforce", blockedURI: "blob", effectiveDirective: "img-src" };
  dispatchEvent(Object.assign(new Event("securitypolicyviolation"), violation));
  expect(await errorOf(source)).toMatchObject({ code: "connection-lost" });
});

describe("the page's Content Security Policy", () => {
  const blocked = `${ORIGIN.replace("127.0.0.1", "localhost")}/streams/blocked`;

  beforeAll(() => {
    const meta = document.createElement("meta");
    meta.httpEquiv = "Content-Security-Policy";
    meta.content = `connect-src 'self' ws: ${ORIGIN}`;
    document.head.append(meta);
  });

  const error = { code: "blocked", url: blocked, directive: "connect-src", message: expect.stringContaining("(connect-src) blocks") };

  test("closes a source whose URL has a user name, which the browser does not tell", async () => {
    const url = blocked.replace("//", "//user:password@");
    expect(await errorOf(open(url, { policy: "resilient" }))).toMatchObject({ ...error, url });
  });

  describe.each(TRANSPORTS)("over %s", (transport) => {
    test.each([undefined, true, false])("closes a source with an error that names the directive, if `diagnose` is %s", async (diagnose) => {
      const init = { transport, diagnose, policy: "resilient" } as Init;
      expect(await errorOf(open(blocked, init))).toMatchObject(error);
    });

    // Of these URLs a violation tells only the scheme. With Firefox's own source the page is told nothing of them.
    test
      .skipIf(isFirefox && transport === "browser")
      .each(["data:text/event-stream,data:1%0A%0A", URL.createObjectURL(new Blob([], { type: "text/event-stream" }))])(
      "closes a source of %s",
      async (url) => {
        const init = { transport, policy: "resilient" } as Init;
        expect(await errorOf(open(url, init))).toMatchObject({ code: "blocked", url, directive: "connect-src" });
      },
    );

    test("closes a source of a worker", async () => {
      // A worker from a blob has the policy of the page. In Firefox's workers, the browser's own source tells of no violation.
      const from = new URL("/pkg/index.js", location.origin);
      const code = `
        import { EventSource } from "${from}";
        const source = new EventSource("${blocked}", { transport: "${transport}", diagnose: true, policy: "resilient" });
        source.onError(() => {});
        const { error } = await source.closed;
        postMessage({ code: error.code, url: error.url, directive: error.directive, message: error.message });
      `;
      const worker = new Worker(URL.createObjectURL(new Blob([code], { type: "text/javascript" })), { type: "module" });
      const answer = new Promise((resolve, reject) => {
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = (event) => reject(new Error(`the worker has failed: ${event.message}`));
      });
      expect(await answer).toMatchObject(error);
      worker.terminate();
    });
  });
});
