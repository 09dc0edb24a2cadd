// What a client is told of a stream's numbered events, and whether that is right in itself; collector.rs has the same.

/** What the texts of events are made of. */
const LETTERS = ["a", "Z", "é", "ß", "中", "€", "🦀", "😀"];

export class Collector {
  /** How many events did not decode, and ought not to. */
  undecoded = 0;
  #runs = [];
  #gaps = [];
  #faults = [];
  /** The id of the event that has to come now, since a gap was told before it. */
  #expected;

  gap({ after, before, missed }) {
    this.#notExpected(before);
    this.#expected = before;
    this.#gaps.push([after, before, missed]);
  }

  event({ type, lastEventId, data: { n, text } }) {
    this.#notExpected(lastEventId);
    if (lastEventId !== String(n)) this.fault(`the event with the id ${lastEventId} is number ${n}`);
    if ((type === "tick") !== (n % 2 === 0)) this.fault(`event ${n} is named ${type}`);
    if (text !== textOf(n)) this.fault(`event ${n} says ${text}`);
    const run = this.#runs.at(-1);
    if (run?.[1] + 1 === n) run[1] = n;
    else this.#runs.push([n, n]);
  }

  fault(fault) {
    this.#faults.push(fault);
  }

  /** The ids as they came, those that follow one another as the first and the last of them; and all the rest. */
  told() {
    return { runs: this.#runs, gaps: this.#gaps, faults: this.#faults, undecoded: this.undecoded };
  }

  #notExpected(id) {
    const expected = this.#expected;
    this.#expected = undefined;
    if (expected !== undefined && expected !== id) this.fault(`a gap was told before ${expected}, and ${id} came`);
  }
}

const textOf = (n) => Array.from({ length: n % 40 }, (_, index) => LETTERS[(n * 31 + index * 7) % 8]).join("");
