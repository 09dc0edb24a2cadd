// @ts-check
import { EventSourceError } from "./error.js";

/** The name, where messages can have it. @param {string} name */
export function messageName(name) {
  if (!/^(open|error|)$|[\r\n]|\p{Surrogate}/u.test(name)) return name;
  const advice = ADVICE[name] ?? "a name has no line end in it, and no half of a surrogate pair";
  throw new EventSourceError("invalid-event-name", `invalid event name ${JSON.stringify(name)}: ${advice}`);
}

/** @type {{ [name: string]: string }} */
const ADVICE = {
  "": "an event without a name is called `message`",
  open: "`open` is the source's own event, see `onState`",
  error: "`error` is the source's own event, see `onError`",
};
