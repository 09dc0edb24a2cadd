// @ts-check
// The browser's own EventSource.

import { EventSourceError, asError, connectionLost, givenUp } from "../error.js";
import { browserReconnects, failed, opened, reestablish, requested } from "../inputs.js";
import { blocked, schemeError, watchBlocks } from "./diagnosis.js";
import { FetchTransport } from "./fetch.js";
import { onLeaving } from "./leaving.js";
import { ask } from "./request.js";
import { withResumeParameter } from "./resume-parameter.js";
import { isWebkit } from "./user-agent.js";

/** The standard's `EventSource.CLOSED`. */
const CLOSED = 2;

/** @typedef {import("../host.js").Link} Link */
/** @typedef {import("../audience.js").Subscription} Subscription */

/** Data of more characters is not kept once it was delivered. */
const LARGE = 4096;

/** Read before a page can replace it by this package's class. */
const atImport = globalThis.EventSource;

/** The browser's own class, or what was put in its place, such as a polyfill or a mock. */
function native() {
  const { EventSource: Native } = globalThis;
  // This package's class, perhaps of another copy of it.
  return Native && "onState" in Native.prototype ? atImport : Native;
}

/** @param {typeof globalThis.EventSource} Native @param {string} url @param {boolean} withCredentials */
function newSource(Native, url, withCredentials) {
  try {
    return new Native(url, { withCredentials });
  } catch (exception) {
    // WebKit makes no source that the page's policy blocks.
    if (!(exception instanceof DOMException) || exception.name !== "SecurityError") throw exception;
    throw schemeError(url) ?? blocked(url, "connect-src");
  }
}

export class BrowserTransport {
  /** There once the URL is known. @type {globalThis.EventSource | undefined} */
  #raw;
  #url;
  #link;
  /** @type {Map<Subscription, (event: MessageEvent<string>) => void>} */
  #listeners = new Map();
  /** The origin of the events of this response, which is slow to read. @type {string | undefined} */
  #origin;
  #forgetLeaving;
  #settings;
  #diagnosis;
  /** @type {ReturnType<typeof watchBlocks> | undefined} */
  #blocks;
  #abort = new AbortController();
  /** Resolves once the page has not been left, if it began to be left. @type {Promise<unknown> | undefined} */
  #staying;
  /** Asks why the browser has given up. @type {FetchTransport | undefined} */
  #asking;

  /**
   * @param {string} url
   * @param {import("../options.js").Settings} settings
   * @param {string} lastEventId
   * @param {Link} link
   * @param {import("./diagnosis.js").Diagnosis} diagnosis
   */
  constructor(url, settings, lastEventId, link, diagnosis) {
    const Native = native();
    if (!Native) {
      const message = "there is no EventSource here: open one in a browser";
      throw new EventSourceError("unsupported", message);
    }
    this.#link = link;
    this.#settings = settings;
    this.#diagnosis = diagnosis;
    this.#url = url;
    if (settings.request) this.#ask(Native, lastEventId);
    else this.#begin(Native, url, lastEventId);
    this.#forgetLeaving = onLeaving((staying) => this.#checkAfter(staying));
  }

  /** Begins with the URL that the user's function answers with. @param {typeof globalThis.EventSource} Native @param {string} lastEventId */
  async #ask(Native, lastEventId) {
    // The function may use the source, which has to exist by then, and may close it.
    await undefined;
    const { signal } = this.#abort;
    if (signal.aborted) return;
    try {
      const { url } = await ask(this.#url, this.#settings, this.#link, lastEventId, signal);
      this.#link.receive(requested(true));
      if (!signal.aborted) this.#begin(Native, url, lastEventId);
    } catch (exception) {
      await this.#staying;
      this.#link.receive(failed(asError(exception)));
    }
  }

  /** @param {typeof globalThis.EventSource} Native @param {string} url @param {string} lastEventId */
  #begin(Native, url, lastEventId) {
    const { resumeParameter, withCredentials } = this.#settings;
    const link = this.#link;
    this.#url = withResumeParameter(url, resumeParameter, lastEventId);
    this.#raw = newSource(Native, this.#url, withCredentials);
    this.#raw.onopen = (event) => {
      if (isMessage(event)) return;
      this.#origin = undefined;
      link.receive(opened());
    };
    this.#raw.onerror = (event) => {
      if (!isMessage(event)) this.#lost();
    };
    this.#blocks = watchBlocks(this.#url);
    for (const [{ name }, listener] of this.#listeners) this.#raw.addEventListener(name, listener);
  }

  get url() {
    return this.#url;
  }

  /** @param {Subscription} subscription */
  listen(subscription) {
    // Only messages have other names.
    const isAmbiguous = /^(open|error)$/.test(subscription.name);
    const link = this.#link;
    const listener = (/** @type {MessageEvent<string>} */ message) => {
      if (isAmbiguous && !isMessage(message)) return;
      const { data } = message;
      const origin = (this.#origin ??= message.origin);
      link.tally.events += 1;
      // The last message is kept for its id, unless its data is large.
      const meta =
        data?.length > LARGE ? { lastEventId: message.lastEventId, origin, at: message.timeStamp } : new MessageMeta(message, origin);
      link.receiveEvent(subscription, data, meta);
    };
    this.#listeners.set(subscription, listener);
    this.#raw?.addEventListener(subscription.name, listener);
  }

  /** @param {Subscription} subscription */
  unlisten(subscription) {
    const listener = this.#listeners.get(subscription);
    if (listener) this.#raw?.removeEventListener(subscription.name, listener);
    this.#listeners.delete(subscription);
  }

  close() {
    this.#forgetLeaving();
    this.#abort.abort();
    this.#blocks?.stop();
    this.#asking?.close();
    if (this.#raw) {
      this.#raw.close();
      this.#raw.onopen = null;
      this.#raw.onerror = null;
    }
    for (const subscription of this.#listeners.keys()) this.unlisten(subscription);
  }

  /** If the page has stayed, it may have lost the connection. @param {Promise<unknown>} staying */
  async #checkAfter(staying) {
    this.#staying = staying;
    await staying;
    // WebKit's source still counts as open.
    if (this.#raw && (isWebkit || this.#raw.readyState === CLOSED))
      this.#link.receive(reestablish(connectionLost(this.#url, "the browser closed it when the page was about to be left")));
  }

  /** Only the `readyState` shows what has happened. */
  async #lost() {
    const url = this.#url;
    if (this.#raw?.readyState !== CLOSED) {
      this.#link.receive(browserReconnects(connectionLost(url)));
      return;
    }
    if (this.#settings.diagnose) {
      try {
        const settings = { ...this.#settings, request: undefined };
        this.#asking = new FetchTransport(url, settings, "", this.#link, this.#diagnosis, true);
        return;
      } catch {
        // `fetch` refuses a URL with a password in it.
      }
    }
    const message =
      'the server answered with a status other than 200 (204 means "stop"), with a content type other than text/event-stream, ' +
      "or CORS refused the answer; `diagnose: true` finds out which";
    this.#link.receive(failed(schemeError(url) ?? (await this.#blocks?.error()) ?? givenUp(url, message)));
  }
}

/** Whether the event is a message, which the server may have named `open` or `error`. @param {Event} event */
const isMessage = (event) => event instanceof MessageEvent;

/** The id, origin and time of a message. The id is slow to read too, and most listeners do not look at it. */
class MessageMeta {
  #message;

  /** @param {MessageEvent} message @param {string} origin */
  constructor(message, origin) {
    this.#message = message;
    this.origin = origin;
  }

  get lastEventId() {
    return this.#message.lastEventId;
  }

  get at() {
    return this.#message.timeStamp;
  }
}
