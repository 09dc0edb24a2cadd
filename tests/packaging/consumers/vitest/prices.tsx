"use client";

import { useEffect, useState } from "react";
import init, { EventSource, type State } from "typed-eventsource";

export function Prices({ url }: { url: string }) {
  const [price, setPrice] = useState<number>();
  const [state, setState] = useState<State>({ type: "connecting" });

  useEffect(() => {
    const abort = new AbortController();
    const open = () => {
      if (abort.signal.aborted) return; // the component is gone
      const source = new EventSource<{ price: number }>(url, { policy: "resilient", signal: abort.signal });
      setState(source.state);
      source.on("price", ({ data }) => setPrice(data));
      source.onState(setState);
    };
    init().then(open).catch(console.error);
    return () => abort.abort();
  }, [url]);

  return (
    <p>
      {price ?? "no price yet"} <span role="status">{state.type}</span>
    </p>
  );
}
