// @ts-check
// For the entries that load nothing: sharing among tabs has to be imported with them, before or after.

import { importTabs, provideTabs } from "./sharing.js";

if (!importTabs) provideTabs(() => Promise.reject('`import "typed-eventsource/tabs"` is missing'));
