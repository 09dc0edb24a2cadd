// @ts-check
import { EventSourceError } from "./error.js";

/** Returns the name if messages can have it. @param {string} name */
export function messageName(name) {
  if (!/^$|[\r\n]|\p{Surrogate}/u.test(name)) return name;
  const advice = name ? "a name has no line end in it, and no half of a surrogate pair" : "an event without a name is called `message`";
  throw new EventSourceError("invalid-event-name", `invalid event name ${JSON.stringify(name)}: ${advice}`);
}
