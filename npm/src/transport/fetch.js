// @ts-check
// The fetch transport: `fetch`, the stream of the response body, and the parser in the WebAssembly.

import { EventSourceError, asError, connectionLost, givenUp, messageOf } from "../error.js";
import { bodyEnded, failed, finished, opened, reestablish } from "../inputs.js";
import { encoder } from "../memory.js";
import { watchBlocks } from "./diagnosis.js";
import { onLeaving } from "./leaving.js";
import { ResponseReader } from "./response-reader.js";
import { beginningOf, headOf, refusal, verdictOn } from "./response.js";
import { withResumeParameter } from "./resume-parameter.js";

/** @typedef {import("../host.js").Link} Link */
/** @typedef {import("../audience.js").Subscription} Subscription */
/** @typedef {import("../inputs.js").Input} Input */
/** @typedef {import("../options.js").Settings} Settings */

/** Workers with an old compatibility date have no cache, and refuse the option. */
const NO_STORE = "cache" in (globalThis.Request?.prototype ?? {}) ? "no-store" : undefined;

/** A response reader that makes the requests. */
export class FetchTransport extends ResponseReader {
  #url;
  #settings;
  #link;
  #header;
  #diagnosis;
  #onlyAsks;
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
    this.#url = withResumeParameter(url, settings.resumeParameter, lastEventId);
    this.#diagnosis = diagnosis;
    this.#onlyAsks = onlyAsks;
    this.#blocks = watchBlocks(this.#url);
    this.#header = settings.resumeParameter === undefined ? lastEventId : "";
    this.#settings = settings;
    this.#link = link;
    const { headers } = settings;
    try {
      // An invalid request throws at once, as far as that is known.
      this.#run(this.#request(typeof headers === "function" ? undefined : headers));
    } catch (error) {
      this.close();
      throw error;
    }
  }

  close() {
    this.#forgetLeaving();
    this.#blocks.stop();
    this.#abort.abort();
    super.close();
  }

  /** Runs the request until it ends or this is closed. @param {Request} request */
  async #run(request) {
    // A function that makes headers may use the source, which has to exist by then, and may close it.
    await undefined;
    if (!this.isOpen) return;
    const input = await this.#attempt(request).catch((exception) => failed(asError(exception)));
    await this.#staying;
    if (this.isOpen) this.#link.receive(input);
  }

  /** Makes a request, and returns how it ended. @param {Request} request @returns {Promise<Input>} */
  async #attempt(request) {
    const { headers } = this.#settings;
    this.#link.asks();
    if (typeof headers === "function") {
      let fresh;
      try {
        fresh = await headers();
      } catch (cause) {
        const message = `the headers of the request could not be made: ${messageOf(cause)}`;
        // The function may succeed the next time.
        return reestablish(new EventSourceError("headers", message, { url: this.#url, cause }));
      }
      request = this.#request(fresh, true);
    }
    let response;
    try {
      response = await this.#diagnosis.redirects.fetch(request);
    } catch (cause) {
      // While the page is left, nothing is asked.
      await this.#staying;
      const error = await this.#diagnosis.explain(this.#url, request, cause, this.#abort, this.#blocks);
      // By the standard a refusal by CORS is a lost connection; the browser's own source gives up.
      const isLoss = error.code === "connection-lost" || (error.code === "cors" && !this.#onlyAsks);
      return (isLoss ? reestablish : failed)(error);
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

  /** @param {HeadersInit | null} [given] @param {boolean} [isFresh] */
  #request(given, isFresh = false) {
    try {
      const headers = new Headers(given ?? undefined);
      if (!headers.has("Accept")) headers.set("Accept", "text/event-stream");
      const isPlaced = isFresh && headers.has("Last-Event-ID");
      if (this.#header && !isPlaced) headers.set("Last-Event-ID", inBytes(this.#header));
      // The options of a request have the names that `Request` knows, which leaves out the others.
      return new Request(this.#url, {
        mode: "cors",
        cache: NO_STORE,
        credentials: this.#settings.withCredentials ? "include" : "same-origin",
        .../** @type {any} */ (this.#settings),
        headers,
        signal: this.#abort.signal,
      });
    } catch (cause) {
      const message = `invalid request: ${messageOf(cause)}`;
      throw new EventSourceError("invalid-request", message, { url: this.#url, cause });
    }
  }
}

/** A text in which each character is a byte of UTF-8, as headers need it. @param {string} text */
const inBytes = (text) => Array.from(encoder.encode(text), (byte) => String.fromCharCode(byte)).join("");
