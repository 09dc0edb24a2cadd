// A server in the page, which plays what was recorded: the package's own `FakeServer`, with a clock that follows the page's.

import { FakeServer } from "typed-eventsource/testing";

/** How often the clock advances, in milliseconds. */
const TICK = 50;
/** How long after one event the next is sent, in milliseconds. */
const PACE = 400;

/** Sends recorded events, with ids that count from 1, and goes on after the last event id of an attempt. */
export class RecordedServer {
  #server;
  #events;
  #pace;
  #timer;
  /** How many attempts were answered. */
  #answered = 0;
  /** How many attempts are still to be refused. */
  #refusals = 0;
  /** How many events the client has. */
  #position = 0;
  #nextAt = 0;
  #isOpen = false;

  /**
   * @param {string} url
   * @param {readonly (readonly [name: string, data: unknown])[]} events
   * @param {number} [pace]
   */
  constructor(url, events, pace = PACE) {
    this.#server = FakeServer.at(url);
    this.#events = events;
    this.#pace = pace;
    this.#timer = setInterval(() => this.#tick(), TICK);
  }

  /** Cuts the connection, and refuses as many attempts. @param {number} refusals */
  cut(refusals) {
    this.#isOpen = false;
    this.#refusals = refusals;
    this.#server.lose();
  }

  close() {
    clearInterval(this.#timer);
    this.#server.close();
  }

  #tick() {
    const server = this.#server;
    server.clock.advance(TICK);
    if (server.attempts.length > this.#answered) this.#answer();
    if (this.#isOpen && server.clock.now >= this.#nextAt) this.#sendNext();
    if (server.connections === 0 && this.#position >= this.#events.length) this.close();
  }

  #answer() {
    const { attempts } = this.#server;
    this.#answered = attempts.length;
    if (this.#refusals > 0) {
      this.#refusals--;
      this.#server.fail(503);
      return;
    }
    this.#position = Number(attempts.at(-1)?.lastEventId ?? 0);
    this.#server.open();
    this.#isOpen = true;
    this.#nextAt = this.#server.clock.now + this.#pace;
  }

  #sendNext() {
    const event = this.#events[this.#position];
    if (!event) {
      this.#isOpen = false;
      this.#server.finish();
      return;
    }
    this.#position++;
    this.#nextAt += this.#pace;
    const [name, data] = event;
    this.#server.sendWithId(name, data === "[DONE]" ? data : JSON.stringify(data), String(this.#position));
  }
}
