// How the data of events is parsed and validated.

import type { TypedEvent } from "./events.js";

/** A validator of any library that follows Standard Schema: zod, valibot, arktype and others. */
export interface StandardSchemaV1<Input = unknown, Output = Input> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => StandardSchemaV1.Result<Output> | Promise<StandardSchemaV1.Result<Output>>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

export namespace StandardSchemaV1 {
  type Result<Output> = { readonly value: Output; readonly issues?: undefined } | { readonly issues: readonly Issue[] };
  interface Issue {
    readonly message: string;
    readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
  }
}

/** Validators by the names of events. */
export type Schemas<Feed> = { readonly [Name in keyof Feed]?: StandardSchemaV1<unknown, Feed[Name]> | undefined };

/** Parses the data of an event. An exception of it is reported. */
export type Parser = (data: string, event: TypedEvent<string>) => unknown;

/** The names of the events whose data cannot be text. */
type NotText<Feed> = {
  [Name in keyof Feed]: [unknown] extends [Feed[Name]] ? never : [Extract<Feed[Name], string>] extends [never] ? Name : never;
}[keyof Feed];

/** How the events are parsed: all in one way, or by their names. */
export type Parse<Feed> =
  | "json"
  | ([NotText<Feed>] extends [never] ? "text" : never)
  | Parser
  | { readonly [Name in keyof Feed]?: "json" | "skip" | (Name extends NotText<Feed> ? never : "text") | Parser | undefined };

// Without this, a file of declarations exports all of them.
export {};
