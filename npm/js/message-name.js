// @ts-check
import { EventSourceError } from "./error.js";

/** The name, where messages can have it. @param {string} name */
export function messageName(name) {
  if (!/^(open|error|)$|[\r\n]/.test(name)) return name;
  const advice = name === "" ? "an event without a name is called `message`" : ADVICE[name] ?? "a name has no line end in it";
  throw new EventSourceError("invalid-event-name", `no message is ever named ${JSON.stringify(name)}: ${advice}`);
}

/** @type {{ [name: string]: string }} */
const ADVICE = {
  open: "`open` is the source's own event, see `onState`",
  error: "`error` is the source's own event, see `onError`",
};
