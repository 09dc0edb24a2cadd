// A source ends with its block.

import { EventSource } from "typed-eventsource";

export async function first() {
  using source = new EventSource<{ message: number }>("/");
  for await (const { data } of source.events("message")) return data;
  return undefined;
}
