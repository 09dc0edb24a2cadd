import { add, stream } from "../show.js";

const { port } = new SharedWorker(new URL("./shared-worker.js", import.meta.url), { type: "module" });
port.onmessage = ({ data }) => add(data);
port.postMessage(stream());
