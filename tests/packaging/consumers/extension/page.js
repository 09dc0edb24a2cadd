// A page of the extension.

import { EventSource } from "./typed-eventsource/index.js";
import { listen, tell } from "./listen.js";

listen(EventSource).then((heard) => tell("page", heard));
