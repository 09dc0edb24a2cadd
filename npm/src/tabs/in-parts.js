// @ts-check
// What a page loads to share among tabs. The way without a worker is loaded only where it is needed.

import { provideChannel } from "./member.js";

export { Member } from "./member.js";
export { use } from "./package.js";

provideChannel(() => import("./through-channel.js"));
