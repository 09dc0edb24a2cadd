// Each fault of the playground as its script plays it, on the real server. In browsers `tests/e2e` plays them: there only six
// connections are open at once, and a page of another origin does not see a `Retry-After`.

import { EventSource } from "typed-eventsource";
import { expect, test } from "vitest";
import { FAULTS } from "../../../www/playground/choices.js";
import { readFragment } from "../../../www/playground/fragment.js";
import { optionsOf } from "../../../www/playground/options.js";
import { scriptOf } from "../../../www/playground/script.js";
import { play, seen } from "../support/streams.ts";

const isBrowser = "document" in globalThis;

/** What a source tells of each fault: the codes of its errors, attempts that were not opened, gaps, duplicates and ends. */
const TOLD: Record<string, string[]> = {
  lost: ["connection-lost"],
  cut: ["connection-lost"],
  end: ["connection-lost"],
  silent: ["idle"],
  unreachable: ["failed", "connection-lost"],
  slow: ["open-timeout"],
  503: ["refused 503", "status"],
  busy: ["refused 503", "status", "waits 3000"],
  401: ["refused 401", "status", "closed: policy"],
  204: ["finished 204", "closed: finished"],
  html: ["refused 200", "content-type", "closed: policy"],
  malformed: ["decode"],
  repeat: ["duplicate", "duplicate"],
  gap: ["connection-lost", "gap: 3 missed"],
  failure: ["failure-event", "closed: policy"],
  finish: ["closed: finished"],
};

test.skipIf(isBrowser).concurrent.each(FAULTS)("the fault $name is what the source tells: $does", async ({ name }) => {
  const { state, problems } = readFragment(
    "transport=fetch&preset=resilient&initial=10&jitter=no&idle=1500,reopen&opening=3000,keep-waiting&deduplicate=10" +
      `&terminalEvent=yes&failureEvent=yes&faults=${name}`,
  );
  expect(problems).toEqual([]);
  const url = await play(...scriptOf(state).attempts);
  using source = new EventSource<{ price: { price: number } }>(url, optionsOf(state));
  const told: string[] = [];
  const ids: number[] = [];
  source.onAttempt(({ outcome, status }) => outcome !== "opened" && told.push([outcome, status].filter(Boolean).join(" ")));
  source.onGap(({ missed }) => told.push(`gap: ${missed} missed`));
  source.onError(({ code }) => told.push(code));
  source.onState((state) => {
    if (state.type === "waiting" && (state.retryIn ?? 0) > 1_000) told.push(`waits ${Math.round(state.retryIn ?? 0)}`);
    if (state.type === "closed") told.push(`closed: ${state.reason.type}`);
  });
  // Prices follow on each fault that does not close the source.
  const enough = new Promise<void>((resolve) => {
    source.on("price", ({ lastEventId }) => ids.push(Number(lastEventId)) === 5 && resolve());
  });
  await Promise.race([enough, source.closed]);
  for (let duplicates = source.stats.duplicates; duplicates > 0; duplicates--) told.push("duplicate");
  expect(told).toEqual(TOLD[name]);
  expect(ids).toEqual([...ids].sort((one, other) => one - other));
});

test.skipIf(isBrowser)("faults come in their order, those of one connection in one attempt, and then events until the end", async () => {
  const { state } = readFragment("transport=fetch&preset=resilient&initial=10&jitter=no&retry=20&faults=malformed,gap,503,204,503");
  const { attempts } = scriptOf(state);
  expect(attempts.map(({ status, steps }) => status ?? steps?.at(-1))).toEqual(["reset", 503, 204, 503, "end"]);
  const url = await play(...attempts);
  using source = new EventSource(url, optionsOf(state));
  source.on("price", () => {});
  source.onError(() => {});
  expect(await source.closed).toMatchObject({ type: "finished" });
  const made = await seen(url, { attempts: 3 });
  expect(made.map(({ headers }) => headers["last-event-id"])).toEqual([undefined, "6", "6"]);
});
