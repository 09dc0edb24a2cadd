import { EventSource } from "typed-eventsource";
import * as v from "valibot";

import { show } from "../show.js";

show(EventSource, v.object({ symbol: v.string(), price: v.number() }));
