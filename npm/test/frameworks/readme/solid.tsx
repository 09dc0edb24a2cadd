import { For } from "solid-js";
import { createEventSource } from "typed-eventsource/solid";

type Trade = { id: number; text: string };

export function Trades(props: { url: string | null }) {
  const { data, state, error, seconds } = createEventSource<{ trade: Trade }, Trade[]>(() => props.url, {
    events: ["trade"], policy: "resilient", initial: [],
    fold: (trades, { data }) => [...trades, data].slice(-100),
  });
  const status = <p role="status">{seconds() ? `again in ${seconds()} s` : state().type} {error()?.message}</p>;
  return <>{status}<ul><For each={data()}>{({ text }) => <li>{text}</li>}</For></ul></>;
}
