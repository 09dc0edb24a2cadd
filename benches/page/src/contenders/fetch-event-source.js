// @microsoft/fetch-event-source.
import { fetchEventSource } from "@microsoft/fetch-event-source";

export function listen(url, name, take, fail) {
  const controller = new AbortController();
  fetchEventSource(url, {
    signal: controller.signal,
    openWhenHidden: true,
    cache: "no-store", // the other contenders do this by default
    onmessage: ({ event, data }) => {
      if (event === name) take(JSON.parse(data));
    },
    onerror: (error) => {
      throw error; // or else it would try again
    },
  }).catch(fail);
  return () => controller.abort();
}
