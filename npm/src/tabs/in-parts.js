// @ts-check
// What a page loads to share among tabs. The way without a worker is loaded only where it is needed.

import { provideChannel } from "./member.js";

export { openAmongTabs } from "./open.js";

provideChannel(() => import("./through-channel.js"));
