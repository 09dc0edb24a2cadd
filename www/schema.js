// @ts-check
// A small validator for this page. It follows Standard Schema, so that zod, valibot or arktype can replace it.

/**
 * @template T
 * @typedef {import("../pkg/index.js").StandardSchemaV1<unknown, T>} Schema
 */
/** @typedef {{ message: string, path?: (string | number)[] }} Issue */
/**
 * The type of the values that a schema allows.
 *
 * @template S
 * @typedef {S extends Shape<infer T> ? T : never} Output
 */
/**
 * The types of events' data by the events' names, derived from their schemas.
 *
 * @template {Record<string, Shape<any>>} S
 * @typedef {{ [Name in keyof S]: Output<S[Name]> }} Feed
 */

/**
 * @template T
 * @implements {Schema<T>}
 */
class Shape {
  /** @param {(value: any) => Issue | undefined} find finds what is wrong with a value, if anything is */
  constructor(find) {
    this.find = find;
    /** @type {Schema<T>["~standard"]} */
    this["~standard"] = {
      version: 1,
      vendor: "typed-eventsource-demo",
      validate(value) {
        const issue = find(value);
        return issue ? { issues: [issue] } : { value: /** @type {T} */ (value) };
      },
    };
  }
}

/**
 * @param {string} what
 * @param {(value: any) => boolean} test
 */
const simple = (what, test) => (/** @type {any} */ value) => (test(value) ? undefined : { message: `expected ${what}` });

/** @type {Shape<string>} */
export const string = new Shape(simple("a string", (value) => typeof value === "string"));

/** @type {Shape<number>} */
export const number = new Shape(simple("a number", Number.isFinite));

/** @type {Shape<boolean>} */
export const boolean = new Shape(simple("a boolean", (value) => typeof value === "boolean"));

/**
 * A value that may be missing or null.
 *
 * @template T
 * @param {Shape<T>} shape
 * @returns {Shape<T | null | undefined>}
 */
export const optional = (shape) => new Shape((value) => (value === undefined || value === null ? undefined : shape.find(value)));

/**
 * @template T
 * @param {Shape<T>} item
 * @returns {Shape<T[]>}
 */
export const array = (item) =>
  new Shape((value) => (Array.isArray(value) ? firstIssue(value.entries(), () => item, value) : { message: "expected a list" }));

/**
 * An object with these fields, and possibly others.
 *
 * @template {Record<string, Shape<any>>} Fields
 * @param {Fields} fields
 * @returns {Shape<{ [Name in keyof Fields]: Output<Fields[Name]> }>}
 */
export const object = (fields) =>
  new Shape((value) =>
    typeof value === "object" && value !== null
      ? firstIssue(Object.entries(fields), (name) => fields[name], value)
      : { message: "expected an object" },
  );

/**
 * Returns a value that a schema allows.
 *
 * @template T
 * @param {Shape<T>} shape
 * @param {unknown} value
 * @returns {T}
 */
export function checked(shape, value) {
  const issue = shape.find(value);
  if (issue) throw new TypeError(`at ${issue.path?.join(".") || "the value"}: ${issue.message}`);
  return /** @type {T} */ (value);
}

/**
 * The first issue among the parts of a value.
 *
 * @param {Iterable<[string | number, unknown]>} parts
 * @param {(key: any) => Shape<any>} shapeOf
 * @param {any} value
 * @returns {Issue | undefined}
 */
function firstIssue(parts, shapeOf, value) {
  for (const [key] of parts) {
    const issue = shapeOf(key).find(value[key]);
    if (issue) return { message: issue.message, path: [key, ...(issue.path ?? [])] };
  }
}
