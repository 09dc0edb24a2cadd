// @ts-check
// What the scriptable server plays for a state.

/** @typedef {import("./choices.js").State} State */
/** @typedef {Record<string, unknown> | string} Step */
/** @typedef {{ before?: Step[], status?: number, headers?: [string, string][], steps?: Step[] }} Attempt */

/** Milliseconds from one event to the next. */
const INTERVAL = 400;
/** How many events come before each fault of an open connection. */
const BEFORE_A_FAULT = 3;
/** How many events follow on the last fault, before the server finishes. */
const AFTER_ALL = 40;

const BYE = 'event: bye\ndata: {"text":"That was all."}\n\n';
const FAILURE = 'event: failure\ndata: {"text":"The model is overloaded."}\n\n';
const MALFORMED = 'event: price\ndata: {"symbol":"ACME","price":\n\n';

/** Faults that refuse an attempt, in place of a stream. @type {Record<string, Attempt>} */
const REFUSALS = {
  unreachable: { before: ["reset"] },
  503: { status: 503 },
  busy: { status: 503, headers: [["retry-after", "3"]] },
  401: { status: 401 },
  204: { status: 204 },
  html: { headers: [["content-type", "text/html"]], steps: [{ send: "<h1>Sign in</h1>" }] },
};

/**
 * The script. Faults that end a connection, or refuse one, each end an attempt; the others come one after the other in the same one.
 *
 * @param {State} state
 * @returns {{ attempts: Attempt[] }}
 */
export function scriptOf({ retry, faults }) {
  /** @type {Attempt[]} */
  const attempts = [];
  let id = 0;
  const price = () => `id: ${++id}\nevent: price\ndata: {"symbol":"ACME","price":${(100 + ((id * 37) % 50) / 10).toFixed(1)}}\n\n`;
  const begin = () => (retry === undefined ? [] : [{ send: `retry: ${retry}\n\n` }]);
  /** @type {Step[]} */
  let steps = begin();
  /** @type {Step[]} */
  let before = [];
  const send = (/** @type {string} */ text) => steps.push({ send: text }, { pause: INTERVAL });
  const sendPrices = (/** @type {number} */ count) => {
    for (let sent = 0; sent < count; sent++) send(price());
  };
  const end = (/** @type {Step} */ step) => {
    attempts.push({ before, steps: [...steps, step] });
    steps = begin();
    before = [];
  };

  for (const fault of faults) {
    if (Object.hasOwn(REFUSALS, fault)) {
      // A connection that is open when the next attempt is refused has to be lost first.
      if (steps.length > begin().length) end("reset");
      const refusal = REFUSALS[fault];
      attempts.push({ ...refusal, before: [...before, ...(refusal.before ?? [])] });
      before = [];
      continue;
    }
    if (fault === "slow") {
      if (steps.length > begin().length) end("reset");
      before.push({ pause: 4_000 });
      continue;
    }
    sendPrices(BEFORE_A_FAULT);
    switch (fault) {
      case "lost":
        end("reset");
        break;
      case "cut":
        steps.push({ send: `id: ${id + 1}\nevent: price\ndata: {"symbol":"AC` });
        end("reset");
        break;
      case "end":
        end("end");
        break;
      case "silent":
        end("silence");
        break;
      case "malformed":
        send(MALFORMED);
        break;
      case "repeat":
        id -= 2;
        sendPrices(2);
        break;
      case "gap":
        end("reset");
        id += 3;
        break;
      case "failure":
        send(FAILURE);
        break;
      case "finish":
        send(BYE);
        end("end");
        break;
    }
  }
  sendPrices(AFTER_ALL);
  send(BYE);
  end("end");
  return { attempts };
}
