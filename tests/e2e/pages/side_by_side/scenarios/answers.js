// How sources take statuses and content types.

import { END, plays, send } from "../play.js";

const STATUSES = [201, 202, 203, 204, 205, 206, 300, 304, 400, 401, 403, 404, 408, 410, 429, 500, 501, 502, 503, 504];

const STREAM = { steps: [send("data: 1\n\n"), send(END)] };

const answersWithStatus = (status) => plays([{ ...STREAM, status }]);

/** A scenario whose answer has status 200, an event, and these content types. */
const answersWithType = (...types) => plays([{ ...STREAM, headers: types.map((type) => ["content-type", type]) }]);

export default {
  ...Object.fromEntries(STATUSES.map((number) => [`status ${number}`, answersWithStatus(number)])),

  "an error with a body that does not end": plays([{ status: 404, steps: [send("x"), "silence"] }]),

  "the properties of the error event": async (play) => {
    const source = play.open(await play.stream({ status: 404 }));
    const event = await play.next(source, "error");
    const { bubbles, cancelable, composed, defaultPrevented } = event;
    play.record(JSON.stringify({ bubbles, cancelable, composed, defaultPrevented }));
    play.record(event);
    for (const name of Object.keys(event)) play.record(`own: ${name}`);
  },

  "the properties of the open event": async (play) => {
    const source = play.open(await play.stream(STREAM));
    for (const name of Object.keys(await play.next(source, "open"))) play.record(`own: ${name}`);
  },

  "type text/event-stream": answersWithType("text/event-stream"),
  "type in capitals": answersWithType("Text/EVENT-Stream"),
  "type with a parameter": answersWithType("text/event-stream; x=y"),
  "type with a charset": answersWithType("text/event-stream;charset=utf-8"),
  "type with a charset in capitals": answersWithType('text/event-stream; Charset="UTF-8"'),
  "type with another charset": answersWithType("text/event-stream; charset=iso-8859-1"),
  "type with spaces": answersWithType("text/event-stream ; x=y "),
  "type that ends early": answersWithType("text/event-stream;"),
  "type text/plain": answersWithType("text/plain"),
  "type text/event-streams": answersWithType("text/event-streams"),
  "type application/json": answersWithType("application/json"),
  "type twice": answersWithType("text/plain", "text/event-stream"),
  "type twice the other way": answersWithType("text/event-stream", "text/plain"),
  "type empty": answersWithType(""),
  "type without a slash": answersWithType("x"),
  "no type": answersWithType(null),
};
