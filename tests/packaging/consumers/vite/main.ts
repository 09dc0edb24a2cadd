import { EventSource } from "typed-eventsource";
import { z } from "zod";

import { show } from "../show.js";

show(EventSource, z.object({ symbol: z.string(), price: z.number() }));
