// What is bundled and weighed for this client.
export { EventStreamParser, EventStreamParserStream } from "typed-eventsource/parser";
