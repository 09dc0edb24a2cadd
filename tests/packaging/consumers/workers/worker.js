import { EventSource } from "typed-eventsource";
import * as v from "valibot";

import { listen } from "../show.js";

onmessage = ({ data }) => listen(EventSource, v.object({ symbol: v.string(), price: v.number() }), data, postMessage);
