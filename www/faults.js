// @ts-check
import { identity } from "./identity.js";

/**
 * Asks the server for a fault of a panel's stream.
 *
 * @param {string} fault
 * @param {string} label
 * @param {import("./app.js").Panel} panel
 */
export async function causeFault(fault, label, { name, session, client = identity.tabId }) {
  session.record.note("you", session.isOpen ? label : `${label} (without effect: no stream is open)`);
  const query = new URLSearchParams({ stream: name, client });
  try {
    const answer = await fetch(`/demo/faults/${fault}?${query}`, { method: "POST" });
    if (!answer.ok) session.record.note("error", `The server refused: ${answer.status}`);
  } catch {
    session.record.note("error", "The server cannot be reached");
  }
}
