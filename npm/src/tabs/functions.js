// @ts-check
// The functions of a source that a hub in the worker has asked by a tab.

import { askRule, refresherOf, reportException, resolve } from "./package.js";

/** @typedef {(settings: any, details: any[], signal: AbortSignal) => unknown} Ask */

/** What crosses is plain data, and URLs are those of the page. @type {{ [name: string]: Ask }} */
const ASK = {
  headers: async ({ headers }) => [...new Headers((await headers()) ?? undefined)],
  async request({ request }, [attempt], signal) {
    const answer = await request({ ...attempt, signal });
    // The hub says what is wrong with it.
    if (Object(answer) !== answer) return answer;
    const { url, body } = answer;
    const headers = new Headers(answer.headers);
    const plain = { ...answer };
    if (url !== undefined) plain.url = resolve(`${url}`);
    if (Object(body) === body) {
      // Forms cannot be copied to the worker, and their bytes can.
      const response = new Response(body);
      const type = response.headers.get("Content-Type");
      if (type && !headers.has("Content-Type")) headers.set("Content-Type", type);
      plain.body = await response.arrayBuffer();
    }
    return { ...plain, headers: [...headers] };
  },
  accept: ({ accept }, [head]) => accept(head),
  onUnauthorized: ({ onUnauthorized }) => refresherOf(onUnauthorized).run(),
  renewBefore({ renewBefore }) {
    try {
      return Number(renewBefore());
    } catch (exception) {
      reportException(exception);
    }
  },
  rule: ({ policy }, [context, kind, wait]) => askRule(policy.rule, context, kind, wait),
};

/** @param {string} name @param {import("../options.js").Settings} settings @param {any[]} details @param {AbortSignal} signal */
export const askFunction = (name, settings, details, signal) => ASK[name]?.(settings, details, signal);

/** The names of those functions that a source has. @param {any} settings */
export const functionsOf = (settings) =>
  Object.keys(ASK).filter((name) => typeof (name === "rule" ? settings.policy : settings)[name] === "function");
