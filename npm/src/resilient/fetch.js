// @ts-check
// A `fetch` whose event streams survive.

import { whenCollected } from "../collected.js";
import { loading, start, wasm } from "../init.js";
import { isFirefox } from "../transport/user-agent.js";
import { MendedBody, isStream } from "./body.js";
import { parseSettings } from "./options.js";
import { Resumption } from "./resumption.js";

/** @param {import("../resilient-fetch.js").ResilientFetchInit | import("../index.js").Preset} [init] */
export function resilientFetch(init) {
  const settings = parseSettings(init);
  /** @param {[input: any, init?: RequestInit]} request */
  return async (...request) => {
    start();
    const abort = needsSignal ? new AbortController() : undefined;
    const response = await (settings.fetch ?? globalThis.fetch)(...(abort ? withSignal(request, abort.signal) : request));
    if (!isStream(response)) return response;
    // `loading` is a promise only until there is an engine.
    try {
      if (!wasm) await loading;
    } catch (error) {
      response.body?.cancel().catch(() => {});
      throw error;
    }
    return mended(response, new MendedBody(response, new Resumption(request, settings), settings, abort));
  };
}

/** Firefox keeps the connection of a body that is cancelled until something arrives. Only a signal ends it at once. */
const needsSignal = isFirefox && "any" in AbortSignal;

/** @param {[input: any, init?: RequestInit]} request @param {AbortSignal} signal @returns {[input: any, init: RequestInit]} */
function withSignal([input, init = {}], signal) {
  const given = init.signal === undefined ? input.signal : init.signal;
  return [input, { ...init, signal: given ? AbortSignal.any([given, signal]) : signal }];
}

/** @param {Response} response @param {MendedBody} body */
function mended(response, body) {
  const { handles } = body;
  // Nothing is read before it is asked for.
  const stream = new ReadableStream(body, { highWaterMark: 0 });
  const { status, statusText, headers } = response;
  // Not the stream: Chromium collects that while it is read.
  whenCollected(body, () => {
    handles.forgetLeaving();
    if (handles.parser !== undefined) wasm.free(handles.parser);
    if (handles.session !== undefined) wasm.free(handles.session);
  });
  return like(response, new Response(stream, { status, statusText, headers }));
}

/** Gives a response what a script cannot give it by its constructor. @param {Response} original @param {Response} response @returns {Response} */
function like(original, response) {
  const { url, type, redirected } = original;
  const clone = () => like(original, Response.prototype.clone.call(response));
  return Object.defineProperties(response, Object.getOwnPropertyDescriptors({ url, type, redirected, clone }));
}
