// The entry `typed-eventsource/javascript`, and with it `typed-eventsource/tabs`, which this entry has to be given.

import "../../src/tabs.js";

export * from "../../src/javascript.js";
export { default } from "../../src/javascript.js";
