// The page of the book with the cells: how it is written, and read again.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Cell } from "./cell.ts";
import { BROWSER, COLUMNS, OURS } from "./columns.ts";
import type { Finding } from "./scenario.ts";

export const PAGE = fileURLToPath(new URL("../../../docs/comparison.md", import.meta.url));
const SCENARIOS = "../npm/test/comparison/scenarios";
const [START, END] = ["<!-- comparison -->", "<!-- /comparison -->"];

/** The rows, in the order of the page. */
const PARTS: [heading: string, ...rows: string[]][] = [
  [
    "The connection",
    "anywhere/reconnects",
    "anywhere/last-event-id",
    "anywhere/retry",
    "anywhere/backs-off",
    "anywhere/gives-up",
    "anywhere/no-content",
    "anywhere/answer",
    "anywhere/retry-after",
    "anywhere/silence",
    "anywhere/hammering",
    "anywhere/duplicates",
    "chromium/tabs",
  ],
  [
    "The request",
    "anywhere/post",
    "anywhere/headers",
    "anywhere/fresh-token",
    "anywhere/refused-token",
    "anywhere/own-fetch",
    "anywhere/abort",
    "anywhere/refusals",
    "anywhere/content-type",
  ],
  [
    "The stream",
    "anywhere/utf-8",
    "anywhere/line-ends",
    "anywhere/several-lines",
    "anywhere/byte-order-mark",
    "anywhere/id-with-nul",
    "anywhere/large-event",
    "anywhere/event-without-end",
  ],
  ["The program", "anywhere/standard", "anywhere/json", "anywhere/iteration", "node/runs-in-node", "node/size"],
];

/** The name of a client with the version of its package. */
export function versionOf(name: string): string {
  if (name === BROWSER) return name;
  const folder = name === OURS ? "../../src" : `../../node_modules/${name}`;
  return `\`${name}\` ${JSON.parse(readFileSync(new URL(`${folder}/package.json`, import.meta.url), "utf8")).version}`;
}

/** The page with these cells in place of what it had. */
export function withCells(page: string, cells: readonly Cell[], date: Date): string {
  const [before, rest = ""] = page.split(START);
  const [, after] = rest.split(END);
  if (before === undefined || after === undefined) throw new Error(`there is no ${START} with its end`);
  return `${before}${START}\n\n${parts(cells, date)}\n${END}${after}`;
}

function parts(cells: readonly Cell[], date: Date): string {
  const notes: string[] = [];
  const engines = [...new Set(cells.map(({ engine }) => engine))].sort().reverse();
  const head = `| | ${COLUMNS.map(heading).join(" | ")} |`;
  const line = `| --- |${" --- |".repeat(COLUMNS.length)}`;
  const tables = PARTS.map(([part, ...rows]) => [`### ${part}\n`, head, line, ...rows.map((row) => rowOf(row, cells, notes))]);
  return [
    `Run on ${date.toISOString().slice(0, 10)} with ${engines.join(" and ")}. The versions: ${COLUMNS.map(versionOf).join(", ")}.\n`,
    ...tables.map((table) => `${table.join("\n")}\n`),
    "### Where another is better\n",
    ...whereOthersAreBetter(cells),
    "\n### What was observed\n",
    ...notes.map((note, index) => `[^${index + 1}]: ${note}\n`),
  ].join("\n");
}

/** The head of a column, whose words may break where the table is narrow. */
const heading = (name: string) => shortName(name).replace("eventsource", "event<wbr>source");

const shortName = (name: string) => name.replace(/^@.*\//, "");

/** The cells of a row, in the order of the columns. */
function cellsOf(row: string, cells: readonly Cell[]): Cell[] {
  return COLUMNS.map((name) => {
    const found = cells.find((cell) => cell.row === row && cell.client === name);
    if (!found) throw new Error(`nobody has found ${row} of ${name}`);
    return found;
  });
}

function rowOf(row: string, cells: readonly Cell[], notes: string[]): string {
  const found = cellsOf(row, cells);
  const texts = found.map(({ outcome, note }) => {
    if (!note) return outcome;
    const shared = notes.indexOf(note);
    return `${outcome}[^${(shared < 0 ? notes.push(note) - 1 : shared) + 1}]`;
  });
  return `| [${found[0]?.question}](${SCENARIOS}/${row}.ts) | ${texts.join(" | ")} |`;
}

/** How good an outcome is; of figures, less is better. */
const rank = ({ outcome }: Finding) => ({ yes: 2, partly: 1, no: 0 })[outcome] ?? -Number.parseFloat(outcome);

function whereOthersAreBetter(cells: readonly Cell[]): string[] {
  const lines: string[] = [];
  for (const row of PARTS.flatMap(([, ...rows]) => rows)) {
    const found = cellsOf(row, cells);
    const ours = found.find(({ client }) => client === OURS);
    const better = found.filter((cell) => ours && rank(cell) > rank(ours));
    if (!ours || better.length === 0) continue;
    const names = better.map(({ client, outcome }) => `${shortName(client)} (${outcome})`).join(", ");
    lines.push(`- ${ours.question}: ${OURS} ${ours.outcome}, ${names}.`);
  }
  return lines;
}

/** The findings that the page has of a client, by their rows. */
export function readCells(page: string, client: string): Map<string, Finding> {
  const column = COLUMNS.indexOf(client);
  const found = new Map<string, Finding>();
  for (const [, row, texts] of page.matchAll(/^\| \[[^\n]*\]\(\.\.\/npm\/test\/comparison\/scenarios\/(.+)\.ts\) \| (.*) \|$/gm)) {
    const [, outcome = "", number] = /^([^[]*)(?:\[\^(\d+)\])?$/.exec(texts?.split(" | ")[column] ?? "") ?? [];
    const [, note] = number ? (new RegExp(`^\\[\\^${number}\\]: (.*)$`, "m").exec(page) ?? []) : [];
    found.set(row ?? "", note ? { outcome, note } : { outcome });
  }
  return found;
}
