import { release } from "../../../support/streams.ts";
import type { Client, Listening, Wishes } from "../../client.ts";
import { type Scenario, YES, asks, no, play, within } from "../../scenario.ts";

export default {
  question: "Several tabs share one connection",
  isBusy: true,
  async run({ client }) {
    const url = await play({ steps: ["wait", { send: "data: 1\n\n" }, "silence"] });
    const tabs = await Promise.all([openTab(), openTab()]);
    try {
      const listening = tabs.map(({ listen }) => listen(client.name, url, { shared: true }));
      await asks(url, 1);
      if (await asks(url, 2, 3000)) return no("Each tab had a connection.");
      await release(url);
      const areHeard = await Promise.all(listening.map(({ events }) => within(6000, () => String(events[0]?.data) === "1")));
      for (const one of listening) one.close();
      return areHeard.every(Boolean) ? YES : no("One of the tabs heard nothing.");
    } finally {
      for (const { frame } of tabs) frame.remove();
    }
  },
} satisfies Scenario;

interface Tab {
  frame: HTMLIFrameElement;
  listen(client: string, url: string, wishes: Wishes): Listening;
}

/** Opens a frame, which stands for a tab: it has a separate window, with locks and ports. */
async function openTab(): Promise<Tab> {
  const frame = document.createElement("iframe");
  frame.src = new URL("../../tab.html", import.meta.url).pathname;
  const loaded = new Promise<readonly Client[]>((resolve) => {
    frame.onload = () => {
      const tab = frame.contentWindow as Window & { clients?: readonly Client[] };
      const tell = () => resolve(tab.clients ?? []);
      if (tab.clients) tell();
      else tab.addEventListener("ready", tell);
    };
  });
  document.body.append(frame);
  const clients = await loaded;
  return {
    frame,
    listen(name, url, wishes) {
      const client = clients.find((one) => one.name === name);
      if (!client) throw new Error(`there is no ${name}`);
      return client.listen(url, wishes);
    },
  };
}
