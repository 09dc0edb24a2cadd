// @ts-check
// The person of this browser: a name, and an id that the server tells to nobody else. All tabs of the browser are this person.

const ADJECTIVES = ["Brisk", "Calm", "Clever", "Gentle", "Jolly", "Keen", "Lucky", "Merry", "Quiet", "Swift", "Tidy", "Witty"];
const ANIMALS = ["Badger", "Crane", "Dormouse", "Finch", "Heron", "Lynx", "Marten", "Newt", "Otter", "Puffin", "Robin", "Stoat"];

/**
 * Takes a value that this tab has kept over a reload. The value is removed, so that a duplicated tab makes one that is new.
 *
 * @param {string} key
 */
function take(key) {
  try {
    const value = sessionStorage.getItem(key);
    sessionStorage.removeItem(key);
    return value;
  } catch {
    // Without storage a reload makes a new value.
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
function sharedValue(key, make) {
  try {
    localStorage[key] ||= make();
    return localStorage[key];
  } catch {
    // Without storage each tab makes a value.
    return make();
  }
}

/**
 * @template T
 * @param {T[]} list
 */
const randomOf = (list) => list[Math.floor(Math.random() * list.length)];

export const identity = {
  /** The id of the streams that only this tab has, so that a fault concerns only them. */
  tabId: take("tabId") ?? crypto.randomUUID(),
  /** The id of the person, and of the streams that all tabs share. */
  personId: sharedValue("personId", () => crypto.randomUUID()),
  name: sharedValue("name", () => `${randomOf(ADJECTIVES)} ${randomOf(ANIMALS)}`),
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
  setName(name);
}

/** @param {string} name */
function setName(name) {
  if (name === identity.name) return;
  identity.name = name;
  for (const listener of listeners) listener();
}

const adoptSharedName = () => setName(sharedValue("name", () => identity.name));
addEventListener("storage", adoptSharedName);
// A page in the back/forward cache gets no `storage` event.
addEventListener("pageshow", adoptSharedName);

addEventListener("pagehide", () => {
  try {
    sessionStorage.setItem("tabId", identity.tabId);
  } catch {
    // Without storage a reload makes a new value.
  }
});
