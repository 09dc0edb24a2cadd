// @ts-check
// Why a request got no answer. A browser tells a page no more than that it failed, so the rest has to be found out.

import { EventSourceError, connectionLost } from "../error.js";
import { onGlobal, sleep } from "../host.js";
import { Redirects } from "./redirects.js";
import { withTimeout } from "./response.js";

/** How much later than the failure a browser may tell of a violation of the page's policy, in milliseconds. */
const SOON = 50;

/** How long to wait for an answer that only shows whether the server can be reached, in milliseconds. */
const TIMEOUT = 3000;

/** The least time between two questions of one source, in milliseconds. */
const PAUSE = 10_000;

/** The error for a URL that is not fetched whatever the network does, if it is one. @param {string} url */
export function schemeError(url) {
  const { protocol } = new URL(url);
  // An app may be opened by its own scheme, and open others by that.
  const isOwn = protocol === globalThis.location?.protocol && protocol !== "file:";
  if (isOwn || /^(https?|blob|data):$/.test(protocol)) return;
  return new EventSourceError("invalid-request", `invalid request: ${protocol} URLs cannot be fetched, use http: or https:`, { url });
}

/**
 * A URL as a violation of the policy tells it: without a fragment and a password, and only its scheme if it is not fetched over HTTP.
 *
 * @param {string} url
 */
function reported(url) {
  const { protocol, href } = Object.assign(new URL(url), { hash: "", username: "", password: "" });
  return /^https?:$/.test(protocol) ? href : protocol.slice(0, -1);
}

/** The error for a URL that the page's policy blocks. @param {string} url @param {string} directive */
export function blocked(url, directive) {
  const message = `the page's Content Security Policy (${directive}) blocks ${url}: allow its origin there`;
  return new EventSourceError("blocked", message, { url, directive });
}

/** Watches whether the page's Content Security Policy blocks a URL. @param {string} url */
export function watchBlocks(url) {
  /** @type {EventSourceError | undefined} */
  let block;
  const stop = onGlobal("securitypolicyviolation", ({ blockedURI, disposition, effectiveDirective: directive }) => {
    // An image may have the same scheme.
    if (disposition !== "enforce" || !/^(connect|default)-src$/.test(directive) || blockedURI !== reported(url)) return;
    block = blocked(url, directive);
  });
  return {
    stop,
    /** The error of a request that has failed, if it was blocked. Some browsers tell so after the failure. */
    async error() {
      if (!block && "SecurityPolicyViolationEvent" in globalThis) await sleep(SOON);
      return block;
    },
  };
}

/** What was found out about the requests of one source. Those with a `Last-Event-ID` header need a preflight. */
export class Diagnosis {
  redirects = new Redirects();
  #mayAsk;
  #fetch;
  /** What is known is known of this origin. A function of the user may answer with another. */
  #origin = "";
  /** Whether a request without the header was answered, and one with it. @type {boolean[]} */
  #wasAnswered = [];
  /** When the server was asked last, and whether it could be reached. */
  #askedAt = -PAUSE;
  #isReachable = false;

  /** @param {import("../options.js").Settings} settings */
  constructor({ fetch, diagnose = !fetch }) {
    this.#mayAsk = diagnose && "origin" in globalThis;
    this.#fetch = fetch;
  }

  /** @param {string} url */
  #knowOrigin(url) {
    const { origin } = new URL(url);
    if (origin === this.#origin) return;
    this.#origin = origin;
    this.#wasAnswered = [];
    this.#askedAt = -PAUSE;
  }

  /** @param {Request} request */
  noteAnswer(request) {
    this.#knowOrigin(request.url);
    this.#wasAnswered[hasId(request)] = true;
  }

  /**
   * The error of a request that got no answer.
   *
   * @param {string} url
   * @param {Request} request
   * @param {unknown} cause
   * @param {AbortController} abort
   * @param {ReturnType<typeof watchBlocks>} blocks
   */
  async explain(url, request, cause, abort, blocks) {
    this.#knowOrigin(url);
    // The user's own `fetch` may know other schemes.
    const error = (this.#fetch ? undefined : schemeError(url)) ?? (this.#hasAnswered ? undefined : await blocks.error());
    if (error) return error;
    // Without a network no question is answered. A redirect that is refused is not followed for this either.
    const { method, mode, redirect } = request;
    const isOther = this.#origin !== globalThis.origin;
    const isUsual = isOther && mode === "cors" && redirect === "follow" && globalThis.navigator?.onLine !== false;
    const mayBeRefused = this.#mayAsk && isUsual && !abort.signal.aborted && !this.#wasAnswered[hasId(request)];
    if (!mayBeRefused || !(await this.#canReach(request, abort))) return connectionLost(url, cause);
    const certainty = method === "GET" ? "" : "probably ";
    const message = `CORS ${certainty}refused the answer of ${url}, or of a proxy before it: ${this.#advice(request)}`;
    return new EventSourceError("cors", message, { url, cause });
  }

  get #hasAnswered() {
    return this.#wasAnswered.length > 0;
  }

  /** Asks whether the server can be reached. Soon after a question, its answer holds. @param {Request} request @param {AbortController} abort */
  async #canReach(request, abort) {
    const now = performance.now();
    if (now - this.#askedAt >= PAUSE) {
      this.#askedAt = now;
      this.#isReachable = await isReachable(request, abort, this.#fetch ?? fetch);
    }
    return this.#isReachable;
  }

  /** @param {Request} request */
  #advice(request) {
    const names = [...request.headers.keys()].filter((name) => name !== "accept").join(", ");
    const allowed = names && `Access-Control-Allow-Headers: ${names}`;
    if (hasId(request) && this.#hasAnswered)
      return `answer the preflight (OPTIONS) of a reconnection with ${allowed}, or set \`resumeParameter\``;
    const credentials = request.credentials === "include" && "Access-Control-Allow-Credentials: true";
    const method = !/^(GET|HEAD|POST)$/.test(request.method) && `Access-Control-Allow-Methods: ${request.method}`;
    const headers = [`Access-Control-Allow-Origin: ${globalThis.origin}`, credentials, method, allowed].filter(Boolean);
    return `have the server send ${headers.join(" and ")}`;
  }
}

/** @param {Request} request */
const hasId = ({ headers }) => Number(headers.has("Last-Event-ID"));

/**
 * Whether there is an answer to a request, which the page may not see. A HEAD is not enough: some servers only send the head of
 * a stream with its body.
 *
 * @param {Request} request
 * @param {AbortController} abort
 * @param {(url: string, init: any) => Promise<Response>} ask
 */
async function isReachable({ url, method, credentials }, abort, ask) {
  const { signal } = abort;
  let isReachable = false;
  await withTimeout(TIMEOUT, abort, async () => {
    await ask(url, { method: method === "GET" ? "GET" : "HEAD", headers: {}, mode: "no-cors", credentials, cache: "no-store", signal });
    isReachable = true;
  });
  return isReachable;
}
