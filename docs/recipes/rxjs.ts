// RxJS: the events of a source as an observable.

import { Observable } from "rxjs";
import { type EventOf, EventSource, type EventSourceInit } from "typed-eventsource";

/**
 * Each subscriber has a source, which closes when it unsubscribes. The observable completes when the server has finished, and fails
 * with the error that has closed the source. What a source goes on after is no error, so do not `retry`: that is the policy's.
 */
export const fromEventSource = <Feed extends { [Name in keyof Feed]: unknown }, Name extends keyof Feed & string>(
  url: string | URL,
  names: readonly Name[],
  init?: EventSourceInit<Feed>,
) =>
  new Observable<EventOf<Feed, Name>>((subscriber) => {
    const source = new EventSource<Feed>(url, init);
    // Events of several names come in the order in which they arrived.
    for (const name of names) source.on(name, (event) => subscriber.next(event as EventOf<Feed, Name>));
    source.onState((state) => {
      if (state.type !== "closed") return;
      if (state.reason.type === "policy") subscriber.error(state.reason.error);
      else subscriber.complete();
    });
    return () => source.close();
  });
