// Collects the numbered events and the gaps that a client hears, and checks each of them. For the client in Rust, collector.rs does
// the same.

/** The letters of the events' texts. */
const LETTERS = ["a", "Z", "é", "ß", "中", "€", "🦀", "😀"];

export class Collector {
  /** How many events did not decode, as expected. */
  undecoded = 0;
  #runs = [];
  #gaps = [];
  #faults = [];
  /** The id of the event that has to follow the last gap. */
  #expectedId;

  addGap({ after, before, missed }) {
    this.#checkExpected(before);
    this.#expectedId = before;
    this.#gaps.push([after, before, missed]);
  }

  addEvent({ type, lastEventId, data: { n, text } }) {
    this.#checkExpected(lastEventId);
    if (lastEventId !== String(n)) this.addFault(`the event with the id ${lastEventId} is number ${n}`);
    if ((type === "tick") !== (n % 2 === 0)) this.addFault(`event ${n} is named ${type}`);
    if (text !== textOf(n)) this.addFault(`event ${n} says ${text}`);
    const run = this.#runs.at(-1);
    if (run?.[1] + 1 === n) run[1] = n;
    else this.#runs.push([n, n]);
  }

  addFault(fault) {
    this.#faults.push(fault);
  }

  /** The report for the runner. In `runs`, consecutive ids are given as the first and the last of them. */
  report() {
    return { runs: this.#runs, gaps: this.#gaps, faults: this.#faults, undecoded: this.undecoded };
  }

  #checkExpected(id) {
    const expected = this.#expectedId;
    this.#expectedId = undefined;
    if (expected !== undefined && expected !== id) this.addFault(`a gap before ${expected} was reported, but ${id} came`);
  }
}

const textOf = (n) => Array.from({ length: n % 40 }, (_, index) => LETTERS[(n * 31 + index * 7) % 8]).join("");
