// @ts-check
import { byId, html } from "../dom.js";

/** @typedef {import("../../pkg/index.js").AttemptSummary} AttemptSummary */

/** Where the reason's name is not plain enough. @type {{ [reason: string]: string }} */
const REASONS = { woken: "the page woke" };

/** The attempts to connect, the newest on top: why, how it ended, and how long it took. */
export class Attempts {
  #list = byId("attempts");
  /** @type {AttemptSummary | undefined} */
  #newest;
  #count = 0;

  /** @param {readonly AttemptSummary[]} attempts */
  show(attempts) {
    if (attempts[0] === this.#newest && attempts.length === this.#count) return;
    [this.#newest] = attempts;
    this.#count = attempts.length;
    const longest = Math.max(...attempts.map(({ duration = 0 }) => duration), 1);
    this.#list.replaceChildren(...attempts.map((attempt) => entry(attempt, longest)));
  }
}

/** @param {AttemptSummary} attempt @param {number} longest */
function entry({ number, reason, cause, url, duration, outcome, status, error }, longest) {
  const details = [url, cause && `after: ${cause.message}`, error?.message].filter(Boolean);
  const bar = html("span", { class: "bar" });
  bar.style.width = `${(100 * (duration ?? 0)) / longest}%`;
  return html(
    "li",
    { "data-outcome": outcome, title: details.join("\n") },
    html("span", { class: "number" }, `${number}`),
    html("span", { class: "why" }, REASONS[reason] ?? reason),
    html("span", { class: "outcome" }, status === undefined ? outcome : `${outcome} ${status}`),
    ...(duration === undefined
      ? [html("span", { class: "took unknown" }, "by the browser")]
      : [html("span", { class: "track", "aria-hidden": "true" }, bar), html("span", { class: "took" }, `${duration.toLocaleString()} ms`)]),
  );
}
