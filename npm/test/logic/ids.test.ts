// Ids show which events are duplicates, and which are missing.

import { EventSource, type EventSourceInit, type Gap } from "typed-eventsource";
import { describe, expect, test } from "vitest";
import { server } from "../support/fake-server.ts";

const send = (...ids: number[]) => ids.forEach((id) => server.sendWithId("tick", `${id}`, `${id}`));

/** Loses the connections. The sources connect again. */
function reconnect() {
  server.lose();
  server.clock.advance(60_000);
  server.open();
}

describe.each(["browser", "fetch"] as const)("over %s", (transport) => {
  /** A source, and what its listeners have heard: numbers and gaps. */
  function listen(options: EventSourceInit = {}) {
    const heard: unknown[] = [];
    const source = new EventSource("/ticks", { deduplicate: 10, ...options, transport } as EventSourceInit);
    source.on("tick", ({ data }) => heard.push(data));
    source.onGap((gap: Gap) => heard.push(gap));
    source.onError(() => {});
    return { source, heard };
  }

  test("events that are sent again are heard once", async () => {
    const { source, heard } = listen();
    const events = source.events("tick");
    source.addEventListener("tick", ({ data }) => heard.push(data));
    send(1, 2);
    reconnect();
    send(1, 2, 3);
    expect(heard).toEqual(["1", 1, "2", 2, "3", 3]);
    source.close();
    const iterated: unknown[] = [];
    for await (const { data } of events) iterated.push(data);
    expect(iterated).toEqual([1, 2, 3]);
  });

  test("an id that has left the window is no duplicate", () => {
    const { heard } = listen({ deduplicate: 2 });
    send(1, 2, 1, 3, 2, 1);
    expect(heard).toEqual([1, 2, 3, 1]);
  });

  test("events without an id are no duplicates of the event that had the last id", () => {
    const { heard } = listen();
    send(1);
    server.send("tick", "without");
    server.send("tick", "without");
    expect(heard).toEqual([1, "without", "without"]);
    reconnect();
    server.send("tick", "first");
    server.send("tick", "second");
    // The browser's own source does not tell whether an event has an id or only follows one. The first event of a connection is
    // taken for a duplicate.
    expect(heard.slice(3)).toEqual(transport === "fetch" ? ["first", "second"] : ["second"]);
  });

  test("an empty id has a source forget all ids", () => {
    const { heard } = listen();
    send(1, 2);
    server.sendWithId("tick", '"reset"', "");
    send(1);
    expect(heard).toEqual([1, 2, "reset", 1]);
  });

  test("a terminal event is never a duplicate", async () => {
    const { source } = listen({ terminalData: "[DONE]" });
    send(1);
    reconnect();
    server.sendText("tick", "[DONE]");
    expect(await source.closed).toEqual({ type: "finished" });
  });

  test("a duplicate ends silence but does not make a connection healthy", () => {
    const { source } = listen({ policy: { idle: { after: 10_000, then: "close" }, reconnectionTime: 1000 } });
    send(1);
    for (let attempt = 1; attempt < 4; attempt += 1) {
      server.lose();
      expect(source.state).toMatchObject({ type: "waiting", attempt });
      server.clock.advance(1000);
      send(1);
    }
    for (let count = 0; count < 5; count += 1) {
      server.clock.advance(9000);
      send(1);
    }
    expect([source.state.type, source.lastEventId]).toEqual(["open", "1"]);
  });

  test("a gap is told once, before the event after it", () => {
    const { heard } = listen();
    send(1, 2);
    reconnect();
    send(1, 2, 6, 9);
    expect(heard).toEqual([1, 2, { after: "2", before: "6", missed: 3 }, 6, 9]);
  });

  test("gaps are also told without deduplication, and to listeners that are added later", () => {
    const { source, heard } = listen({ deduplicate: undefined });
    send(1);
    const late: Gap[] = [];
    const off = source.onGap((gap) => late.push(gap));
    reconnect();
    send(1, 3);
    expect(late).toEqual([{ after: "1", before: "3", missed: 1 }]);
    expect(heard).toEqual([1, 1, ...late, 3]);
    off();
    reconnect();
    send(5);
    expect(late).toHaveLength(1);
  });

  test("only ids that are numbers of at most 64 bits show gaps", () => {
    const { heard } = listen();
    server.sendWithId("tick", "1", "1");
    reconnect();
    for (const id of ["-5", "7x", "٧", "18446744073709551616"]) server.sendWithId("tick", "2", id);
    server.sendWithId("tick", "3", "18446744073709551615");
    expect(heard).toEqual([1, 2, 2, 2, 2, { after: "1", before: "18446744073709551615", missed: 2 ** 64 }, 3]);
  });

  test("a source that closes at a gap does not hear the event after it", () => {
    const { source, heard } = listen();
    source.onGap(() => source.close());
    source.onGap(() => heard.push("a gap too many"));
    source.addEventListener("tick", ({ data }) => heard.push(data));
    send(1);
    reconnect();
    send(5);
    expect(heard).toEqual(["1", 1, { after: "1", before: "5", missed: 3 }]);
  });

  test("a server that counts from the start again is told as a gap, and its events are heard", () => {
    const { source, heard } = listen();
    send(1, 2, 3);
    reconnect();
    for (const id of ["1", "2", "3", "4"]) server.sendWithId("tick", `"again ${id}"`, id);
    const gap = { after: "3", before: "1", missed: 0 };
    expect(heard).toEqual([1, 2, 3, gap, "again 1", "again 2", "again 3", "again 4"]);
    expect(source.lastEventId).toBe("4");
    reconnect();
    server.sendWithId("tick", '"again 4"', "4");
    expect(heard).toHaveLength(8);
  });

  test("a server that counts from the start again may begin with what it has sent before", () => {
    const { heard } = listen();
    send(1, 2, 3);
    reconnect();
    send(1);
    server.sendWithId("tick", '"again"', "2");
    expect(heard).toEqual([1, 2, 3, { after: "3", before: "2", missed: 0 }, "again"]);
  });

  test("a server that was restarted after its first event is noticed where `id` fields are shown", () => {
    const { heard } = listen();
    send(1);
    reconnect();
    server.sendWithId("tick", '"again"', "1");
    send(2);
    // The browser's own source may have the highest id from the connection before.
    const restart = [{ after: "1", before: "1", missed: 0 }, "again"];
    expect(heard).toEqual([1, ...(transport === "fetch" ? restart : []), 2]);
  });

  test("events that are sent again up to the highest id are duplicates", () => {
    const { heard } = listen();
    send(1, 2, 3);
    reconnect();
    send(1, 2, 3, 4);
    expect(heard).toEqual([1, 2, 3, 4]);
  });

  test("sources that share a connection each hear an event once, and each are told of gaps", () => {
    const [first, second] = [listen({ shared: true }), listen({ shared: true })];
    listen({ shared: true, deduplicate: 11 });
    expect(server.connections).toBe(2);
    send(1);
    reconnect();
    send(1, 3);
    const expected = [1, { after: "1", before: "3", missed: 1 }, 3];
    expect([first.heard, second.heard]).toEqual([expected, expected]);
  });

  test("events that nobody listens to do not make a gap over fetch", () => {
    const { heard } = listen();
    send(1);
    reconnect();
    server.sendWithId("other", "", "2");
    send(3);
    const gap = { after: "1", before: "3", missed: 1 };
    expect(heard).toEqual(transport === "fetch" ? [1, 3] : [1, gap, 3]);
  });
});

test("the event of the given `lastEventId` is a duplicate", () => {
  const heard: unknown[] = [];
  const source = new EventSource("/ticks", { transport: "fetch", lastEventId: "5", deduplicate: 1 });
  source.on("tick", ({ data }) => heard.push(data));
  source.onGap((gap) => heard.push(gap));
  send(5, 7);
  expect(heard).toEqual([{ after: "5", before: "7", missed: 1 }, 7]);
});
