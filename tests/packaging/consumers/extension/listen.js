import { origin } from "./origin.js";

/** Resolves with what was heard of the stream over each transport. */
export async function listen(EventSource) {
  const heard = [];
  for (const transport of ["browser", "fetch"]) {
    const source = new EventSource(`${origin}/prices`, { transport, terminalEvent: "bye" });
    source.on("price", ({ data }) => heard.push(data));
    source.onError(({ code, message }) => heard.push(`${code}: ${message}`));
    heard.push((await source.closed).type);
  }
  return heard;
}

export const tell = (who, heard) => fetch(`${origin}/${who}`, { method: "POST", body: JSON.stringify(heard) });
