// A worker of either kind, in which many sources listen to one stream until each has heard an event.

/** Answers the one message of a port. It listens at once, since the message may come before all modules are loaded. */
function answer(port: Pick<MessagePort, "onmessage" | "postMessage">) {
  port.onmessage = async ({ data: [url, transport] }) => {
    try {
      const { default: init, EventSource } = await import("typed-eventsource");
      await init();
      const sources = Array.from({ length: 8 }, () => new EventSource(url, { transport, shared: true }));
      await Promise.all(sources.map((source) => new Promise((resolve) => source.on("message", resolve))));
      for (const source of sources) source.close();
      port.postMessage(sources.map(({ readyState }) => readyState));
    } catch (error) {
      port.postMessage(String(error));
    }
  };
}

if ("onconnect" in globalThis) addEventListener("connect", (event) => answer((event as MessageEvent).ports[0]));
else answer(globalThis as unknown as MessagePort);
