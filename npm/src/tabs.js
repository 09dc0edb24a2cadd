// @ts-check
// Sharing among tabs for bundles of one file, into which all of it goes.

import { provideTabs } from "./sharing.js";
import { Member, provideChannel } from "./tabs/member.js";
import { ThroughChannel } from "./tabs/through-channel.js";

provideTabs(async () => ({ Member }));
provideChannel(async () => ({ ThroughChannel }));
