import { EventSource } from "../../node_modules/typed-eventsource/index.js";
import * as v from "../../node_modules/valibot/dist/index.mjs";

import { show } from "../show.js";

show(EventSource, v.object({ symbol: v.string(), price: v.number() }));
