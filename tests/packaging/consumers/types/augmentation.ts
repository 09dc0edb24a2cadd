// An app may add to the package's types.

import { EventSource } from "typed-eventsource";

declare module "typed-eventsource" {
  interface CommonInit<Feed extends { [Name in keyof Feed]: unknown } = EventMap> {
    /** Who is told when the source closes. */
    team?: keyof Feed | undefined;
  }
  interface EventSource<Feed extends { [Name in keyof Feed]: unknown } = EventMap> {
    names(): (keyof Feed)[];
  }
  interface Stats {
    readonly cost: number;
  }
}

const source = new EventSource<{ price: number }>("/", { team: "price" });
const names: "price"[] = source.names();
export const cost: number = source.stats.cost * names.length;
// @ts-expect-error: the feed has no such event.
new EventSource<{ price: number }>("/", { team: "halt" });
