// @ts-check
// The controls of the fields. A control is empty for a field that is not set.
import { html } from "../dom.js";
import { ACTIONS } from "./choices.js";
import { readField, takes, textOf } from "./fragment.js";

/** @typedef {import("./choices.js").Field} Field */
/** @typedef {import("./choices.js").State} State */

/** The controls of some fields, in an element. */
export class Fields {
  #fields;
  /** @type {Map<Field["key"], (HTMLInputElement | HTMLSelectElement)[]>} */
  #controls = new Map();

  /**
   * @param {HTMLElement} element
   * @param {readonly Field[]} fields
   * @param {() => void} onChange
   */
  constructor(element, fields, onChange) {
    this.#fields = fields;
    for (const field of fields) {
      const controls = controlsOf(field);
      this.#controls.set(field.key, controls);
      element.append(rowOf(field, controls));
      for (const control of controls) {
        control.addEventListener("change", () => {
          // The form has a list as the URL does.
          if (field.kind === "statuses") control.value = valueOf(field, controls);
          check(field, controls);
          onChange();
        });
      }
    }
  }

  /** Whether one of the fields is set in a state. @param {State} state */
  areSet = (state) => this.#fields.some(({ key }) => state[key] !== undefined);

  /** @param {State} state */
  show(state) {
    for (const field of this.#fields) {
      const controls = this.#controls.get(field.key) ?? [];
      const value = state[field.key];
      const text = value === undefined ? "" : textOf(value);
      if (field.kind === "flag") /** @type {HTMLInputElement} */ (controls[0]).checked = value !== undefined;
      else if (field.kind === "limit") {
        const [after, then = ACTIONS[0]] = text.split(",");
        controls[0].value = after;
        controls[1].value = then;
      } else controls[0].value = text;
      check(field, controls);
    }
  }

  /** The fields that are set, without those that are not valid. @returns {Partial<State>} */
  read() {
    const entries = this.#fields.map((field) => [field.key, readField(field, valueOf(field, this.#controls.get(field.key) ?? []))]);
    return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
  }
}

/** @param {Field} field @returns {(HTMLInputElement | HTMLSelectElement)[]} */
function controlsOf({ key, kind, values = [], unset, least, most }) {
  const id = `field-${key}`;
  const number = { type: "number", id, min: `${least}`, max: `${most}`, step: "1", inputmode: "numeric", autocomplete: "off" };
  switch (kind) {
    case "flag":
      return [html("input", { type: "checkbox", id })];
    case "number":
      return [html("input", number)];
    case "statuses":
      return [html("input", { id, autocomplete: "off", placeholder: "429,503" })];
    case "limit":
      return [html("input", number), select(`${id}-then`, ACTIONS)];
    case "choice":
      return [select(id, values, unset)];
  }
}

/**
 * @param {string} id
 * @param {string[]} values
 * @param {string} [unset]
 */
function select(id, values, unset) {
  const options = values.map((value) => html("option", { value }, value));
  if (unset) options.unshift(html("option", { value: "" }, unset));
  return html("select", { id }, ...options);
}

/**
 * @param {Field} field
 * @param {HTMLElement[]} controls
 */
function rowOf({ key, kind, label }, [control, then]) {
  const problem = html("span", { class: "problem", id: `problem-${key}`, role: "status" });
  control.setAttribute("aria-describedby", problem.id);
  if (kind === "flag") return html("label", { class: "check" }, control, ` ${label}`);
  if (!then) return html("div", { class: "field" }, html("label", { for: control.id }, label), control, problem);
  return html(
    "div",
    { class: "field limit", role: "group", "aria-label": label },
    html("label", { for: control.id }, label),
    html("label", { for: then.id }, "then"),
    control,
    then,
    problem,
  );
}

/**
 * The text of a field; empty if it is not set.
 *
 * @param {Field} field
 * @param {(HTMLInputElement | HTMLSelectElement)[]} controls
 */
function valueOf({ kind, values = [] }, [control, then]) {
  if (control instanceof HTMLInputElement && kind === "flag") return control.checked ? values[0] : "";
  // A number field has no value for what is no number.
  if (control.validity.badInput) return "?";
  const text = control.value.replace(/\s/g, "");
  return text && then ? `${text},${then.value}` : text;
}

/**
 * Says what a control takes if it has something else.
 *
 * @param {Field} field
 * @param {(HTMLInputElement | HTMLSelectElement)[]} controls
 */
function check(field, controls) {
  const problem = controls[0].ownerDocument.getElementById(`problem-${field.key}`);
  if (!problem) return;
  const text = valueOf(field, controls);
  const isWrong = text !== "" && readField(field, text) === undefined;
  controls[0].setAttribute("aria-invalid", String(isWrong));
  const words = field.kind === "limit" ? takes({ ...field, kind: "number" }) : takes(field);
  problem.textContent = isWrong ? `Not used: it takes ${words}.` : "";
}
