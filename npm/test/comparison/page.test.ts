// The comparison in the book says what is found now, of this package and of one other.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { rowOf, type Scenarios } from "./cell.ts";
import { CLIENTS } from "./clients/index.ts";
import { COLUMNS } from "./columns.ts";
import { PAGE, readCells, versionOf } from "./page.ts";
import { find } from "./scenario.ts";

const scenarios = import.meta.glob<Scenarios[string]>("./scenarios/{anywhere,node}/*.ts", { eager: true });
const page = readFileSync(PAGE, "utf8");

test.each(COLUMNS)("the comparison is of the version of %s that is installed", (name) => {
  expect(page).toContain(versionOf(name));
});

// A busy machine may miss a deadline.
describe.each(["typed-eventsource", "eventsource"])("of %s", { retry: 2 }, (name) => {
  const client = CLIENTS.find((one) => one.name === name);
  const written = readCells(page, name);

  for (const [file, { default: scenario }] of Object.entries(scenarios)) {
    const add = scenario.isBusy ? test : test.concurrent;
    add(`the comparison says what is found now: ${scenario.question}`, async ({ expect: expectHere }) => {
      if (!client) throw new Error(`there is no ${name}`);
      const { outcome, note } = await find(scenario, client);
      const before = written.get(rowOf(file));
      const size = Number.parseFloat(outcome);
      // A size changes with each change of the source, and with the tools.
      if (size) expectHere(Math.abs(Number.parseFloat(before?.outcome ?? "") / size - 1)).toBeLessThan(0.1);
      else expectHere({ outcome, note }).toEqual({ outcome: before?.outcome, note: before?.note });
    });
  }
});
