// A cell of the comparison, which the test that finds it hands to the reporter.

import { type TestContext, test } from "vitest";
import type { Client } from "./client.ts";
import { type Finding, type Scenario, find } from "./scenario.ts";

export interface Cell extends Finding {
  /** The scenario's file, below `scenarios`, without its ending. */
  row: string;
  question: string;
  /** The name of the client. */
  client: string;
  /** What ran it. */
  engine: string;
}

declare module "vitest" {
  interface TaskMeta {
    cell?: Cell;
  }
}

/** Scenarios by their files. */
export type Scenarios = Record<string, { default: Scenario }>;

/** The name of a scenario: its file below `scenarios`, without its ending. */
export const rowOf = (file: string) => file.replace(/^\.\/scenarios\/|\.ts$/g, "");

/** Has a test find the cell of each of these clients for each scenario. */
export function findCells(scenarios: Scenarios, clients: readonly Client[]) {
  for (const client of clients) {
    for (const [file, { default: scenario }] of Object.entries(scenarios)) {
      // Most only wait. A browser has six connections to a server.
      const add = scenario.isBusy || client.place === "Chromium" ? test : test.concurrent;
      add(`${client.name}: ${scenario.question}`, async ({ task }: TestContext) => {
        const finding = await find(scenario, client);
        task.meta.cell = { row: rowOf(file), question: scenario.question, client: client.name, engine: engine(), ...finding };
      });
    }
  }
}

function engine(): string {
  const [, version] = /Chrom\w+\/(\d+)/.exec(globalThis.navigator?.userAgent ?? "") ?? [];
  return version ? `Chromium ${version}` : `Node.js ${process.versions.node}`;
}
