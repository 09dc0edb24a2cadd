import init, { EventSource } from "typed-eventsource";
import { z } from "zod";

import { show } from "../show.js";

init().then(() => show(EventSource, z.object({ symbol: z.string(), price: z.number() })));
