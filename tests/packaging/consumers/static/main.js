import init, { EventSource } from "../../node_modules/typed-eventsource/index.js";
import * as v from "../../node_modules/valibot/dist/index.mjs";

import { show } from "../show.js";

await init();
show(EventSource, v.object({ symbol: v.string(), price: v.number() }));
