// What a page bundles to use the parser alone.
export { EventStreamParser, EventStreamParserStream } from "typed-eventsource/parser";
