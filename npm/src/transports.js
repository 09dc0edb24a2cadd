// @ts-check
// The transports of a source: one for each connection, and a second one while a connection is renewed. Before one is opened, a
// function of the user may refresh what the server has refused.

import { Audience } from "./audience.js";
import { inspect } from "./checks.js";
import { EventSourceError, asError, messageOf, reportException } from "./error.js";
import * as inputs from "./inputs.js";
import { INPUT_POSTPONED, INPUT_REFRESHED, INPUT_REFRESHING } from "./numbers.js";
import { refresherOf } from "./refresher.js";

/** @typedef {import("./connection.js").Connection} Connection */
/** @typedef {import("./host.js").Host} Host */
/** @typedef {import("./host.js").Link} Link */
/** @typedef {import("./host.js").Transport} Transport */
/** @typedef {import("./options.js").Settings} Settings */
/** @typedef {{ link: Link, transport?: Transport }} Renewal */

/** The part of a connection that connects. Only `Connection` extends it, so each method may call that one's (`@this`). */
export class Transports extends Audience {
  /** The link by which the current transport reports. @type {Link | undefined} */
  link;
  /** The transport that is to take the place of the current one, with its link. @type {Renewal | undefined} */
  renewal;
  /** What the transports have counted. @type {import("./host.js").Tally} */
  tally = { events: 0, bytes: 0, at: undefined };
  /** Why the attempt before the next one has ended, if it has failed. @type {EventSourceError | undefined} */
  cause;
  /** Whether the constructor has finished. */
  isConstructed = false;
  /** How many attempts were made. */
  #attempts = 0;
  /** What calls `onUnauthorized`. @type {import("./refresher.js").Refresher | undefined} */
  #refresher;
  /** How many refreshes there had been when the last request was made. @type {number | undefined} */
  #refreshes;
  /** Whether the source may connect. Its first attempt waits if the page has opened too many sources of its URL. */
  #mayConnect;
  #hasHinted = false;

  /**
   * @param {string} url
   * @param {Settings} settings
   * @param {Host} host
   * @param {(lastEventId: string, link: Link) => Transport} open Opens a transport that continues after the event with this id.
   */
  constructor(url, settings, host, open) {
    super(settings, host);
    this.url = url;
    this.open = open;
    this.#refresher = settings.onUnauthorized && refresherOf(settings.onUnauthorized);
    this.#mayConnect = settings.isSharer;
  }

  /** Opens a transport, or tells the session what has to come first. @this {Connection} */
  connect() {
    const wait = this.#mayConnect ? 0 : this.host.openWait(this.url);
    this.#mayConnect = !wait;
    if (wait) {
      this.tellSession(INPUT_POSTPONED, 0, wait);
      return;
    }
    const refresh = this.#refresher?.call;
    if (refresh) {
      this.tellSession(INPUT_REFRESHING);
      this.#awaitRefresh(refresh);
      return;
    }
    const link = (this.link = this.#newLink());
    link.asks();
    try {
      this.transport = this.open(this.lastEventId, link);
    } catch (exception) {
      // In the constructor, the exception goes to the caller.
      if (!this.isConstructed) throw exception;
      const isOurs = exception instanceof EventSourceError;
      const error = isOurs ? exception : new EventSourceError("given-up", messageOf(exception), { url: this.url, cause: exception });
      this.receive(inputs.failed(error), link);
      return;
    }
    this.use(this.transport);
  }

  /** @this {Connection} */
  #newLink() {
    /** @type {Link} */
    const link = {
      number: (this.#attempts += 1),
      error: this.cause,
      receive: (input) => this.receive(input, link),
      receiveEvent: (subscription, data, meta, hasIdField, isSlice, value) =>
        this.receiveEvent(subscription, data, meta, hasIdField, isSlice, value, link),
      tellClosingError: (error) => this.tellClosingError(error),
      newSubscription: (name) => this.newSubscription(name),
      hint: (name) => this.#hint(name),
      tally: this.tally,
      asks: () => (this.#refreshes = this.#refresher?.count),
    };
    this.cause = undefined;
    return link;
  }

  /** Has the user's function called, unless it has been called since the last request. @this {Connection} */
  refresh() {
    const refresher = /** @type {import("./refresher.js").Refresher} */ (this.#refresher);
    if (refresher.count === this.#refreshes) this.#awaitRefresh(refresher.run());
    else this.tellSession(INPUT_REFRESHED);
  }

  /** @param {Promise<void>} refresh @this {Connection} */
  #awaitRefresh(refresh) {
    refresh.then(
      () => this.receive(inputs.refreshed),
      (cause) => this.receive(inputs.refreshFailed(this.#refreshError(cause))),
    );
  }

  /** A call that does not end is not waited for again. */
  forgetRefresh() {
    this.#refresher?.forget();
  }

  /** @param {unknown} cause */
  #refreshError(cause) {
    return new EventSourceError("refresh", `\`onUnauthorized\` has failed: ${messageOf(cause)}`, { url: this.url, cause });
  }

  /** Opens a second transport, after a refresh if there is a function for that. The first goes on meanwhile. @this {Connection} */
  async renew() {
    /** @type {Renewal} */
    const renewal = (this.renewal = { link: this.#newLink() });
    const refresher = this.#refresher;
    try {
      if (refresher && (refresher.call || refresher.count === this.#refreshes)) await refresher.run();
    } catch (cause) {
      return this.receive(inputs.reestablish(this.#refreshError(cause)), renewal.link);
    }
    if (this.renewal !== renewal) return;
    try {
      renewal.link.asks();
      renewal.transport = this.open(this.lastEventId, renewal.link);
    } catch (exception) {
      this.receive(inputs.reestablish(asError(exception)), renewal.link);
    }
  }

  /** The second transport takes the place of the first. @this {Connection} */
  handOver() {
    const { transport: earlier } = this;
    const { link, transport } = /** @type {{ link: Link, transport: Transport }} */ (this.renewal);
    this.link = link;
    this.renewal = undefined;
    this.use(transport);
    earlier?.close();
  }

  endRenewal() {
    const transport = this.renewal?.transport;
    this.renewal = undefined;
    transport?.close();
  }

  /** Asks the user when what the connection was made with expires. @this {Connection} */
  async askExpiry() {
    try {
      const { isElsewhere, renewBefore } = this.settings;
      const link = this.link;
      const expiry = renewBefore?.();
      const time = Number(isElsewhere ? await expiry : expiry) - Date.now();
      if (time > 0 && link) this.receive(inputs.expiresIn(time), link);
    } catch (exception) {
      reportException(exception);
    }
  }

  /**
   * Hints, once, at an event that nobody hears: its name may be misspelt. If there are listeners, it had no data.
   *
   * @param {string} name
   */
  #hint(name) {
    if (this.#hasHinted) return;
    this.#hasHinted = true;
    const others = [...this.subscriptions.keys()].map(inspect).join(", ");
    this.host.hint(
      this.subscriptions.has(name)
        ? `${this.url} sent ${inspect(name)} without data, which by the standard is no event: have the server send some data with it`
        : `nobody listens to events called ${inspect(name)} of ${this.url} (listened to: ${others || "none"}); \`parse\` can skip them`,
    );
  }
}
