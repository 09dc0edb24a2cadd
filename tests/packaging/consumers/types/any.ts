// The package's types have no `any`: neither in what it returns nor in what it takes.

import { type Equal, expect } from "./equal.js";

type Package = typeof import("typed-eventsource");
type Testing = typeof import("typed-eventsource/testing");

type IsAny<T> = 0 extends 1 & T ? true : false;

/** Types that the package does not define. */
type Foreign = AbortSignal | Blob | Date | FormData | Headers | ReadableStream | Response | URL | URLSearchParams;

/** Members that TypeScript's own library types with `any`. */
type FromLibrary = "prototype" | "throw";

/** The members that are checked. */
type Checked<T> = Exclude<keyof T & string, FromLibrary>;

/** The paths at which a type has `any`. */
type AnyIn<T, Path extends string = "", Depth extends unknown[] = []> =
  IsAny<T> extends true
    ? Path
    : Depth["length"] extends 9
      ? never
      : T extends Foreign
        ? never
        : T extends PromiseLike<infer Value>
          ? AnyIn<Value, Path, [...Depth, 1]>
          : T extends MessageEvent<infer Data>
            ? AnyIn<Data, `${Path}.data`, [...Depth, 1]>
            : T extends readonly (infer Element)[]
              ? AnyIn<Element, `${Path}[]`, [...Depth, 1]>
              : AnyInCall<T, Path, Depth> | AnyInClass<T, Path, Depth> | AnyInMembers<T, Path, Depth>;

type AnyInCall<T, Path extends string, Depth extends unknown[]> = T extends (...parameters: infer Parameters) => infer Result
  ? AnyIn<Parameters[number & keyof Parameters], `${Path}()`, [...Depth, 1]> | AnyIn<Result, `${Path}:`, [...Depth, 1]>
  : never;

type AnyInClass<T, Path extends string, Depth extends unknown[]> = T extends new (...parameters: infer Parameters) => infer Instance
  ? AnyIn<Parameters[number & keyof Parameters], `new ${Path}()`, [...Depth, 1]> | AnyIn<Instance, `new ${Path}`, [...Depth, 1]>
  : never;

type AnyInMembers<T, Path extends string, Depth extends unknown[]> = T extends object
  ? { [Key in Checked<T>]-?: AnyIn<T[Key], `${Path}.${Key}`, [...Depth, 1]> }[Checked<T>]
  : never;

expect<Equal<AnyIn<Package>, never>>();
expect<Equal<AnyIn<Testing>, never>>();

// `AnyIn` finds each `any` of this class.
class Careless {
  constructor(readonly options: { a?: unknown; b: any[] }) {}
  method(argument: { c: string }): Promise<any> | undefined {
    return Promise.resolve(argument);
  }
}
expect<Equal<AnyIn<{ Careless: typeof Careless }>, "new .Careless.options.b[]" | "new .Careless().b[]" | "new .Careless.method:">>();
