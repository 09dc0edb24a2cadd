// @ts-check
// Which browser this is, where browsers differ and nothing else shows it.

/** @type {string | undefined} */
const agent = globalThis.navigator?.userAgent;

export const isFirefox = / Firefox\//.test(agent ?? "");

/**
 * Whether this is WebKit, which Safari and every browser of iOS have. Chromium's user agent names it too, and has `Chrome/` or
 * `HeadlessChrome/`.
 */
export const isWebkit = /^(?!.*Chrome\/).* AppleWebKit\//.test(agent ?? "");
