// @ts-check
// The person of this tab: a client id that only the server knows, and a name.

const ADJECTIVES = ["Brisk", "Calm", "Clever", "Gentle", "Jolly", "Keen", "Lucky", "Merry", "Quiet", "Swift", "Tidy", "Witty"];
const ANIMALS = ["Badger", "Crane", "Dormouse", "Finch", "Heron", "Lynx", "Marten", "Newt", "Otter", "Puffin", "Robin", "Stoat"];

/**
 * Takes a value that this tab has kept over a reload. The value is removed, so that a copy of the tab is another person.
 *
 * @param {string} key
 */
function take(key) {
  try {
    const value = sessionStorage.getItem(key);
    sessionStorage.removeItem(key);
    return value;
  } catch {
    // Without storage a reload makes another person.
    return null;
  }
}

/**
 * @template T
 * @param {T[]} list
 */
const anyOf = (list) => list[Math.floor(Math.random() * list.length)];

/** An id that the tabs of this browser have in common. */
function idOfBrowser() {
  try {
    localStorage.browser ??= crypto.randomUUID();
    return localStorage.browser;
  } catch {
    // Without storage each tab has another.
    return crypto.randomUUID();
  }
}

export const identity = {
  /** The id of this tab's streams, so that a fault concerns only them. */
  client: take("client") ?? crypto.randomUUID(),
  /** The id of the streams that all tabs share. @type {string} */
  browser: idOfBrowser(),
  name: take("name") ?? `${anyOf(ADJECTIVES)} ${anyOf(ANIMALS)}`,
};

addEventListener("pagehide", () => {
  try {
    sessionStorage.setItem("client", identity.client);
    sessionStorage.setItem("name", identity.name);
  } catch {
    // Without storage a reload makes another person.
  }
});
