// @ts-check
// Who this tab is: a client id that only its server knows, and a name.

const ADJECTIVES = ["Brisk", "Calm", "Clever", "Gentle", "Jolly", "Keen", "Lucky", "Merry", "Quiet", "Swift", "Tidy", "Witty"];
const ANIMALS = ["Badger", "Crane", "Dormouse", "Finch", "Heron", "Lynx", "Marten", "Newt", "Otter", "Puffin", "Robin", "Stoat"];

/**
 * Takes a value that this tab has kept over a reload. A copy of the tab finds none, since it is another.
 *
 * @param {string} key
 */
function take(key) {
  try {
    const value = sessionStorage.getItem(key);
    sessionStorage.removeItem(key);
    return value;
  } catch {
    // Storage is turned off: a reload makes another person.
    return null;
  }
}

/**
 * @template T
 * @param {T[]} list
 */
const any = (list) => list[Math.floor(Math.random() * list.length)];

export const identity = {
  /** What the streams of this tab are known by, so that a fault hits them alone. */
  client: take("client") ?? crypto.randomUUID(),
  name: take("name") ?? `${any(ADJECTIVES)} ${any(ANIMALS)}`,
};

addEventListener("pagehide", () => {
  try {
    sessionStorage.setItem("client", identity.client);
    sessionStorage.setItem("name", identity.name);
  } catch {
    // As above.
  }
});
