// Statuses and content types.

import { END, plays, send } from "../play.js";

const STATUSES = [201, 202, 203, 204, 205, 206, 300, 304, 400, 401, 403, 404, 408, 410, 429, 500, 501, 502, 503, 504];

const BODY = { steps: [send("data: 1\n\n"), send(END)] };

const status = (status) => plays([{ ...BODY, status }]);

/** An answer with this content type: at 200, and with an event. */
const type = (...types) => plays([{ ...BODY, headers: types.map((type) => ["content-type", type]) }]);

export default {
  ...Object.fromEntries(STATUSES.map((number) => [`status ${number}`, status(number)])),

  "an error with a body that goes on": plays([{ status: 404, steps: [send("x"), "silence"] }]),

  "what the error event is": async (play) => {
    const source = play.open(await play.stream({ status: 404 }));
    const event = await play.next(source, "error");
    const { bubbles, cancelable, composed, defaultPrevented } = event;
    play.record(JSON.stringify({ bubbles, cancelable, composed, defaultPrevented }));
    play.record(event);
    for (const name of Object.keys(event)) play.record(`own: ${name}`);
  },

  "type text/event-stream": type("text/event-stream"),
  "type in capitals": type("Text/EVENT-Stream"),
  "type with a parameter": type("text/event-stream; x=y"),
  "type with a charset": type("text/event-stream;charset=utf-8"),
  "type with a charset in capitals": type('text/event-stream; Charset="UTF-8"'),
  "type with another charset": type("text/event-stream; charset=iso-8859-1"),
  "type with spaces": type("text/event-stream ; x=y "),
  "type that ends early": type("text/event-stream;"),
  "type text/plain": type("text/plain"),
  "type text/event-streams": type("text/event-streams"),
  "type application/json": type("application/json"),
  "type twice": type("text/plain", "text/event-stream"),
  "type twice the other way": type("text/event-stream", "text/plain"),
  "type empty": type(""),
  "type that is none": type("x"),
  "no type": type(null),
};
