// Prints what it hears of the stream whose URL is its argument.

import { EventSource } from "typed-eventsource";

const source = new EventSource(process.argv[2], { transport: "fetch", terminalEvent: "bye" });
const heard = [];
for await (const { data } of source.events("price")) heard.push(data);
heard.push((await source.closed).type);
console.log(JSON.stringify(heard));
