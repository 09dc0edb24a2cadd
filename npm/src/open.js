// @ts-check
// Opens the connection of a source.

import { browser, testBackends } from "./host.js";
import { joinOrOpen } from "./sharing.js";
import { BrowserTransport } from "./transport/browser.js";
import { Diagnosis } from "./transport/diagnosis.js";
import { FetchTransport } from "./transport/fetch.js";

/** @param {string} url @param {import("./options.js").Settings} settings */
export function open(url, settings) {
  const backend = testBackends.find((backend) => backend.serves(url));
  if (backend) return joinOrOpen(url, settings, backend.host, (...from) => backend.connect(url, settings, ...from));
  const Transport = settings.isFetch ? FetchTransport : BrowserTransport;
  const diagnosis = new Diagnosis(settings);
  return joinOrOpen(url, settings, browser, (...from) => new Transport(url, settings, ...from, diagnosis));
}
