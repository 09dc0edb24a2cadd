// Frames that stand for tabs: each has a separate window, locks and ports.

import type { EventSource, EventSourceInit, Gap, TypedEvent } from "typed-eventsource";
import { onTestFinished } from "vitest";

/** What a tab can be without. A channel that is forbidden is there, and throws. */
export type Missing = "SharedWorker" | "locks" | "channel";

export interface Tab {
  frame: HTMLIFrameElement;
  /** Opens a source in the tab, which shares among tabs. Functions among its options run in the test. */
  open(url: string, init?: object): Listening;
  /** Goes away, as a tab that is closed. */
  close(): void;
}

/** A source, and what it has told. */
export interface Listening {
  source: EventSource;
  events: TypedEvent<any>[];
  /** The data of the events. */
  readonly data: unknown[];
  states: string[];
  errors: string[];
  gaps: Gap[];
}

/** Opens a tab without these. */
export async function openTab(missing: Missing[] = []): Promise<Tab> {
  const frame = document.createElement("iframe");
  frame.src = `${new URL("../browser/tabs/tab.html", import.meta.url).pathname}#${missing.join(",")}`;
  const isReady = new Promise<void>((resolve) => {
    frame.onload = () => {
      const tab = frame.contentWindow as Window;
      if ("onCountdown" in tab) resolve();
      else tab.addEventListener("ready", () => resolve());
    };
  });
  document.body.append(frame);
  onTestFinished(() => frame.remove());
  await isReady;
  return {
    frame,
    open(url, init) {
      const { EventSource } = frame.contentWindow as unknown as typeof import("typed-eventsource");
      const source = new EventSource(url, { shared: "tabs", ...init } as EventSourceInit);
      const listening: Listening = {
        source,
        events: [],
        get data() {
          return this.events.map(({ data }) => data);
        },
        states: [],
        errors: [],
        gaps: [],
      };
      source.on("message", (event) => listening.events.push(event));
      source.onState(({ type }) => listening.states.push(type));
      source.onError(({ code }) => listening.errors.push(code));
      return listening;
    },
    close: () => frame.remove(),
  };
}
