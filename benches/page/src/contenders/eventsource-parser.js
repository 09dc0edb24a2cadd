// eventsource-parser fed by hand, which is faster than its TransformStream behind a TextDecoderStream.
import { createParser } from "eventsource-parser";

export function listen(url, name, take, fail) {
  const controller = new AbortController();
  const onEvent = ({ event, data }) => {
    if (event === name) take(JSON.parse(data));
  };
  feed(url, controller.signal, createParser({ onEvent })).catch(fail);
  return () => controller.abort();
}

async function feed(url, signal, parser) {
  const { body } = await fetch(url, { signal, cache: "no-store" });
  const reader = body.getReader();
  const decoder = new TextDecoder();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    parser.feed(decoder.decode(value, { stream: true }));
  }
}
