// @ts-check
import { highlight } from "../code.js";
import { byId, html, input } from "../dom.js";
import { Inspector } from "../inspector/inspector.js";
import { SPAN, Timeline, marksOf, states } from "../inspector/timeline.js";
import { TabList } from "../tabs.js";
import { FAULTS, GROUPS, MOST_FAULTS, SERVER_FIELDS } from "./choices.js";
import { Fields } from "./form.js";
import { readFragment, writeFragment } from "./fragment.js";
import { Plan } from "./plan.js";
import { reportOf } from "./report.js";
import { Run } from "./run.js";
import { rust } from "./rust.js";
import { typescript } from "./typescript.js";

/** @typedef {import("./choices.js").State} State */

/** The least time that the timeline shows, in milliseconds. */
const LEAST_SPAN = 20_000;

/** Starts the page. */
export function run() {
  byId("demo").hidden = false;
  new Playground();
}

/** The playground: one state, and what shows and changes it. */
class Playground {
  #inspector = new Inspector(
    FAULTS,
    (fault, label) => this.#add(fault, label),
    new Timeline([marksOf("attempt"), states, marksOf("event"), marksOf("error")], windowOf),
  );
  #plan = new Plan((faults) => this.#change({ ...this.#state, faults }));
  #groups = GROUPS.map(({ name, fields }) => {
    const group = html("details", {}, html("summary", {}, name));
    const body = html("div", { class: "fields" });
    group.append(body);
    byId("groups").append(group);
    return { group, fields: new Fields(body, fields, () => this.#read()) };
  });
  #server = new Fields(byId("server-choices"), SERVER_FIELDS, () => this.#read());
  /** @type {State} */
  #state = readFragment("").state;
  /** @type {Run | undefined} */
  #run;

  constructor() {
    this.#groups[0].group.open = true;
    const languages = new TabList(byId("tabs"), (name) => languages.select(name));
    languages.select("typescript");
    for (const id of ["choices", "server-choices"]) byId(id).addEventListener("submit", (event) => event.preventDefault());
    byId("copy-url").addEventListener("click", () => copy(location.href, "The URL"));
    byId("copy-report").addEventListener(
      "click",
      () => this.#run && copy(reportOf(location.href, this.#state, this.#run.record), "The report"),
    );
    input("url").addEventListener("focus", () => input("url").select());
    addEventListener("hashchange", () => this.#readUrl());
    // A page that is left has no stream, and one that is restored from the back/forward cache has one again.
    addEventListener("pagehide", () => this.#run?.close());
    addEventListener("pageshow", ({ persisted }) => persisted && this.#start());
    this.#readUrl();
  }

  /** Takes the state of the URL, and says what of that is not understood. A URL without a state gets that of the example. */
  #readUrl() {
    const { state, problems } = readFragment(location.hash);
    if (location.hash === "") history.replaceState(null, "", `#${writeFragment(state)}`);
    const place = byId("not-understood");
    place.hidden = problems.length === 0;
    place.replaceChildren(
      html("p", {}, html("strong", {}, "Not all of the URL is understood. The rest is used.")),
      html("ul", {}, ...problems.map((problem) => html("li", {}, problem))),
    );
    this.#state = state;
    for (const { group, fields } of this.#groups) {
      fields.show(state);
      group.open ||= fields.areSet(state);
    }
    this.#server.show(state);
    this.#show();
    this.#start();
  }

  /** Takes the state of the form. */
  #read() {
    const { transport, preset, faults } = this.#state;
    const chosen = [...this.#groups.map(({ fields }) => fields), this.#server].map((fields) => fields.read());
    this.#change(Object.assign({ transport, preset }, ...chosen, { faults }));
  }

  /** @param {string} fault @param {string} label */
  #add(fault, label) {
    const { faults } = this.#state;
    if (faults.length >= MOST_FAULTS) {
      byId("plan-status").textContent = `${MOST_FAULTS} faults are the most. Remove one first.`;
      return;
    }
    this.#change({ ...this.#state, faults: [...faults, fault] });
    byId("plan-status").textContent = `Added: ${label}. The run begins again.`;
  }

  /** Shows another state, which is then in the URL, and runs it. @param {State} state */
  #change(state) {
    this.#state = state;
    history.replaceState(null, "", `#${writeFragment(state)}`);
    byId("not-understood").hidden = true;
    byId("plan-status").textContent = "";
    this.#show();
    this.#start();
  }

  #show() {
    this.#plan.show(this.#state.faults);
    byId("code-typescript").replaceChildren(...highlight(typescript(this.#state).trimEnd(), "typescript"));
    byId("code-rust").replaceChildren(...highlight(rust(this.#state).trimEnd(), "rust"));
    input("url").value = location.href;
    byId("copied").textContent = "";
  }

  #start() {
    this.#run?.close();
    const session = new Run(
      this.#state,
      (record) => this.#inspector.changed(record),
      () => this.#start(),
    );
    this.#run = session;
    this.#inspector.select({ name: "playground", session, show: () => {}, hide: () => {} });
    void session.start();
  }
}

/**
 * The whole run, or its last minute. It stands still once the source has closed.
 *
 * @param {import("../inspector/record.js").Record} record
 * @param {number} now
 * @returns {[start: number, end: number]}
 */
function windowOf({ segments }, now) {
  const [first, last] = [segments[0], segments.at(-1)];
  const end = last?.type === "closed" ? Math.min(now, last.from + 1_000) : now;
  const length = Math.min(Math.max(end - (first?.from ?? now), LEAST_SPAN), SPAN);
  return [end - length, end];
}

/**
 * Copies a text, or selects the URL for the person to copy it where a page may not.
 *
 * @param {string} text
 * @param {string} what
 */
async function copy(text, what) {
  const status = byId("copied");
  try {
    await navigator.clipboard.writeText(text);
    status.textContent = `${what} is copied.`;
  } catch {
    input("url").focus();
    status.textContent = "This browser does not let the page copy: copy the URL, which is selected.";
  }
}
