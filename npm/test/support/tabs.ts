// Frames that stand for tabs: each has a separate window, locks and ports.

import type { EventSource, EventSourceInit, TypedEvent } from "typed-eventsource";
import { onTestFinished } from "vitest";

/** What a tab can be without. */
export type Missing = "SharedWorker" | "locks";

export interface Tab {
  frame: HTMLIFrameElement;
  /** Opens a source in the tab, which shares among tabs. */
  open(url: string, init?: Partial<EventSourceInit>): Listening;
  /** Goes away, as a tab that is closed. */
  close(): void;
}

/** A source, and what it has told. */
export interface Listening {
  source: EventSource;
  events: TypedEvent<any>[];
  states: string[];
  errors: string[];
}

/** Opens a tab without these. */
export async function openTab(missing: Missing[] = []): Promise<Tab> {
  const frame = document.createElement("iframe");
  frame.src = `${new URL("../browser/tabs/tab.html", import.meta.url).pathname}#${missing.join(",")}`;
  document.body.append(frame);
  onTestFinished(() => frame.remove());
  await new Promise<void>((resolve, reject) => {
    frame.onload = () => {
      const { contentWindow: tab } = frame;
      if (tab && "onCountdown" in tab) resolve();
      else tab?.addEventListener("ready", () => resolve());
      tab?.addEventListener("error", (event) => reject(new Error(event.message)));
    };
  });
  return {
    frame,
    open(url, init) {
      const { EventSource } = frame.contentWindow as unknown as typeof import("typed-eventsource");
      const source = new EventSource(url, { shared: "tabs", ...init } as EventSourceInit);
      const listening: Listening = { source, events: [], states: [], errors: [] };
      source.on("message", (event) => listening.events.push(event));
      source.onState(({ type }) => listening.states.push(type));
      source.onError(({ code }) => listening.errors.push(code));
      return listening;
    },
    close: () => frame.remove(),
  };
}
