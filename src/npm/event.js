// What happens for each event, in one call from wasm: crossing over costs more than all of it.

/** Where an event came from, as a MessageEvent has it too. */
export class Provenance {
  constructor(lastEventId, origin) {
    this.lastEventId = lastEventId;
    this.origin = origin;
  }
}

/** An event that asks where it came from only when it is asked: a MessageEvent takes longer to tell than to make. */
class TypedEvent {
  #provenance;

  constructor(name, data, provenance) {
    this.name = name;
    this.data = data;
    this.#provenance = provenance;
  }

  get lastEventId() {
    return this.#provenance.lastEventId;
  }

  get origin() {
    return this.#provenance.origin;
  }
}

/** Parses the text and hands over the event. Answers whether the text is JSON. */
export function handOver(handler, name, text, provenance) {
  const data = parse(text);
  if (data === undefined) return false;
  call(handler, new TypedEvent(name, data, provenance));
  return true;
}

/** The same with an event whose text and id are parts of a longer text. */
export function handOverSlices(handler, name, of, start, end, idStart, idEnd, origin) {
  const data = parse(of.substring(start, end));
  if (data === undefined) return false;
  call(handler, { name, data, lastEventId: of.substring(idStart, idEnd), origin });
  return true;
}

/** What there is to say against a text that is no JSON. */
export function exceptionOfJson(text) {
  try {
    JSON.parse(text);
  } catch (exception) {
    return exception;
  }
}

/** What the text stands for; `undefined`, which no text does, where it is no JSON. */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function call(handler, event) {
  try {
    handler(event);
  } catch (exception) {
    report(exception);
  }
}

/** Hands an exception to the global error handler, as the DOM does with those of its listeners. */
export function report(exception) {
  // Where there is no such handler the exception must not pass through what has called the listener.
  if (globalThis.reportError) reportError(exception);
  else console.error(exception);
}
