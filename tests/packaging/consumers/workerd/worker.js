// A Worker that listens to a stream and answers with what it has heard.

import { EventSource, init } from "typed-eventsource/without-wasm";
import wasm from "typed-eventsource/typed_eventsource.wasm";

export default {
  async fetch(request) {
    await init(wasm);
    const url = new URL(request.url).searchParams.get("stream");
    const heard = [];
    const source = new EventSource(url, {
      transport: "fetch",
      method: "POST",
      body: "{}",
      headers: { "X-Asked": "1" },
      terminalEvent: "bye",
    });
    source.on("price", ({ data }) => heard.push(data));
    source.onError(({ message }) => heard.push(message));
    const { type } = await source.closed;
    return Response.json([...heard, type]);
  },
};
