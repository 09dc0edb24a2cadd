// Starting the wasm half, and where it may come from.

import { expect, inject, test, vi } from "vitest";
import { load } from "../support/load.ts";

type Loaded = Awaited<ReturnType<typeof load>>;

/** The wasm's URL. A page may read the wasm only from its own origin. */
const url = `${globalThis.location?.origin ?? inject("origin")}/pkg/wasm/typed_eventsource_bg.wasm`;
const file = async () => (await fetch(url)).arrayBuffer();

/** Expects that a source can be made. */
function expectReady({ EventSource, realm: { AbortSignal } }: Loaded) {
  const source = new EventSource("http://127.0.0.1/x", { transport: "fetch", signal: AbortSignal.abort() });
  expect(source.state).toMatchObject({ type: "closed", reason: { type: "aborted" } });
}

test("a source that is made before the start throws `not-initialised`, even if its options are wrong", async () => {
  const { EventSource } = await load();
  const said = "`await init()` first";
  expect(() => new EventSource("http://127.0.0.1/x")).toThrow(said);
  expect(() => new EventSource("http://127.0.0.1/x", { transport: "fetch" })).toThrow(said);
  expect(() => new EventSource("http://[", { nonsense: 1 } as object)).toThrow(said);
});

test("calls at the same time share one start", async () => {
  const loaded = await load();
  // Node.js itself compiles wasm when `fetch` is first used.
  await file();
  const compile = vi.spyOn(loaded.realm.WebAssembly, "compile");
  const first = loaded.init();
  expect(loaded.default).toBe(loaded.init);
  expect(loaded.default()).toBe(first);
  await Promise.all([first, loaded.init(), loaded.init()]);
  await loaded.init();
  expect(compile).toHaveBeenCalledOnce();
  compile.mockRestore();
  expectReady(loaded);
});

test("a start that has failed can be tried again", async () => {
  const loaded = await load();
  const { init, initSync, EventSource, realm } = loaded;
  const nonsense = new realm.Uint8Array([0, 1, 2]);
  const failure = (start: Promise<unknown>) => start.then(String, (error: Error) => `${error.name}: ${error.message}`);
  expect(await failure(init(`${url}.nowhere`))).toContain("404");
  expect(await failure(init(nonsense))).toContain("CompileError");
  expect(await failure(init(Promise.reject(new RangeError("mine"))))).toBe("RangeError: mine");
  expect(() => initSync(nonsense)).toThrow(realm.WebAssembly.CompileError);
  expect(() => new EventSource("http://127.0.0.1/x")).toThrow("not initialised");
  await init();
  expectReady(loaded);
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
])("the wasm half may come from %s", async (_, start) => {
  const loaded = await load();
  await start(loaded);
  expectReady(loaded);
});
