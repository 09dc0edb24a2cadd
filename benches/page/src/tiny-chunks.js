// Responses whose body comes in tiny chunks. The page makes them: a server takes longer to send a chunk than a client to read it.

/**
 * Runs a function while every `fetch` gets the text, repeated, in chunks of so many bytes. As a response of the network it is a
 * stream of bytes, which can be read into the reader's memory.
 */
export async function withTinyChunks({ text, count, chunk }, run) {
  const chunks = cut(Array.from({ length: count }, (_, n) => text.replaceAll("{n}", n)).join(""), chunk);
  const { fetch } = window;
  window.fetch = async () => respond(chunks);
  try {
    return await run();
  } finally {
    window.fetch = fetch;
  }
}

/** The UTF-8 of a text in chunks of so many bytes. */
export function cut(text, length) {
  const bytes = new TextEncoder().encode(text);
  const chunks = [];
  for (let start = 0; start < bytes.length; start += length) chunks.push(bytes.slice(start, start + length));
  return chunks;
}

function respond(chunks) {
  let next = 0;
  const body = new ReadableStream({
    type: "bytes",
    pull(controller) {
      // As a server's, the stream stays open at its end.
      if (next === chunks.length) return new Promise(() => {});
      // A stream takes the memory away from its source.
      controller.enqueue(chunks[next].slice());
      next += 1;
    },
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}
