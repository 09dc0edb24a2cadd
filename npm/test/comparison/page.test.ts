// The comparison in the book says what is found now, of this package and of one other.

import { readFileSync } from "node:fs";
import { type TestContext, describe, expect, test } from "vitest";
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

const clients = CLIENTS.filter(({ name }) => ["typed-eventsource", "eventsource"].includes(name));
const all = clients.flatMap((client) => Object.entries(scenarios).map(([file, { default: scenario }]) => ({ client, file, scenario })));

// A busy machine may miss a deadline.
describe("the comparison says what is found now", { retry: 2 }, () => {
  const waiting = all.filter(({ scenario }) => !scenario.isBusy);
  test.concurrent.for(waiting)("of $client.name: $scenario.question", check);
  const busy = all.filter(({ scenario }) => scenario.isBusy);
  test.for(busy)("of $client.name: $scenario.question", check);
});

async function check({ client, file, scenario }: (typeof all)[number], { expect }: TestContext) {
  const { outcome, note } = await find(scenario, client);
  const written = readCells(page, client.name).get(rowOf(file));
  const size = Number.parseFloat(outcome);
  // A size changes with each change of the source, and with the tools.
  if (size) expect(Math.abs(Number.parseFloat(written?.outcome ?? "") / size - 1)).toBeLessThan(0.1);
  else expect({ outcome, note }).toEqual({ outcome: written?.outcome, note: written?.note });
}
