// URLs that try to inject something.

import { describe, expect, test } from "vitest";
import { TRANSPORTS, ignore, isFirefox, open, play, seenFirst } from "../support/streams.ts";

const stream = "data: 1\n\nevent: bye\ndata: 2\n\n";
const blob = URL.createObjectURL(new Blob([stream], { type: "text/event-stream" }));

describe.each(TRANSPORTS)("over %s", (transport) => {
  // Firefox ends a relative URL at a NUL.
  const nul = isFirefox ? "" : "%00%C3%A9%EF%BF%BD";

  test.each([
    ["? HTTP/1.1\r\nX-Evil: 1\r\n\r\n", "?%20HTTP/1.1X-Evil:%201"],
    ["?a=\r\nX-Evil: 1\0é\uD800", `?a=X-Evil:%201${nul}`],
    ["?a=b#\r\nX-Evil: 1", "?a=b"],
  ])("any text in a URL stays a part of its path: %j", async (rest, expected) => {
    const url = await play({ steps: ["silence"] });
    const { pathname } = new URL(url);
    open(pathname + rest, { transport });
    const { path, headers } = await seenFirst(url);
    expect(path).toBe(pathname + expected);
    expect(headers).not.toHaveProperty("x-evil");
  });

  const refused = ["invalid-request", []];
  // A `blob:` or `data:` URL that a page has made is a stream, except for Firefox's own source.
  const madeByPage = transport === "browser" && isFirefox ? ["given-up", []] : ["finished", [1]];

  test.each([
    ["javascript:globalThis.injected=true", refused],
    [`data:text/event-stream,${encodeURIComponent(stream)}`, madeByPage],
    [blob, madeByPage],
    ["file:///etc/hostname", refused],
    ["about:blank", refused],
    ["ftp://127.0.0.1/", refused],
  ])("a URL of another scheme runs nothing: %s", async (url, expected) => {
    const source = open(url, { transport, policy: "close-on-error", terminalEvent: "bye" });
    const told: unknown[] = [];
    source.on("message", ({ data }) => told.push(data));
    source.onError(ignore);
    const reason = await source.closed;
    expect([reason.type === "policy" ? reason.error.code : reason.type, told]).toEqual(expected);
    expect(globalThis).not.toHaveProperty("injected");
  });

  test.each(["http://a b/", "http://a%20b/"])("a URL with a space in its host is invalid: %s", (url) => {
    expect(() => open(url, { transport })).toThrow(expect.objectContaining({ name: "SyntaxError" }));
  });

  test("a relative URL is resolved by the page's URL", async () => {
    const url = await play({ steps: ["silence"] });
    const { pathname } = new URL(url);
    expect(open(pathname, { transport }).url).toBe(location.origin + pathname);
    await seenFirst(url);
  });
});
