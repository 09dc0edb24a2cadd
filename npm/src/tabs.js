// @ts-check
// Sharing among tabs for bundles of one file, into which all of it goes.

import "./tabs/with-package.js";
import { provideTabs } from "./sharing.js";
import { provideChannel } from "./tabs/member.js";
import { openAmongTabs } from "./tabs/open.js";
import { ThroughChannel } from "./tabs/through-channel.js";

provideTabs(async () => ({ openAmongTabs }));
provideChannel(async () => ({ ThroughChannel }));
