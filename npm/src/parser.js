// @ts-check
import { provide } from "./event-stream-parser.js";
import { bytesOf } from "./wasm-text.js";
import { text } from "./wasm/parser/text.js";

export { EventStreamParser, EventStreamParserStream } from "./event-stream-parser.js";

provide(() => new WebAssembly.Module(bytesOf(text)));
