// @ts-check
// Sharing among tabs for bundles of one file, into which all of it goes.

import "./tabs/with-package.js";
import { provideTabs } from "./sharing.js";
import { Member, provideChannel } from "./tabs/member.js";
import { use } from "./tabs/package.js";
import { ThroughChannel } from "./tabs/through-channel.js";

provideTabs(async () => ({ Member, use }));
provideChannel(async () => ({ ThroughChannel }));
