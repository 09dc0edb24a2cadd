// The book's recipes, when the server breaks off in the middle of its response: which requests are sent again.

import { expect, onTestFinished, test, vi } from "vitest";
import { ORIGIN, ignore, play, release, seen } from "../support/streams.ts";

const PAGES = "../../../tests/interop/pages";
const pages = import.meta.glob<any>("../../../tests/interop/pages/{axum,fastapi,flask,nchan,node}.js", { eager: true });
const [axum, fastapi, flask, nchan, node] = ["axum", "fastapi", "flask", "nchan", "node"].map((name) => pages[`${PAGES}/${name}.js`]);

const token = () => Promise.resolve("a token");

/** The recipes by their name, with an event of the server that they are for. */
const GETS: [recipe: string, event: string, start: () => unknown][] = [
  ["axum, prices", 'event: price\ndata: {"symbol":"A","price":1}', () => axum.collectPrices("fetch", 9)],
  ["FastAPI, news", 'event: news\ndata: {"number":1}', () => fastapi.watchNews("fetch", ignore)],
  ["Flask, pings", "event: ping\ndata: 12:00", () => flask.watchPings("fetch", ignore)],
  ["Flask, numbers", "event: number\ndata: 1", () => flask.count("fetch", ignore)],
  ["Flask, a game", 'event: position\ndata: {"board":"X","turn":"O"}', () => flask.play("fetch", "X", [], ignore)],
  ["Flask, binary data", "event: picture\ndata: AAAA", () => flask.receiveBinary("fetch")],
  ["nchan, a chat", "data: hello", () => nchan.join("fetch", ignore)],
  ["Node.js, letters", 'event: letter\ndata: {"text":"A"}', () => node.openLetters(ORIGIN, "fetch", false)],
];

// The recipes have paths of their servers, and only outside of a browser can a page's location be replaced.
const isBrowser = "document" in globalThis;

/** Sends the requests of a recipe to this stream of the test server. */
function serveFrom(url: string) {
  const { fetch } = globalThis;
  vi.stubGlobal("location", { href: ORIGIN });
  vi.stubGlobal("fetch", (request: Request | string, init?: RequestInit) =>
    request instanceof Request ? fetch(new Request(url, request)) : fetch(request, init),
  );
  onTestFinished(() => void vi.unstubAllGlobals());
}

test.skipIf(isBrowser).each(GETS)("%s: the recipe asks again, from the last event on", async (_, event, start) => {
  const cut = [{ send: `retry: 1\nid: 7\n${event}\n\n${event.slice(0, -1)}` }, "wait" as const, "reset" as const];
  const url = await play({ steps: cut }, { status: 204 });
  serveFrom(url);
  void Promise.resolve(start()).catch(ignore);
  await seen(url, { attempts: 1 });
  await release(url);
  const [first, second] = await seen(url, { attempts: 2 });
  expect([first?.method, second?.method]).toEqual(["GET", "GET"]);
});

test.skipIf(isBrowser)("FastAPI, a POST with a token: the recipe sends it once, and tells what had arrived", async () => {
  const answer = 'data: {"token":"WHY"}\n\ndata: {"tok';
  const url = await play({ steps: [{ send: answer }, "wait", "reset"] });
  serveFrom(url);
  const shown: string[] = [];
  const outcome = fastapi.complete("why", token, (word: string) => {
    shown.push(word);
    void release(url);
  });
  await expect(outcome).rejects.toMatchObject({ code: "unfinished-event", event: { data: '{"tok' } });
  expect(shown).toEqual(["WHY"]);
  expect(await seen(url, { closed: 1 })).toHaveLength(1);
});

test.skipIf(isBrowser)("FastAPI, a POST with a token: the recipe asks for another token where one has expired", async () => {
  const url = await play({ status: 401 }, { steps: [{ send: 'data: {"token":"WHY"}\n\ndata: [DONE]\n\n' }] });
  serveFrom(url);
  const shown: string[] = [];
  let count = 0;
  await fastapi.complete(
    "why",
    async () => `token ${(count += 1)}`,
    (word: string) => void shown.push(word),
  );
  expect(shown).toEqual(["WHY"]);
  const attempts = await seen(url, { closed: 2 });
  expect(attempts.map(({ headers }) => headers["authorization"])).toEqual(["Bearer token 1", "Bearer token 2"]);
});
