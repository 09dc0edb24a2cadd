"use client";

import { useEffect, useState } from "react";
import { EventSource, onCountdown, type State } from "typed-eventsource";

export function Prices({ url }: { url: string }) {
  const [price, setPrice] = useState<number>();
  const [state, setState] = useState<State>({ type: "connecting" });
  const [seconds, setSeconds] = useState<number>();

  useEffect(() => {
    setPrice(undefined); // that of another URL
    const abort = new AbortController();
    const source = new EventSource<{ price: number }>(url, { policy: "resilient", signal: abort.signal });
    setState(source.state);
    source.on("price", ({ data }) => setPrice(data));
    source.onState(setState);
    onCountdown(source, setSeconds);
    return () => abort.abort();
  }, [url]);

  return (
    <p>
      {price ?? "no price yet"} <span role="status">{seconds ? `reconnecting in ${seconds} s` : state.type}</span>
    </p>
  );
}
