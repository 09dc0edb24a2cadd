import init, { EventSource } from "typed-eventsource";
import * as v from "valibot";

import { show } from "../show.js";

init().then(() => show(EventSource, v.object({ symbol: v.string(), price: v.number() })));
