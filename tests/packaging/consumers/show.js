// The consumers listen over both transports, and their pages show what they hear.

/** @typedef {typeof import("typed-eventsource").EventSource} Class */
/** @typedef {import("typed-eventsource").StandardSchemaV1<unknown, { symbol: string, price: number }>} Schema */

/** What the page's URL asks for. @param {string} name */
const asked = (name) => new URLSearchParams(location.search).get(name) ?? "";

/** Shows the events of the stream that the page's URL names. @param {Class} EventSource @param {Schema} price */
export const show = (EventSource, price) => listen(EventSource, price, stream(), add, asked("shared") === "tabs");

/** The stream that the page's URL names. */
export const stream = () => asked("stream");

/** Adds a line to the page. @param {string} line */
export const add = (line) => document.body.append(Object.assign(document.createElement("p"), { textContent: line }));

/** @param {Class} EventSource @param {Schema} price @param {string} url @param {(line: string) => void} add @param {boolean} isShared Among tabs. */
export async function listen(EventSource, price, url, add, isShared = false) {
  const sharing = isShared ? { shared: /** @type {const} */ ("tabs"), tabs: { worker: asked("worker") || undefined } } : {};
  for (const transport of /** @type {const} */ (["browser", "fetch"])) {
    /** @type {InstanceType<typeof EventSource<{ price: { symbol: string, price: number } }>>} */
    const source = new EventSource(url, { transport, schemas: { price }, terminalEvent: "bye", ...sharing });
    source.on("price", ({ data }) => add(`${transport}${isShared ? ` by ${source.role}` : ""}: ${data.symbol} ${data.price.toFixed(2)}`));
    source.onError(({ code }) => add(`${transport}: ${code}`));
    const reason = await source.closed;
    add(`${transport}: ${reason.type}`);
  }
}
