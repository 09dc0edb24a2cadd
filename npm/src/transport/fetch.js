// @ts-check
// The fetch transport: `fetch`, the stream of the response body, and the parser in the WebAssembly.

import { asError, connectionLost, givenUp, invalidRequest } from "../error.js";
import { bodyEnded, failed, finished, opened, reestablish, requested } from "../inputs.js";
import { isSafe } from "../options.js";
import { watchBlocks } from "./diagnosis.js";
import { onLeaving } from "./leaving.js";
import { ask, isAsked, requestOf } from "./request.js";
import { ResponseReader } from "./response-reader.js";
import { beginningOf, headOf, refusal, verdictOn } from "./response.js";
import { withResumeParameter } from "./resume-parameter.js";

/** @typedef {import("../host.js").Link} Link */
/** @typedef {import("../audience.js").Subscription} Subscription */
/** @typedef {import("../inputs.js").Input} Input */
/** @typedef {import("../options.js").Settings} Settings */
/** @typedef {ReturnType<typeof watchBlocks>} Blocks */
/** @typedef {[request: Request, init: RequestInit & { headers: { [name: string]: string } }]} MadeRequest A request, and what it is made of. */

/** Workers with an old compatibility date have no cache, and refuse the option. */
const NO_STORE = "cache" in (globalThis.Request?.prototype ?? {}) ? "no-store" : undefined;

/** A response reader that makes the requests. */
export class FetchTransport extends ResponseReader {
  #url;
  #settings;
  #link;
  #lastEventId;
  #diagnosis;
  #onlyAsks;
  /** @type {Blocks | undefined} */
  #blocks;
  #abort = new AbortController();
  /** Resolves once the page has not been left, if it began to be left. @type {Promise<unknown> | undefined} */
  #staying;
  #forgetLeaving = onLeaving((staying) => (this.#staying = staying));

  /**
   * @param {string} url
   * @param {Settings} settings
   * @param {string} lastEventId
   * @param {Link} link
   * @param {import("./diagnosis.js").Diagnosis} diagnosis
   * @param {boolean} [onlyAsks] Whether only the head of the response matters: why the browser has given up.
   */
  constructor(url, settings, lastEventId, link, diagnosis, onlyAsks = false) {
    super(settings, lastEventId, link);
    this.#url = url;
    this.#diagnosis = diagnosis;
    this.#onlyAsks = onlyAsks;
    this.#lastEventId = lastEventId;
    this.#settings = settings;
    this.#link = link;
    try {
      // An invalid request throws at once, as far as that is known.
      this.#run(this.#request({ url }));
    } catch (error) {
      this.close();
      throw error;
    }
  }

  get url() {
    return this.#url;
  }

  close() {
    this.#forgetLeaving();
    this.#blocks?.stop();
    this.#abort.abort();
    super.close();
  }

  /** Runs the request until it ends or this is closed. @param {MadeRequest} request */
  async #run(request) {
    // A function that is asked may use the source, which has to exist by then, and may close it.
    await undefined;
    if (!this.isOpen) return;
    const input = await this.#attempt(request).catch((exception) => failed(asError(exception)));
    await this.#staying;
    if (input && this.isOpen) this.#link.receive(input);
  }

  /** Makes a request, and returns how it ended. @param {MadeRequest} made @returns {Promise<Input | undefined>} */
  async #attempt([request, init]) {
    const { fetch: own } = this.#settings;
    this.#link.asks();
    if (isAsked(this.#settings)) {
      [request, init] = this.#request(await ask(this.#url, this.#settings, this.#link, this.#lastEventId, this.#abort.signal));
      if (this.#settings.request) this.#link.receive(requested(isSafe(request.method)));
      if (!this.isOpen) return;
    }
    let response;
    try {
      response = await (own ? own(this.#url, init) : this.#diagnosis.redirects.fetch(request));
    } catch (cause) {
      // While the page is left, nothing is asked.
      await this.#staying;
      const error = await this.#diagnosis.explain(this.#url, request, cause, this.#abort, /** @type {Blocks} */ (this.#blocks));
      // By the standard a refusal by CORS is a lost connection; the browser's own source gives up.
      const isLoss = error.code === "connection-lost" || (error.code === "cors" && !this.#onlyAsks);
      return (isLoss ? reestablish : failed)(error);
    }
    if (!this.isOpen) {
      // The user's function has answered although its signal was aborted.
      response.body?.cancel().catch(() => {});
      return;
    }
    this.#diagnosis.noteAnswer(request);
    const { accept, maxErrorBodySize } = this.#settings;
    const head = headOf(response, this.#url);
    if (head.status === 204) return finished;
    const { isAccepted, cause } = verdictOn(head, accept);
    if (!isAccepted) {
      const body = this.#onlyAsks ? "" : await beginningOf(response, this.#abort, maxErrorBodySize);
      return failed(refusal(this.#url, head, body, accept, cause));
    }
    if (this.#onlyAsks) return failed(givenUp(this.#url, "it answers a `fetch` with an event stream"));
    this.begin(response);
    // Each event of the DOM has a separate task, this one too.
    if (this.isOpen && this.#link.receive(opened(head)) && this.isOpen) await this.yieldNow();
    try {
      return (await this.read()) ?? bodyEnded(connectionLost(this.#url, "the server ended the stream"), true, this.unfinished());
    } catch (cause) {
      // The body broke off. Any other exception is not a failure of the connection.
      if (!this.isBroken) throw cause;
      return bodyEnded(connectionLost(this.#url, cause), false, this.unfinished());
    }
  }

  /** @param {import("./request.js").Answer & { url: string }} answer @returns {MadeRequest} */
  #request(answer) {
    const { resumeParameter, mode = "cors", cache = NO_STORE, redirect, referrerPolicy } = this.#settings;
    this.#url = withResumeParameter(answer.url, resumeParameter, this.#lastEventId);
    this.#blocks?.stop();
    this.#blocks = watchBlocks(this.#url);
    try {
      const { headers, ...request } = requestOf(this.#settings, answer, resumeParameter === undefined ? this.#lastEventId : "");
      if (!headers.has("Accept")) headers.set("Accept", "text/event-stream");
      const { signal } = this.#abort;
      // Wrappers of `fetch` may spread the headers.
      const init = { ...request, headers: Object.fromEntries(headers), mode, cache, redirect, referrerPolicy, signal };
      return [new Request(this.#url, init), init];
    } catch (cause) {
      throw invalidRequest(this.#url, cause);
    }
  }
}
