import { add, stream } from "../show.js";

const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
worker.onmessage = ({ data }) => add(data);
worker.postMessage(stream());
