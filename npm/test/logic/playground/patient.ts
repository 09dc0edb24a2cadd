import { EventSource } from "typed-eventsource";

interface Feed {
  price: { symbol: string; price: number };
  bye: { text: string };
  failure: { text: string };
}

const source = new EventSource<Feed>("/prices", {
  transport: "fetch",
  policy: {
    preset: "resilient",
    backoff: { initial: 500, max: 60_000, jitter: false, maxAttempts: 20 },
    reconnectionTime: 0,
    idle: { after: 30_000, then: "reopen" },
    opening: { after: 5_000, then: "keep-waiting" },
    closeAfterLosses: 1_000,
    closeAfterDecodeErrors: 3,
    closeWhenDownFor: 600_000,
    givenUp: "reopen",
    retryStatuses: [401, 503],
  },
  deduplicate: 100,
  resumeParameter: "lastEventId",
  terminalEvent: "bye",
  failureEvent: "failure",
});

source.on("price", ({ data }) => console.log(data.symbol, data.price));
source.on("bye", ({ data }) => console.log(data.text));
source.on("failure", ({ data }) => console.log(data.text));

source.onState((state) => console.log(state));
source.onAttempt(({ number, outcome }) => console.log(number, outcome));
source.onGap(({ after, before }) => console.log("missed", after, before));
source.onError((error) => console.log(error.code, error.message));
