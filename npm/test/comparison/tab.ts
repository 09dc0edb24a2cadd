// A page that stands for a tab: the scenario that opens it uses the clients through it.

import { CLIENTS } from "./clients/index.ts";

Object.assign(globalThis, { clients: CLIENTS });
dispatchEvent(new Event("ready"));
