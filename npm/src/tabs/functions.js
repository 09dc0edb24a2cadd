// @ts-check
// The functions of a source that a hub in the worker has asked by a tab.

import { reportException } from "../error.js";
import { refresherOf } from "../refresher.js";
import { resolve } from "../url.js";

/** @typedef {(settings: any, details: any[], signal: AbortSignal) => unknown} Ask */

/** @param {HeadersInit | undefined} headers */
const plainHeaders = (headers) => [...new Headers(headers)];

/** What crosses is plain data, and URLs are those of the page. @type {{ [name: string]: Ask }} */
const ASK = {
  headers: async ({ headers }) => plainHeaders((await headers()) ?? undefined),
  async request({ request }, [attempt], signal) {
    const { url, headers, ...others } = await request({ ...attempt, signal });
    return { ...others, ...(url !== undefined && { url: resolve(`${url}`) }), ...(headers && { headers: plainHeaders(headers) }) };
  },
  accept: ({ accept }, [head]) => accept(head),
  onUnauthorized: ({ onUnauthorized }) => refresherOf(onUnauthorized).run(),
  renewBefore: ({ renewBefore }) => Number(renewBefore()),
  rule({ policy }, [context]) {
    try {
      const answer = policy.rule(context);
      // The hub knows what it proposes.
      return answer === context.proposed ? undefined : answer;
    } catch (exception) {
      reportException(exception);
    }
  },
};

/** @param {string} name @param {import("../options.js").Settings} settings @param {any[]} details @param {AbortSignal} signal */
export const askFunction = (name, settings, details, signal) => ASK[name]?.(settings, details, signal);

/** The names of those functions that a source has. @param {any} settings */
export const functionsOf = (settings) =>
  Object.keys(ASK).filter((name) => typeof (name === "rule" ? settings.policy : settings)[name] === "function");
