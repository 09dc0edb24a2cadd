// What the page of each consumer does: it listens over both transports, and shows what it hears.

/**
 * @param {typeof import("typed-eventsource").EventSource} EventSource
 * @param {import("typed-eventsource").StandardSchemaV1<unknown, { symbol: string, price: number }>} price
 */
export async function show(EventSource, price) {
  const stream = new URLSearchParams(location.search).get("stream") ?? "";
  for (const transport of /** @type {const} */ (["browser", "fetch"])) {
    const add = (/** @type {string} */ line) => document.body.append(`${transport}: ${line}\n`);
    /** @type {InstanceType<typeof EventSource<{ price: { symbol: string, price: number } }>>} */
    const source = new EventSource(stream, { transport, schemas: { price }, terminalEvent: "bye" });
    source.on("price", ({ data }) => add(`${data.symbol} ${data.price.toFixed(2)}`));
    source.onError(({ code }) => add(code));
    const reason = await source.closed;
    add(reason.type);
  }
}
