import { add, stream } from "../show.js";

const { port1, port2 } = new MessageChannel();
port1.onmessage = ({ data }) => add(data);
navigator.serviceWorker.register("service-worker.js");
navigator.serviceWorker.ready.then(({ active }) => active?.postMessage(stream(), [port2]));
