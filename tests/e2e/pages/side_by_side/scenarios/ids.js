// The last event id, and the header that the server gets.

import { END, ending, plays, raw, send, sending } from "../play.js";

/** A scenario with a stream that ends, and another one after it. */
const resumes = (...texts) => plays([ending(...texts), sending(`data: again\n\n${END}`)]);

export default {
  "it stays": plays([sending("id: 1\ndata: 1\n\ndata: 2\n\n", END)]),
  "an empty one resets it": plays([sending("id: 1\ndata: 1\n\nid\ndata: 2\n\nid: 2\ndata: 3\n\nid:\ndata: 4\n\n", END)]),
  "the last of several": plays([sending("id: 1\nid: 2\ndata: 1\n\nid: 3\nid\ndata: 2\n\n", END)]),
  "after the data": plays([sending("data: 1\nid: 1\n\n", END)]),
  "with spaces": plays([sending("id:  a b \ndata: 1\n\n", END)]),
  "of an event that nobody listens to": plays([sending("id: 1\nevent: nobody\ndata: x\n\ndata: 1\n\n", END)]),
  "without data": plays([sending("id: 1\n\ndata: 1\n\n", END)]),
  "one with a NUL": plays([sending("id: 1\ndata: 1\n\nid: 2\0\ndata: 2\n\nid: 3\ndata: 3\n\n", END)]),

  "goes back to the server": resumes("id: 7\ndata: 1\n\n"),
  "without one there is no header": resumes("data: 1\n\n"),
  "one that was reset does not go back": resumes("id: 7\ndata: 1\n\nid\ndata: 2\n\n"),
  "one without data goes back": resumes("id: 7\n\n"),
  "one that nobody listens to goes back": resumes("id: 7\nevent: nobody\ndata: x\n\n"),
  "one of an unfinished event does not go back": resumes("id: 1\ndata: 1\n\nid: 2\ndata: x\n"),
  "beyond ASCII": resumes("id: é 日本 🦀\ndata: 1\n\n"),
  "with a space at its start": resumes("id:  7\ndata: 1\n\n"),
  "with a tab inside": resumes("id: 7\t8\ndata: 1\n\n"),
  "that is no UTF-8": plays([{ steps: [send("retry: 1\n"), raw("id: \xff\ndata: 1\n\n")] }, sending(END)]),
  "again and again": plays([ending("id: 1\ndata: 1\n\n"), ending("data: 2\n\n"), ending("id: 3\ndata: 3\n\n"), sending(END)]),
};
