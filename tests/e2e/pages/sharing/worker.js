// A worker of either kind, in which many sources listen to one stream until each has heard an event.

/** Listens at once, before all modules are loaded: nobody tells it twice. */
function answer(port) {
  port.onmessage = async ({ data: [url, transport] }) => {
    try {
      const { default: init, EventSource } = await import("/pkg/index.js");
      await init();
      const sources = Array.from({ length: 8 }, () => new EventSource(url, { transport, shared: true }));
      await Promise.all(sources.map((source) => new Promise((resolve) => source.on("message", resolve))));
      sources.forEach((source) => source.close());
      port.postMessage(sources.map(({ readyState }) => readyState).join(" "));
    } catch (error) {
      port.postMessage(String(error));
    }
  };
}

if ("onconnect" in globalThis) globalThis.onconnect = ({ ports: [port] }) => answer(port);
else answer(globalThis);
