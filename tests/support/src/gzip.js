// `length` times the same byte, as gzip. Only one block of bytes is held.
export async function gzip(byte, length) {
  const block = new Uint8Array(2 ** 20).fill(byte);
  let left = length;
  const blocks = new ReadableStream({
    pull(to) {
      if (left === 0) return to.close();
      const next = block.slice(0, left);
      left -= next.length;
      to.enqueue(next);
    },
  });
  const compressed = new Response(blocks.pipeThrough(new CompressionStream("gzip")));
  return new Uint8Array(await compressed.arrayBuffer());
}
