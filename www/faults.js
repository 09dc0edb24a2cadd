// @ts-check
import { byId, html } from "./dom.js";
import { log } from "./log.js";

/** What the server can be asked to do: its name there, what the button says, what follows. */
const FAULTS = [
  { name: "drop", label: "Drop the connection", does: "The browser reconnects; nothing is missed." },
  { name: "unavailable", label: "Answer 503, 3 times", does: "The browser gives up; the policy backs off and returns." },
  { name: "malformed", label: "Send malformed data", does: "An error that holds the event. The stream goes on." },
  { name: "hostile", label: "Send hostile markup", does: "Scripts in strings arrive as text and stay text." },
  { name: "finish", label: "Finish", does: "The server says bye: closed for good, no retry." },
];

/**
 * Makes the buttons.
 *
 * @param {string} client whose streams the faults shall hit
 * @param {() => void} toggle closes or opens
 */
export function showFaults(client, toggle) {
  const list = byId("faults");
  for (const { name, label, does } of FAULTS) {
    const button = makeButton(name, label, does);
    button.addEventListener("click", () => void ask(name, label, client));
    list.append(button);
  }
  const button = makeButton("toggle", "Close", "");
  button.addEventListener("click", toggle);
  list.append(button);
  showToggle(false);
}

/**
 * Tells what the last button does next.
 *
 * @param {boolean} closed
 */
export function showToggle(closed) {
  byId("toggle-label").textContent = closed ? "Open again" : "Close";
  byId("toggle-does").textContent = closed ? "A new source, from the last event on." : "The page hangs up: closed, as you asked.";
}

/**
 * @param {string} name
 * @param {string} label
 * @param {string} does
 */
function makeButton(name, label, does) {
  return html(
    "button",
    { type: "button", id: name, "aria-labelledby": `${name}-label`, "aria-describedby": `${name}-does` },
    html("strong", { id: `${name}-label` }, label),
    html("span", { id: `${name}-does` }, does),
  );
}

/**
 * @param {string} name
 * @param {string} label
 * @param {string} client
 */
async function ask(name, label, client) {
  log("you", label);
  try {
    const answer = await fetch(`/demo/faults/${name}?client=${client}`, { method: "POST" });
    if (!answer.ok) log("you", `The server refused: ${answer.status}`);
  } catch {
    log("you", "The server cannot be reached");
  }
}
