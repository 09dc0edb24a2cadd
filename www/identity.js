// @ts-check
// The person of this browser: an id that only the server knows, and a name. Its tabs are all this person.

const ADJECTIVES = ["Brisk", "Calm", "Clever", "Gentle", "Jolly", "Keen", "Lucky", "Merry", "Quiet", "Swift", "Tidy", "Witty"];
const ANIMALS = ["Badger", "Crane", "Dormouse", "Finch", "Heron", "Lynx", "Marten", "Newt", "Otter", "Puffin", "Robin", "Stoat"];

/**
 * Takes a value that this tab has kept over a reload. The value is removed, so that a copy of the tab has another.
 *
 * @param {string} key
 */
function take(key) {
  try {
    const value = sessionStorage.getItem(key);
    sessionStorage.removeItem(key);
    return value;
  } catch {
    // Without storage a reload makes another.
    return null;
  }
}

/**
 * A value that the tabs of this browser have in common. It is made if there is none.
 *
 * @param {string} key
 * @param {() => string} make
 * @returns {string}
 */
function common(key, make) {
  try {
    localStorage[key] ||= make();
    return localStorage[key];
  } catch {
    // Without storage each tab has another.
    return make();
  }
}

/**
 * @template T
 * @param {T[]} list
 */
const anyOf = (list) => list[Math.floor(Math.random() * list.length)];

export const identity = {
  /** The id of the streams that only this tab has, so that a fault concerns only them. */
  client: take("client") ?? crypto.randomUUID(),
  /** The id of the person, and of the streams that all tabs share. */
  browser: common("browser", () => crypto.randomUUID()),
  name: common("name", () => `${anyOf(ADJECTIVES)} ${anyOf(ANIMALS)}`),
};

/** @type {(() => void)[]} */
const listeners = [];

/**
 * Calls back when this tab or another one has given the person another name.
 *
 * @param {() => void} callback
 */
export function onRename(callback) {
  listeners.push(callback);
}

/**
 * Gives the person another name, in all tabs.
 *
 * @param {string} name
 */
export function rename(name) {
  try {
    localStorage.name = name;
  } catch {
    // Without storage only this tab has it.
  }
  use(name);
}

/** @param {string} name */
function use(name) {
  if (name === identity.name) return;
  identity.name = name;
  for (const listener of listeners) listener();
}

const useCommonName = () => use(common("name", () => identity.name));
addEventListener("storage", useCommonName);
// A page in the back/forward cache gets no `storage` event.
addEventListener("pageshow", useCommonName);

addEventListener("pagehide", () => {
  try {
    sessionStorage.setItem("client", identity.client);
  } catch {
    // Without storage a reload makes another.
  }
});
