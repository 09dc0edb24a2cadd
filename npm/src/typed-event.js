// @ts-check
import { EventSourceError, excerptOf, messageOf } from "./error.js";

/** @typedef {import("./options.js").Settings} Settings */
/** @typedef {import("./index.js").TypedEvent<unknown>} TypedEvent */
/** @typedef {{ readonly lastEventId: string, readonly origin: string, readonly at?: number }} EventMeta The id and origin of an event, and its time if the browser says. */

/** In place of an id and an origin that no listener can see. @type {EventMeta} */
export const UNSEEN = { lastEventId: "", origin: "" };

/** A copy of a part of a longer text. For a part, engines would keep the whole text, unless the part is very short. @param {string} part */
export const detached = (part) => (part.length > 12 ? ` ${part}`.slice(1) : part);

/**
 * Returns a function that makes the payloads of a name's events, and that throws `EventSourceError`s. JSON may be parsed already.
 *
 * @param {string} type
 * @param {Settings} settings
 * @returns {(data: string, meta: EventMeta, value?: unknown) => unknown}
 */
export function decoder(type, { parse, skipEmpty, schemas = {} }) {
  const parsed = parser(type, parseOf(type, parse), skipEmpty);
  const schema = Object.hasOwn(schemas, type) ? schemas[type] : undefined;
  if (!schema) return parsed;
  return (data, meta, known) => {
    const value = parsed(data, meta, known);
    if (value === SKIPPED) return value;
    /** @type {any} */
    let result;
    /** @type {readonly any[] | undefined} */
    let issues;
    try {
      result = schema["~standard"].validate(value);
      ({ issues } = result);
    } catch (cause) {
      throw undecoded(type, data, meta, "cannot be validated", cause);
    }
    if (typeof result.then === "function") {
      Promise.resolve(result).catch(() => {});
      throw undecoded(type, data, meta, "has a schema that answers with a promise, and events do not wait");
    }
    if (!issues) return result.value;
    const [issue] = issues;
    const path = issue?.path?.map((/** @type {any} */ step) => String(step?.key ?? step)).join(".");
    const what = `is not what its schema allows${path ? `, at ${path}` : ""}: ${issue?.message}`;
    throw undecoded(type, data, meta, what, undefined, issues);
  };
}

/** In place of the payload of an event that no listener gets. */
export const SKIPPED = Symbol();

/** How the events of a name are parsed. @param {string} type @param {any} parse */
export const parseOf = (type, parse) => (typeof parse !== "object" ? parse : Object.hasOwn(parse, type) ? parse[type] : "json");

/**
 * @param {string} type
 * @param {any} parse
 * @param {boolean | undefined} skipEmpty
 * @returns {(data: string, meta: EventMeta, value?: unknown) => unknown}
 */
function parser(type, parse, skipEmpty) {
  if (parse === "text") return (data) => data;
  if (parse === "skip") return () => SKIPPED;
  const isJson = parse === "json";
  return (data, meta, value) => {
    try {
      return isJson ? (value ?? JSON.parse(data)) : parse(data, typedEvent(type, data, meta));
    } catch (cause) {
      if (isJson && !data.trim()) {
        if (skipEmpty) return SKIPPED;
        throw undecoded(type, data, meta, "is empty, which is not JSON: `skipEmpty` skips such events");
      }
      throw undecoded(type, data, meta, isJson ? "is not JSON" : "cannot be parsed", cause);
    }
  };
}

/**
 * @param {string} type
 * @param {string} data
 * @param {EventMeta} meta
 * @param {string} what
 * @param {unknown} [cause]
 * @param {readonly unknown[]} [issues]
 */
function undecoded(type, data, meta, what, cause, issues) {
  const message = `the data of event ${JSON.stringify(type)} ${what}${cause ? `: ${messageOf(cause)}` : ""}`;
  const event = typedEvent(type, detached(data), meta);
  return new EventSourceError(issues ? "validation" : "decode", message, { cause, event, ...(issues && { issues }) });
}

/** What a server says with its failure event. @param {import("./index.js").TypedEvent<string>} event */
export function failureEventError(event) {
  const message = `the server has failed, and says with ${JSON.stringify(event.type)}: ${excerptOf(event.data)}`;
  return new EventSourceError("failure-event", message, { event });
}

/** A response has ended within an event, of which this had arrived. @param {import("./index.js").TypedEvent<string>} event */
export function unfinishedEventError(event) {
  const message = `the response ended within the event ${JSON.stringify(event.type)}, of which this had arrived: ${excerptOf(event.data)}`;
  return new EventSourceError("unfinished-event", message, { event });
}

/**
 * An event as users get it: a plain object, so that it works behind a `Proxy`, and that copies of it have all that it has.
 *
 * @template T
 * @param {string} type
 * @param {T} data
 * @param {EventMeta} meta
 */
export const typedEvent = (type, data, { lastEventId, origin }) => ({ type, data, lastEventId, origin });
