import { EventSource } from "typed-eventsource";
import { FakeServer } from "typed-eventsource/testing";

test("the installed package runs in Jest with jsdom", async () => {
  const server = new FakeServer();
  const source = new EventSource("/prices");
  source.on("price", ({ data }) => document.body.append(data));
  source.addEventListener("price", ({ lastEventId }) => document.body.append(lastEventId));
  server.sendWithId("price", '"€ 1.5"', "é");
  expect(document.body.textContent).toBe("é€ 1.5");
  expect(source.lastEventId).toBe("é");
  source.close();
  server.close();
});
