// The consumers listen over both transports, and their pages show what they hear.

/** @typedef {typeof import("typed-eventsource").EventSource} Class */
/** @typedef {import("typed-eventsource").StandardSchemaV1<unknown, { symbol: string, price: number }>} Schema */

/** Shows the events of the stream that the page's URL names. @param {Class} EventSource @param {Schema} price */
export const show = (EventSource, price) => listen(EventSource, price, stream(), add);

/** The stream that the page's URL names. */
export const stream = () => new URLSearchParams(location.search).get("stream") ?? "";

/** Adds a line to the page. @param {string} line */
export const add = (line) => document.body.append(Object.assign(document.createElement("p"), { textContent: line }));

/** @param {Class} EventSource @param {Schema} price @param {string} url @param {(line: string) => void} add */
export async function listen(EventSource, price, url, add) {
  for (const transport of /** @type {const} */ (["browser", "fetch"])) {
    /** @type {InstanceType<typeof EventSource<{ price: { symbol: string, price: number } }>>} */
    const source = new EventSource(url, { transport, schemas: { price }, terminalEvent: "bye" });
    source.on("price", ({ data }) => add(`${transport}: ${data.symbol} ${data.price.toFixed(2)}`));
    source.onError(({ code }) => add(`${transport}: ${code}`));
    const reason = await source.closed;
    add(`${transport}: ${reason.type}`);
  }
}
