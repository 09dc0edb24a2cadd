// The playground of the showcase: its state, as a fragment of a URL and as code. The programs that it shows for these states are in
// `playground`, where their types are checked, and in `tests/playground`, where Rust compiles them. `npx vitest run -u playground`
// writes them.

import { readFileSync } from "node:fs";
import { EventSource } from "typed-eventsource";
import { describe, expect, test } from "vitest";
import { ACTIONS, EXAMPLE, FAULTS, FIELDS } from "../../../www/playground/choices.js";
import { readFragment, writeFragment } from "../../../www/playground/fragment.js";
import { optionsOf } from "../../../www/playground/options.js";
import { rust } from "../../../www/playground/rust.js";
import { typescript } from "../../../www/playground/typescript.js";

/** Fragments whose programs are compiled. All together have each choice. */
const PROGRAMS: Record<string, string> = {
  example: writeFragment(EXAMPLE),
  as_the_browser_does: "transport=browser",
  patient:
    "transport=fetch&preset=resilient&initial=500&max=60000&maxAttempts=20&reconnectionTime=0&jitter=no&idle=30000,reopen" +
    "&opening=5000,keep-waiting&closeAfterLosses=1000&closeAfterDecodeErrors=3&closeWhenDownFor=600000&givenUp=reopen" +
    "&retryStatuses=401,503&deduplicate=100&resumeParameter=yes&terminalEvent=yes&failureEvent=yes",
  strict:
    "transport=browser&preset=close-on-error&maxAttempts=0&idle=10,close&opening=600000,reopen&givenUp=close&retryStatuses=503" +
    "&deduplicate=0&terminalEvent=yes",
  watchful: "transport=fetch&max=10000&idle=45000,keep-waiting&opening=1000,close&failureEvent=yes",
  one_change: "transport=fetch&preset=resilient&idle=600000,keep-waiting",
};

const states = Object.values(PROGRAMS).map((fragment) => readFragment(fragment).state);

describe("the fragment of the URL", () => {
  test.each(Object.entries(PROGRAMS))("has all of the state %s", (_name, fragment) => {
    const { state, problems } = readFragment(`#${fragment}`);
    expect(problems).toEqual([]);
    expect(readFragment(writeFragment(state))).toEqual({ state, problems: [] });
  });

  test("has the faults in their order", () => {
    const faults = FAULTS.map(({ name }) => name).reverse();
    const fragment = writeFragment({ transport: "fetch", preset: "browser", faults });
    expect(readFragment(fragment).state.faults).toEqual(faults);
  });

  test("has no character that has to be escaped", () => {
    for (const fragment of Object.values(PROGRAMS)) {
      expect(writeFragment(readFragment(fragment).state)).toMatch(/^[\w=&,.-]*$/);
    }
  });

  test("is the example if it is empty", () => {
    expect(readFragment("#")).toEqual({ state: EXAMPLE, problems: [] });
    readFragment("").state.faults.push("503");
    expect(readFragment("").state).toEqual(EXAMPLE);
  });

  test.each([
    ["colour=red", "“colour” is unknown here."],
    ["__proto__=1", "“__proto__” is unknown here."],
    ["preset=brave", "preset cannot be “brave”: it takes browser or close-on-error or resilient."],
    ["initial=-5", "initial cannot be “-5”: it takes a number from 10 to 600000."],
    ["initial=1e3", "initial cannot be “1e3”"],
    ["initial=", "initial cannot be “”"],
    ["initial=600001", "initial cannot be “600001”"],
    ["jitter=yes", "jitter cannot be “yes”: it takes no."],
    ["idle=5000", "idle cannot be “5000”: it takes a number from 10 to 600000, a comma, and close or reopen or keep-waiting."],
    ["idle=5000,reopen,close", "idle cannot be"],
    ["retryStatuses=401,,503", "retryStatuses cannot be “401,,503”: it takes up to 10 numbers from 200 to 599"],
    [`retryStatuses=${Array(11).fill(503)}`, "retryStatuses cannot be"],
    ["faults=lost,lightning,503", "The server has no fault “lightning”."],
    ["faults=constructor", "The server has no fault “constructor”."],
    [`faults=${Array(21).fill("lost")}`, "20 faults are the most"],
    [`${"x".repeat(100_000)}=1`, `“${"x".repeat(40)}…” is unknown here.`],
    ["%E0%A4%A=1", "is unknown here."],
    ["deduplicate=5&deduplicate=6", "“deduplicate” is there twice: the first one counts."],
  ])("says what it does not understand in %.40s, and uses the rest", (wrong, sentence) => {
    const { state, problems } = readFragment(`transport=fetch&${wrong}&closeAfterLosses=7`);
    expect(state).toMatchObject({ transport: "fetch", preset: "browser", closeAfterLosses: 7 });
    expect(problems).toEqual([expect.stringContaining(sentence)]);
    expect(readFragment(writeFragment(state))).toEqual({ state, problems: [] });
    expect(state.faults.every((name) => FAULTS.some((fault) => fault.name === name))).toBe(true);
  });

  test("tells a few of many problems, and counts the others", () => {
    const { problems } = readFragment(Array.from({ length: 50 }, (_, number) => `unknown${number}=1`).join("&"));
    expect(problems).toHaveLength(7);
    expect(problems.at(-1)).toBe("And 44 more.");
  });
});

describe("the code", () => {
  test("is compiled for each choice", () => {
    for (const { key, kind, values } of FIELDS) {
      if (key === "retry") continue; // of the server, which has no code
      const chosen = states.map((state) => state[key]);
      expect(chosen, key).toContainEqual(expect.anything());
      if (kind === "choice" || kind === "flag") expect(chosen, key).toEqual(expect.arrayContaining(values ?? []));
      if (kind === "limit")
        expect(chosen.map((limit) => (limit as { then: string } | undefined)?.then)).toEqual(expect.arrayContaining(ACTIONS));
      if (!["transport", "preset"].includes(key)) expect(chosen, key).toContain(undefined);
    }
  });

  test.each(Object.entries(PROGRAMS))("of %s is the program that is compiled", async (name, fragment) => {
    const { state } = readFragment(fragment);
    await expect(typescript(state)).toMatchFileSnapshot(`playground/${name}.ts`);
    await expect(rust(state)).toMatchFileSnapshot(`../../../tests/playground/${name}.rs`);
    expect(readFileSync(new URL("../../../tests/playground/main.rs", import.meta.url), "utf8")).toContain(`mod ${name};`);
  });

  test.each(Object.entries(PROGRAMS))("of %s in TypeScript has the options that run", (_name, fragment) => {
    const { state } = readFragment(fragment);
    const [, text = "undefined"] = /\("\/prices"(?:, (\{[^]*?\n\}))?\);/.exec(typescript(state)) ?? [];
    const options = new Function(`return ${text};`)();
    expect(options ?? {}).toEqual(optionsOf(state));
    using source = new EventSource("http://127.0.0.1:1/", { ...optionsOf(state), transport: "fetch", fetch: () => new Promise(() => {}) });
    expect(source.state.type).toBe("connecting");
  });
});
