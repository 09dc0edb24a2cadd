import init, { EventSource } from "typed-eventsource";
import * as v from "valibot";

import { show } from "../../show.js";

await init();
show(EventSource, v.object({ symbol: v.string(), price: v.number() }));
