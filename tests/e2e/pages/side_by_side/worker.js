// The same in a worker, of either kind.

/** Hears of what to compare, and answers. It listens at once, before all modules are loaded: nobody tells it twice. */
function answer(port) {
  port.onmessage = async ({ data }) => {
    try {
      const { compare } = await import("./compare.js");
      port.postMessage({ complaints: await compare(...data) });
    } catch (error) {
      port.postMessage({ error: String(error) });
    }
  };
}

if ("onconnect" in globalThis) globalThis.onconnect = ({ ports: [port] }) => answer(port);
else answer(globalThis);
