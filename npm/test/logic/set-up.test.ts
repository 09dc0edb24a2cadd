// How options are compared that a component makes at each render, and what its source gets.

import { expect, test } from "vitest";
import { optionsOf, setUpOf } from "../../src/frameworks/set-up.js";

const form = (name: string, file?: File) => {
  const form = new FormData();
  form.set("name", name);
  if (file) form.set("file", file);
  return form;
};
const file = new File(["text"], "a.txt");
const bytes = new Uint8Array([1, 2]);
const { signal } = new AbortController();

/** What is equal, however often it is made, and what is not. */
const COMPARED: [what: string, equal: () => object, other: () => object][] = [
  ["texts and numbers", () => ({ method: "POST", deduplicate: 1 }), () => ({ method: "POST", deduplicate: 2 })],
  ["an option that is missing", () => ({ method: undefined }), () => ({ method: "GET" })],
  ["functions", () => ({ headers: () => ({}) }), () => ({ headers: {} })],
  ["functions within", () => ({ policy: { rule: () => {} } }), () => ({ policy: {} })],
  ["infinite limits", () => ({ policy: { closeWhenDownFor: Infinity } }), () => ({ policy: { closeWhenDownFor: 1 } })],
  ["the text of an infinite number", () => ({ method: "Infinity" }), () => ({ method: Infinity })],
  ["headers", () => ({ headers: new Headers({ A: "1" }) }), () => ({ headers: new Headers({ A: "2" }) })],
  ["URLs", () => ({ url: new URL("http://a/") }), () => ({ url: new URL("http://b/") })],
  ["a form", () => ({ body: form("A") }), () => ({ body: form("B") })],
  ["a form with a file", () => ({ body: form("A", file) }), () => ({ body: form("A", new File(["text"], "a.txt")) })],
  ["the parameters of a form", () => ({ body: new URLSearchParams("a=1") }), () => ({ body: new URLSearchParams("a=2") })],
  ["bytes, which are one object", () => ({ body: bytes }), () => ({ body: new Uint8Array([1, 2]) })],
  ["a signal, which is one object", () => ({ signal }), () => ({ signal: new AbortController().signal })],
  ["an object without a prototype", () => Object.assign(Object.create(null), { policy: Object.create(null) }), () => ({})],
];

test.each(COMPARED)("options are compared: %s", (_, equal, other) => {
  const { text } = setUpOf("/a", equal());
  expect(setUpOf("/a", equal()).text).toBe(text);
  expect(setUpOf("/a", other()).text).not.toBe(text);
  expect(setUpOf("/b", equal()).text).not.toBe(text);
});

test("what a component does with events is not compared", () => {
  const { text } = setUpOf("/a", {});
  expect(setUpOf("/a", { initial: [], fold() {}, onEvent() {}, onError() {} }).text).toBe(text);
});

test("a source gets options with the same objects, and functions that call the latest ones", () => {
  const of = (answer: number) => ({
    method: "POST",
    policy: { closeWhenDownFor: Infinity, rule: () => answer },
    body: form("A", file),
    schemas: { price: { "~standard": { validate: () => answer } } },
    headers: (name: string) => [name, answer],
    signal,
  });
  const first = of(1);
  const setUp = setUpOf("/a", first);
  const options = optionsOf(setUp);
  expect(options).toMatchObject({ method: "POST", policy: { closeWhenDownFor: Infinity } });
  expect([options.body, options.signal]).toEqual([first.body, signal]);
  const answers = () => [options.policy.rule(), options.schemas.price["~standard"].validate(), options.headers("A")];
  expect(answers()).toEqual([1, 1, ["A", 1]]);
  setUp.parts = setUpOf("/a", of(2)).parts;
  expect(answers()).toEqual([2, 2, ["A", 2]]);
});
