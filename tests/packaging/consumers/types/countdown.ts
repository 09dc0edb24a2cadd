// The seconds until the next attempt, of a source with any feed.

import { EventSource, onCountdown } from "typed-eventsource";

const source = new EventSource<{ price: number }>("/");
const end: () => void = onCountdown(source, (seconds) => document.title.repeat(seconds ?? 0));
onCountdown(new EventSource("/"), () => {});
// @ts-expect-error: a handler gets seconds, or nothing.
onCountdown(source, (seconds: string) => seconds);
end();
