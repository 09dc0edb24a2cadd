// The background of an extension, a service worker. It opens a page of the extension, and tells the server what it has heard of its
// stream.

import { EventSource } from "./typed-eventsource/index.js";
import { listen, tell } from "./listen.js";

listen(EventSource).then((heard) => tell("background", heard));
chrome.tabs.create({ url: "page.html" });
