import { EventSource } from "typed-eventsource/wasm";
import "typed-eventsource/tabs";
import * as v from "valibot";

import { show } from "../show.js";

show(EventSource, v.object({ symbol: v.string(), price: v.number() }));
