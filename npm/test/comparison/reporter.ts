// Collects the cells that tests have found, and writes them into the book.

import { readFileSync, writeFileSync } from "node:fs";
import type { Reporter, TestModule } from "vitest/node";
import type { Cell } from "./cell.ts";
import { PAGE, withCells } from "./page.ts";

export class Comparison implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]) {
    const tests = modules.flatMap(({ children }) => [...children.allTests()]);
    const cells = tests.map((test) => test.meta().cell).filter((cell): cell is Cell => cell !== undefined);
    // A part of the cells is no comparison.
    if (tests.length === 0 || cells.length < tests.length) return;
    writeFileSync(PAGE, withCells(readFileSync(PAGE, "utf8"), cells, new Date()));
  }
}
