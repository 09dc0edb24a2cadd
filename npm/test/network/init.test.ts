// Starting the engine: by the first source, by `init`, and without WebAssembly.

import type { CloseReason, EventSourceInit, SourceOpenEvent } from "typed-eventsource";
import { expect, inject, test, vi } from "vitest";
import { load } from "../support/load.ts";
import { play, seen } from "../support/streams.ts";

type Loaded = Awaited<ReturnType<typeof load>>;

/** The wasm's URL. A page may read the wasm only from its own origin. */
const url = `${globalThis.location?.origin ?? inject("origin")}/pkg/wasm/typed_eventsource_bg.wasm`;
const file = async () => (await fetch(url)).arrayBuffer();

const failure = (start: Promise<unknown>) => start.then(String, (error: Error) => `${error.name}: ${error.message}`);

const reasonOf = (reason: CloseReason) => (reason.type === "policy" ? `${reason.error.code}: ${reason.error.message}` : reason.type);

/** Expects that a source can be made, and begins at once. */
async function expectReady({ EventSource }: Loaded) {
  const stream = await play({ steps: [{ send: "id: 7\ndata: 1\n\n" }, "end"] });
  const source = new EventSource(stream, { transport: "fetch", lastEventId: "6", terminalEvent: "message" } as EventSourceInit);
  expect(source.lastEventId).toBe("6");
  expect(await source.closed).toEqual({ type: "finished" });
  expect(source.lastEventId).toBe("7");
}

test("the first source starts the engine, at once", async () => {
  const loaded = await load();
  const compile = vi.spyOn(loaded.realm.WebAssembly, "Module");
  const source = new loaded.EventSource("http://127.0.0.1/x", { transport: "fetch" });
  source.close();
  expect(source.state).toEqual({ type: "closed", reason: { type: "requested" } });
  new loaded.EventSource("http://127.0.0.1/x", { transport: "fetch" }).close();
  await loaded.init();
  expect(compile).toHaveBeenCalledOnce();
  compile.mockRestore();
  await expectReady(loaded);
});

test("calls at the same time share one start", async () => {
  const loaded = await load();
  // Node.js itself compiles wasm when `fetch` is first used.
  const bytes = await file();
  const instantiate = vi.spyOn(loaded.realm.WebAssembly, "instantiate");
  expect(loaded.default).toBe(loaded.init);
  await Promise.all([loaded.init(bytes), loaded.init(bytes), loaded.init()]);
  await loaded.init();
  expect(instantiate).toHaveBeenCalledOnce();
  instantiate.mockRestore();
  await expectReady(loaded);
});

test("a source that is made while the engine is loading begins once it is there", async () => {
  const loaded = await load("without-wasm");
  const loading = loaded.init(url);
  await expectReady(loaded);
  await loading;
});

test("a source without an engine throws `not-initialised`, even if its options are wrong", async () => {
  const { EventSource, init } = await load("without-wasm");
  const said = "call `init` first";
  expect(() => new EventSource("http://127.0.0.1/x")).toThrow(said);
  expect(() => new EventSource("http://[", { nonsense: 1 } as object)).toThrow(said);
  expect(await failure(init())).toContain(said);
});

test("if the given WebAssembly cannot be loaded, `init` rejects, and the package's own serves the sources", async () => {
  const loaded = await load();
  const starting = loaded.init(`${url}.nowhere`);
  const ready = expectReady(loaded);
  expect(await failure(starting)).toContain("404");
  await ready;
});

test("a source that waits begins when another start succeeds first", async () => {
  const loaded = await load("without-wasm");
  void loaded.init(new Promise<never>(() => {}));
  const ready = expectReady(loaded);
  loaded.initSync(await file());
  await ready;
});

test("a failed `init` that nobody awaits is no unhandled rejection", async () => {
  const { init, EventSource, realm } = await load("without-wasm");
  const unhandled = vi.fn();
  if ("addEventListener" in realm) realm.addEventListener("unhandledrejection", unhandled);
  else process.on("unhandledRejection", unhandled);
  void init(Promise.reject(new Error("none")));
  await new EventSource("http://127.0.0.1/x", { transport: "fetch" }).closed;
  await new Promise((resolve) => setTimeout(resolve));
  expect(unhandled).not.toHaveBeenCalled();
});

test("a start that has failed can be tried again, and sources that waited for it end with its error", async () => {
  const loaded = await load("without-wasm");
  const { init, initSync, EventSource, realm } = loaded;
  const nonsense = new realm.Uint8Array([0, 1, 2]);
  const failed = "EventSourceError: the engine could not be loaded";
  const starting = init(`${url}.nowhere`);
  const { closed } = new EventSource("http://127.0.0.1/x", { transport: "fetch" });
  expect(await failure(starting)).toMatch(new RegExp(`^${failed}: .*404`));
  expect(reasonOf(await closed)).toMatch(/^not-initialised: .*404/);
  expect(await failure(init(nonsense))).toContain(failed);
  expect(await failure(init(Promise.reject(new RangeError("mine"))))).toBe(`${failed}: mine`);
  expect(() => initSync(nonsense)).toThrow(realm.WebAssembly.CompileError);
  expect(() => new EventSource("http://127.0.0.1/x")).toThrow("call `init` first");
  await init(await file());
  await expectReady(loaded);
});

test.each<[string, (loaded: Loaded) => unknown]>([
  ["a text", ({ init }) => init(url)],
  ["a URL", ({ init, realm: { URL } }) => init(new URL(url))],
  ["a response that is to come", ({ init, realm: { fetch } }) => init(fetch(url))],
  ["a response", async ({ init, realm: { fetch } }) => init(await fetch(url))],
  ["a file's bytes", async ({ init }) => init(await file())],
  ["a module", async ({ init, realm: { WebAssembly } }) => init(new WebAssembly.Module(await file()))],
  ["a file's bytes, at once", async ({ initSync }) => initSync(await file())],
  ["an array of bytes, at once", async ({ initSync }) => initSync(new Uint8Array(await file()))],
  [
    "a module, at once, and what comes after it is ignored",
    async ({ init, initSync, realm: { WebAssembly } }) => {
      initSync(new WebAssembly.Module(await file()));
      initSync(new Uint8Array());
      await init();
    },
  ],
])("the WebAssembly may come from %s", async (_, start) => {
  const loaded = await load("without-wasm");
  await start(loaded);
  await expectReady(loaded);
});

test("where a page may compile little at once, as in Chrome before 114, the engine is compiled in the background", async () => {
  const loaded = await load();
  const { WebAssembly, RangeError } = loaded.realm;
  const compile = vi.spyOn(WebAssembly, "Module").mockImplementation(function () {
    throw new RangeError("the buffer is too large");
  });
  const instantiate = vi.spyOn(WebAssembly, "instantiate");
  await expectReady(loaded);
  expect(compile).toHaveBeenCalledOnce();
  expect(instantiate).toHaveBeenCalledOnce();
  vi.restoreAllMocks();
});

test("where there is no memory for WebAssembly, the engine is JavaScript", async () => {
  const loaded = await load();
  const { WebAssembly, RangeError } = loaded.realm;
  const noMemory = () => {
    throw new RangeError("could not allocate memory");
  };
  vi.spyOn(WebAssembly, "Instance").mockImplementation(noMemory);
  vi.spyOn(WebAssembly, "instantiate").mockImplementation(async () => noMemory());
  await expectReady(loaded);
  vi.restoreAllMocks();
});

const withoutWebAssembly = () => load("index", { hasWebAssembly: false });

test("without WebAssembly the engine is JavaScript, which the first source loads", async () => {
  const loaded = await withoutWebAssembly();
  await expectReady(loaded);
  await loaded.init();
  const source = new loaded.EventSource("http://127.0.0.1/x", { transport: "fetch" });
  source.close();
  expect(source.state).toEqual({ type: "closed", reason: { type: "requested" } });
});

test("what is done with a source while its engine is loading takes effect", async () => {
  const { EventSource } = await withoutWebAssembly();
  const stream = await play({ steps: [{ send: "id: 9\ndata: 1\n\n" }, "end"] }, { steps: [{ send: "id: 11\ndata: 2\n\n" }, "silence"] });
  const source = new EventSource(stream, { transport: "fetch", policy: { preset: "browser", reconnectionTime: 1 } } as EventSourceInit);
  expect(source.state).toEqual({ type: "connecting" });
  const said: unknown[] = [];
  source.onGap(({ after, before }) => said.push(["gap", after, before]));
  source.addEventListener("open", ({ type }: SourceOpenEvent) => said.push(type));
  source.onError(({ code }) => said.push(code));
  await new Promise<void>((resolve) => {
    source.on("message", ({ data }) => {
      said.push(data);
      if (data === 2) resolve();
    });
  });
  source.close();
  expect(said).toEqual(["open", 1, "connection-lost", "open", ["gap", "9", "11"], 2]);
});

test("a source that is closed while its engine is loading makes no request", async () => {
  const { EventSource, init, realm } = await withoutWebAssembly();
  const stream = await play({ steps: ["silence"] });
  const controller = new realm.AbortController();
  const closing = new EventSource(stream, { transport: "fetch" } as EventSourceInit);
  const aborted = new EventSource(stream, { transport: "fetch", signal: controller.signal } as EventSourceInit);
  const said: unknown[] = [];
  closing.onState(({ type }) => said.push(type));
  aborted.onState(({ type }) => said.push(type));
  closing.close();
  expect(said).toEqual(["closed"]);
  controller.abort("enough");
  expect(said).toEqual(["closed", "closed"]);
  expect([closing.state, aborted.state]).toEqual([
    { type: "closed", reason: { type: "requested" } },
    { type: "closed", reason: { type: "aborted", reason: "enough" } },
  ]);
  await init();
  expect(await seen(stream, {})).toEqual([]);
});

test.runIf(!("EventSource" in globalThis))(
  "where there is no `EventSource`, a source that waited closes, whatever its policy",
  async () => {
    const { EventSource } = await withoutWebAssembly();
    const { closed } = new EventSource("http://127.0.0.1/x", { policy: "resilient" });
    expect(reasonOf(await closed)).toContain("unsupported");
  },
);

test("an invalid request whose engine was loading ends its source with the error", async () => {
  const { EventSource } = await withoutWebAssembly();
  const { closed } = new EventSource("http://127.0.0.1/x", { transport: "fetch", method: "not a method" } as EventSourceInit);
  expect(reasonOf(await closed)).toContain("invalid-request");
});
