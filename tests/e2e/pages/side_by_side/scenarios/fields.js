// How the lines of a stream are read.

import { END, ending, plays, raw, send, sending } from "../play.js";

/** A scenario with a stream of these chunks of bytes. */
const reads = (...chunks) => plays([{ steps: [...chunks.map(raw), send(`\n\n${END}`), "silence"] }]);

export default {
  data: reads("data: 1\n\n"),
  comments: reads(": data: x\n:\ndata: 1\n: x\n\n:\n\n"),
  "no colon": reads("data\n\ndata\ndata\n\n"),
  "one space after the colon": reads("data: 1\n\ndata:2\n\ndata:  3 \n\ndata: \n\n"),
  "more colons": reads("data:a:b: c\n\n"),
  "unknown fields": reads("unknown\nunknown: x\ndat: x\ndatas: x\nData: x\n data: x\ndata : x\ndata: 1\n\n"),
  "several lines of data": reads("data: 1\ndata: 2\ndata:\ndata: 3\n\ndata:\ndata:\n\n"),
  "empty data": reads("data:\n\n"),
  "no data": reads("event: message\n\nid: 1\nevent: message\ndata: 1\n\n"),
  "nothing but empty lines": reads("\n\n\r\r\r\n\r\ndata: 1\n\n"),
  "lines that end in LF": reads("data: 1\ndata: 2\n\n"),
  "lines that end in CR": reads("data: 1\rdata: 2\r\r"),
  "lines that end in CRLF": reads("data: 1\r\ndata: 2\r\n\r\n"),
  "lines that end in any way": reads("data: 1\n\r\ndata: 2\r\n\ndata: 3\r\n\rdata: 4\r\r\n"),
  "chunks cut inside CRLF": reads("data: 1\r", "\ndata: 2\r", "\n\r", "\ndata: 3\r", "\r", "data: 4\r", "\n\r\n"),
  "chunks cut in a field": reads("da", "ta", ":", " ", "1", "\n", "\n"),
  "chunks cut in a character": reads("data: \xc3", "\xa9 \xe6", "\x97", "\xa5 \xf0\x9f", "\xa6\x80\n\n"),
  "a byte order mark": reads("\xef\xbb\xbfdata: 1\n\n"),
  "a byte order mark, cut": reads("\xef", "\xbb", "\xbfdata: 1\n\n"),
  "a second byte order mark": reads("\xef\xbb\xbf\xef\xbb\xbfdata: x\n\ndata: \xef\xbb\xbf1\n\n"),
  "bytes that are no UTF-8": reads("data: \xff\xfe \xc3\n\ndata: \xe6\x97x \xf0\x9f\xa6\n\ndata: \xed\xa0\x80 \xc0\xaf\n\n"),
  "characters beyond the BMP": reads("data: \xf0\x9f\xa6\x80\n\n"),
  "a NUL in data": reads("data: a\0b\n\n"),
  "other control characters in data": reads("data: \x01\x0b\x0c\x1f\x7f\xc2\x85\xe2\x80\xa8\n\n"),
  "much data": plays([sending(`data: ${"0123456789".repeat(30_000)}\n\n`, END)]),
  "an event that the end of the stream leaves unfinished": plays([ending("data: 1\n\ndata: x\n"), sending(END)]),
  "a line that the end of the stream leaves unfinished": plays([ending("data: 1\n\nid: 7"), sending(END)]),
  "a CR at the end of a stream": plays([ending("data: 1\r\r"), sending(`data: 2\r\r\n${END}`)]),
  "a character that the end of a stream leaves unfinished": plays([
    { steps: [send("retry: 1\ndata: 1\n\n"), raw("data: \xc3")] },
    { steps: [raw("\xa9\ndata: 2\n\n"), send(END), "silence"] },
  ]),
  "a byte order mark in each of two streams": plays([
    { steps: [raw("\xef\xbb\xbfretry: 1\ndata: 1\n\n")] },
    { steps: [raw("\xef\xbb\xbfdata: 2\n\n"), send(END), "silence"] },
  ]),
};
