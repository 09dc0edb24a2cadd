import { EventSource } from "typed-eventsource";
import * as v from "valibot";

import { listen } from "../show.js";

addEventListener("connect", ({ ports: [port] }) => {
  const price = v.object({ symbol: v.string(), price: v.number() });
  port.onmessage = ({ data }) => listen(EventSource, price, data, (line) => port.postMessage(line));
});
