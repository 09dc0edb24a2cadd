// @ts-check
// The parser in Cloudflare Workers, which may import WebAssembly, but not compile it.

import { provide } from "./event-stream-parser.js";
import module from "./wasm/parser/event_stream_bg.wasm";

export { EventStreamParser, EventStreamParserStream } from "./event-stream-parser.js";

provide(() => module);
