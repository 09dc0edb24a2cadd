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
    backoff: { initial: 500, jitter: false },
    idle: { after: 3_000, then: "reopen" },
  },
  terminalEvent: "bye",
});

source.on("price", ({ data }) => console.log(data.symbol, data.price));
source.on("bye", ({ data }) => console.log(data.text));
source.on("failure", ({ data }) => console.log(data.text));

source.onState((state) => console.log(state));
source.onAttempt(({ number, outcome }) => console.log(number, outcome));
source.onGap(({ after, before }) => console.log("missed", after, before));
source.onError((error) => console.log(error.code, error.message));
