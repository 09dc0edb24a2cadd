// @ts-check
import { EventSourceError, messageOf } from "./error.js";

/** @typedef {import("./options.js").Settings} Settings */
/** @typedef {{ readonly data: string, readonly lastEventId: string, readonly origin: string }} RawEvent An event as it arrived, a MessageEvent for instance. */

/** An event with its payload. It asks where it came from only when it is asked: a MessageEvent is slow to tell. */
export class TypedEvent {
  #raw;

  /**
   * @param {string} type
   * @param {unknown} data
   * @param {RawEvent} raw
   */
  constructor(type, data, raw) {
    this.type = type;
    this.data = data;
    this.#raw = raw;
  }

  get lastEventId() {
    return this.#raw.lastEventId;
  }

  get origin() {
    return this.#raw.origin;
  }
}

/**
 * What makes payloads of the events of a name; what it throws is an `EventSourceError`.
 *
 * @param {string} type
 * @param {Settings} settings
 * @returns {(raw: RawEvent) => unknown}
 */
export function decoder(type, { parse, schemas = {} }) {
  const parsed = parser(type, parse);
  const schema = Object.hasOwn(schemas, type) ? schemas[type] : undefined;
  if (!schema) return parsed;
  return (raw) => {
    const value = parsed(raw);
    /** @type {any} */
    let result;
    /** @type {readonly any[] | undefined} */
    let issues;
    try {
      result = schema["~standard"].validate(value);
      ({ issues } = result);
    } catch (cause) {
      throw undecoded(type, raw, "cannot be validated", cause);
    }
    if (typeof result.then === "function") {
      Promise.resolve(result).catch(() => {});
      throw undecoded(type, raw, "has a schema that answers with a promise, and events do not wait");
    }
    if (!issues) return result.value;
    const [issue] = issues;
    const path = issue?.path?.map((/** @type {any} */ step) => String(step?.key ?? step)).join(".");
    const what = `is not what its schema allows${path ? `, at ${path}` : ""}: ${issue?.message}`;
    throw undecoded(type, raw, what, undefined, issues);
  };
}

/**
 * @param {string} type
 * @param {Settings["parse"]} parse
 * @returns {(raw: RawEvent) => unknown}
 */
function parser(type, parse) {
  if (parse === "text") return ({ data }) => data;
  const isJson = parse === "json";
  return (raw) => {
    try {
      return isJson ? JSON.parse(raw.data) : parse(raw.data, copy(type, raw));
    } catch (cause) {
      throw undecoded(type, raw, isJson ? "is no JSON" : "cannot be parsed", cause);
    }
  };
}

/**
 * @param {string} type
 * @param {RawEvent} raw
 * @param {string} what
 * @param {unknown} [cause]
 * @param {readonly unknown[]} [issues]
 */
function undecoded(type, raw, what, cause, issues) {
  const message = `the data of event ${JSON.stringify(type)} ${what}${cause ? `: ${messageOf(cause)}` : ""}`;
  const event = copy(type, raw);
  return new EventSourceError(issues ? "validation" : "decode", message, { cause, event, ...(issues && { issues }) });
}

/** What an event has, asked for now. @param {string} type @param {RawEvent} raw */
export const copy = (type, { data, lastEventId, origin }) => ({ type, data, lastEventId, origin });
