import { useEventSource } from "typed-eventsource/react";

type Trade = { id: number; text: string };

export function Trades({ url }: { url: string | null }) {
  const { data, state, error, seconds } = useEventSource<{ trade: Trade }, Trade[]>(url, {
    events: ["trade"], policy: "resilient", initial: [],
    fold: (trades, { data }) => [...trades, data].slice(-100), // for each event; the component renders once a frame
  });
  const status = <p role="status">{seconds ? `again in ${seconds} s` : state.type} {error?.message}</p>;
  return <>{status}<ul>{data.map(({ id, text }) => <li key={id}>{text}</li>)}</ul></>;
}
