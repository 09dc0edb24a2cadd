// The options that every source takes.

import type { AbortSignal, URL } from "../dom.js";
import type { EventMap } from "../index.js";
import type { Parse, Schemas } from "./parsing.js";
import type { Policy, Preset } from "./policy.js";

/** How many events wait for the consumer of `events()`, and what happens when the queue is full. */
export interface Queue {
  /** 4,096 events by default. Zero counts as 1. */
  capacity?: number | undefined;
  /**
   * With `drop-oldest` the oldest event is dropped, with `keep-latest` all waiting events are for the newest one; with `close`
   * the source closes. With `wait`, over `fetch` only, the response is read no further until there is room: nothing is dropped,
   * and the server has to wait, except where the browser itself keeps what arrives (Firefox does).
   *
   * `wait` is the default of a request that is sent once, such as a POST, unless the policy has `resend`. For others it is
   * `drop-oldest`.
   *
   * While one queue waits, all handlers and loops of the source do, also those of other sources that share the connection: the
   * slowest loop sets the pace. So read an iterator, or end it by `break` or `return()`: one that is kept and not read holds
   * back the others. Silence does not count meanwhile (`idle`), and a loss or the end is noticed when the reading goes on. An
   * event in the queue counts as received, so its id is the last event id.
   */
  whenFull?: "drop-oldest" | "keep-latest" | "close" | "wait" | undefined;
}

/** How sources are shared among tabs. */
export interface TabsOptions {
  /** How many milliseconds the worker keeps a connection that no tab needs. The default is 500. */
  linger?: number | undefined;
  /**
   * The URL of the worker's script, on the page's origin. By default it is `tabs/typed-eventsource-worker.js` of this package, which
   * Vite, webpack, Rspack and Turbopack find by the `new URL(…, import.meta.url)` in the package. For other bundlers, or a server with
   * other paths, `typed-eventsource/shared-worker` is the script to be built and served.
   */
  worker?: string | URL | undefined;
  /**
   * Only sources with the same key share. It tells sources apart whose functions have captured different things, such as the tokens of
   * two users: among tabs, functions count as the same if their source text is.
   */
  key?: string | undefined;
}

/** Options that every source takes. */
export interface CommonInit<Feed extends { [Name in keyof Feed]: unknown } = EventMap> {
  /** Whether credentials are sent to another origin. */
  withCredentials?: boolean | undefined;
  policy?: Preset | Policy | undefined;
  /**
   * Whether to share the connection with other sources that have this set. They need the same URL and the same options,
   * apart from `parse`, `skipEmpty`, `schemas`, `queue`, `closeAfterLoop` and `signal`. Functions among the options are the same if they are the same
   * object; a body that is not text is never the same. A browser allows six connections to a host over HTTP/1.1, for all
   * tabs together; each tab and each worker shares within itself.
   *
   * A source that joins receives the events that come from then on. If the connection is open, the source is open at
   * once, and its `open` event follows in a separate task. Each source has its own listeners and queues, parses and
   * validates for itself, and counts the events that it cannot decode. `close()` and a `signal` close only that source;
   * the last source to close closes the connection. If the server or the policy ends the connection, all sources close.
   * An error of the connection goes to the console if none of them listens to errors.
   *
   * With `"tabs"`, the sources of all tabs of the origin share it, in a shared worker; where there is none, one of the tabs has the
   * connection and the others follow, by Web Locks and a `BroadcastChannel`. Where there is neither (plain HTTP without shared workers),
   * each tab has a separate connection, which the console says once. `role` tells which it is. Functions among the options are
   * the same here if their source text and name are (of a bound function the name), whatever they have captured; one of the tabs
   * answers them, and another one when that goes or is suspended. A source with a `fetch` of the user does without the worker. A tab
   * that falls behind is told what it has lost with an error `queue-overflow`; it holds no other tab back.
   */
  shared?: boolean | "tabs" | undefined;
  /** How the connection is shared with `shared: "tabs"`. */
  tabs?: TabsOptions | undefined;
  /**
   * How `on`, `onAny` and `events` parse an event's data: `"json"` by default. An object has this by the names of events; those
   * that it does not have are parsed as JSON. An event that is parsed as `"skip"` is received, but not handed to them.
   *
   * JSON's integers are numbers in JavaScript, which are exact up to `Number.MAX_SAFE_INTEGER`: an id of 64 bits becomes
   * another one, in silence. Where a server sends such an id as the whole data, parse it as `"text"`. Where it is a part of the
   * data, parse by a function: `(data) => JSON.parse(data, (key, value, { source }) => (key === "id" ? BigInt(source) : value))`.
   *
   * Types refuse `"text"` for an event whose data they say is no text. If a schema makes that data of text, hand it the text by a
   * function: `(data) => data`.
   *
   * An event that is kept holds nothing else in memory, unless its data is a large part of the chunk that it arrived
   * in.
   */
  parse?: Parse<NoInfer<Feed>> | undefined;
  /**
   * Whether events without data, such as the heartbeats of some servers, are skipped where they would be parsed as JSON.
   * Otherwise, as is the default, each is an error (`decode`): nothing is no JSON.
   */
  skipEmpty?: boolean | undefined;
  /**
   * Validators of the parsed data, by the names of events. An event that one refuses is reported and skipped. So is an
   * event for which one returns a promise: events keep their order, and do not wait.
   */
  schemas?: Schemas<Feed> | undefined;
  queue?: Queue | undefined;
  /**
   * Whether leaving a loop over `events`, by `break`, `return` or an exception, closes the source if nothing else listens to its
   * events: no handler, no DOM listener and no other loop. Handlers of `onState`, `onError`, `onGap` and `onAttempt` do not keep it open.
   *
   * By default leaving a loop ends the iteration alone, and the source stays open.
   */
  closeAfterLoop?: boolean | undefined;
  /**
   * Skips duplicates: events with an id that is among this many last distinct ids of delivered events. A duplicate
   * counts as received data, like a comment, but does not make counters and backoff start again. Its id still becomes
   * the last event id.
   *
   * An event without an `id` field is never a duplicate. Nor is the event by which the server says that it has
   * finished, or what went wrong. The browser's own transport does not show that field: there, an event with the id of
   * the previous event of the same connection counts as one without the field, and the first event of a connection as
   * one with it. After an event with an empty `id`, all ids are forgotten. By default, as with 0, no id is remembered.
   *
   * A server that was restarted may count from the start again. That is noticed where ids are decimal integers: a new
   * connection begins with an id that is no higher than any before, and brings an event whose data is not what it was under its
   * id. `onGap` is told of it, all earlier ids are forgotten, and the event is delivered. A server that sends all its events again
   * at each connection has to send the same data again.
   */
  deduplicate?: number | undefined;
  /**
   * The query parameter that carries the last event id when the source is reopened; over `fetch` in place of the
   * header.
   */
  resumeParameter?: string | undefined;
  /**
   * The name of the event by which the server says that it has finished, or several of them. It is delivered like any other,
   * then the source closes. By the standard an event without data is none: a server sends some data with this one, too.
   */
  terminalEvent?: string | readonly string[] | undefined;
  /**
   * The data by which the server says that it has finished, such as `[DONE]`, in an event of any name. It is not delivered. The
   * browser's own source tells only of unnamed events and of those that somebody listens to.
   */
  terminalData?: string | undefined;
  /**
   * The name of the event by which the server says what went wrong, such as `error`. It is delivered like any other.
   * Then the source closes with an error whose code is `failure-event` and which has the event, even if its data does
   * not decode. No rule is asked. If it has the same name as the terminal event, this option counts.
   */
  failureEvent?: string | undefined;
  /**
   * Whether to make one more request to find out why a connection failed, which browsers hide.
   *
   * Over `fetch`, where this is the default: if a request to another origin gets no answer, a GET with the mode `no-cors` asks
   * whether the server can be reached. If so, the error is not `connection-lost` but `cors`, and says what the server has to send.
   * The policy treats both alike, since an error page of a proxy may lack the headers, too. If the method of the source is not GET,
   * a HEAD asks, and CORS is only the probable reason, as the text says.
   *
   * A source asks at most once in ten seconds. A failure in between has the error that the last answer leads to. After a request
   * was answered, such requests are no longer asked about. Those with a `Last-Event-ID` header count separately, since they need a
   * preflight. A page with `Cross-Origin-Embedder-Policy: require-corp` may get no answer, and is told of a lost connection.
   *
   * Over the browser's own transport this is off by default: if the browser gives up, a `fetch` of the same URL shows the status,
   * the content type or the refusal by CORS. The body is not read. The policy then decides as over `fetch`, so that a 204
   * finishes, a 401 closes, and a 503 is retried if `retryStatuses` has it. If the server cannot be reached, the connection is
   * lost.
   */
  diagnose?: boolean | undefined;
  /**
   * Refreshes what the server has refused, such as a token: called when it answers with 401, or with another of the policy's
   * `refreshStatuses`. Once the promise resolves, the request is made again at once, with what `headers` returns then. The source
   * is `connecting` meanwhile, and no error is reported.
   *
   * One call runs at a time, for all sources that have the same function. A source that was refused with a request from before the
   * last refresh is not refreshed again, and one that is about to connect waits for a call that runs. So give all of them the same
   * function, not one made for each.
   *
   * A second refusal, without a connection in between, closes the source with the error `status`. If the function throws or
   * rejects, or takes longer than the policy's `refreshTimeout`, the source closes with the error `refresh`, unless the policy's
   * `rule` reopens it. If the machine is offline by then, the source tries again when the network is back.
   *
   * A request that is otherwise sent once (a POST, for instance) is sent again too: the server has refused it, and this function
   * is the word that it may. The browser's own transport shows the status only with `diagnose: true`.
   *
   * ```ts
   * new EventSource("/orders", {
   *   transport: "fetch",
   *   headers: () => ({ Authorization: `Bearer ${session.token}` }),
   *   onUnauthorized: session.refresh,
   * });
   * ```
   */
  onUnauthorized?: (() => void | PromiseLike<void>) | undefined;
  /**
   * Renews the connection before what it was made with expires. The function is called each time the source has opened, and returns
   * when that is: a date, or a number as of `Date.now()` in milliseconds (the `exp` of a JSON Web Token is in seconds);
   * `undefined` if it does not expire.
   *
   * Half a minute before then (in the middle of the time, if less than a minute is left), `onUnauthorized` is called if there is
   * one, and another connection is opened after the last event id. Once it is open, the first is closed, and the source goes
   * on with the other, without a change of state. Events that come over both are delivered once, by their ids: a server has to
   * send ids, and the events after the last one again. Events without an id may be missed or come twice. If the other connection
   * cannot be made, the error is reported, the first goes on, and it is tried twice more. The new
   * connection is renewed in its turn if the function then returns a later time.
   *
   * The browser's own transport sends the id only with `resumeParameter`. A request that is sent once is not renewed.
   *
   * ```ts
   * new EventSource("/orders", {
   *   transport: "fetch",
   *   headers: () => ({ Authorization: `Bearer ${session.token}` }),
   *   onUnauthorized: session.refresh,
   *   renewBefore: () => session.expiresAt,
   * });
   * ```
   */
  renewBefore?: (() => Date | number | undefined) | undefined;
  /**
   * Closes the source when it is aborted. `closed` then resolves with `{ type: "aborted", reason }`, which has the signal's
   * reason, and a loop over `events` ends by throwing that reason, after the events that wait. No error is reported.
   */
  signal?: AbortSignal | null | undefined;
}
