// Plays the scenarios in a dedicated or a shared worker.

/** Answers a message with the result of a comparison. It listens before all modules are loaded, since a message comes only once. */
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
