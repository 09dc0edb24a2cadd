// @ts-check
import { optionsOf } from "./options.js";

/** The longest object on one line. */
const LINE = 90;

/**
 * The program in TypeScript that does what was chosen.
 *
 * @param {import("./choices.js").State} state
 */
export function typescript(state) {
  const options = optionsOf(state);
  const init = Object.keys(options).length > 0 ? `, ${object(options, "")}` : "";
  return `import { EventSource } from "typed-eventsource";

interface Feed {
  price: { symbol: string; price: number };
  bye: { text: string };
  failure: { text: string };
}

const source = new EventSource<Feed>("/prices"${init});

source.on("price", ({ data }) => console.log(data.symbol, data.price));
source.on("bye", ({ data }) => console.log(data.text));
source.on("failure", ({ data }) => console.log(data.text));

source.onState((state) => console.log(state));
source.onAttempt(({ number, outcome }) => console.log(number, outcome));
source.onGap(({ after, before }) => console.log("missed", after, before));
source.onError((error) => console.log(error.code, error.message));
`;
}

/** @param {unknown} value @param {string} indent @returns {string} */
function literal(value, indent) {
  if (Array.isArray(value)) return `[${value.join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const line = `{ ${fields(value, "").join(", ")} }`;
    return "preset" in value || line.length > LINE ? object(value, indent) : line;
  }
  return typeof value === "number" ? grouped(value) : JSON.stringify(value);
}

/** @param {object} value @param {string} indent */
function object(value, indent) {
  const lines = fields(value, `${indent}  `).map((field) => `${indent}  ${field},\n`);
  return `{\n${lines.join("")}${indent}}`;
}

/** @param {object} value @param {string} indent @returns {string[]} */
const fields = (value, indent) => Object.entries(value).map(([name, value]) => `${name}: ${literal(value, indent)}`);

/**
 * A number with its digits in groups, as both languages have it.
 *
 * @param {number} number
 */
export const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, "_");
