// @ts-check
import { testBackends } from "./host.js";

/** A URL, resolved against that of the page. @param {string} url */
export function resolve(url) {
  try {
    const { href, hostname } = new URL(url, globalThis.document?.baseURI ?? globalThis.location?.href ?? testBackends[0]?.base);
    // By the standard a host has no spaces. Chromium accepts them, and writes each as `%20`.
    if (!hostname.includes("%20")) return href;
  } catch {
    // An invalid URL is refused below.
  }
  throw new DOMException(`EventSource: ${JSON.stringify(url)} is not a valid URL`, "SyntaxError");
}
