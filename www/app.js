// @ts-check
import { showCode } from "./code.js";
import { byId } from "./dom.js";
import { causeFault } from "./faults.js";
import { FAULTS } from "./inspector/faults.js";
import { Inspector } from "./inspector/inspector.js";
import { ChatPanel } from "./panels/chat.js";
import { GamePanel } from "./panels/game.js";
import { LogPanel } from "./panels/log.js";
import { ModelPanel } from "./panels/model.js";
import { PricesPanel } from "./panels/prices.js";
import { Tabs } from "./tabs.js";

/**
 * A panel. Its stream is open while it is shown, since a browser allows six connections to a server, for all tabs together.
 *
 * @typedef {object} Panel
 * @property {string} name the name of the panel, and of its stream on the server
 * @property {{ record: import("./inspector/record.js").Record, readonly isOpen: boolean, open: () => void, close: () => void }} session
 * @property {string} [client] the id of its stream, if that is not the tab's
 * @property {string} [opens] what opens the stream, if showing the panel does not
 * @property {() => void} show
 * @property {() => void} hide
 */

/** Starts the page. */
export function run() {
  byId("demo").hidden = false;
  byId("tabs").hidden = false;
  const inspector = new Inspector(FAULTS, causeFault);
  /** @type {(record: import("./inspector/record.js").Record) => void} */
  const changed = (record) => inspector.changed(record);
  const panels = [PricesPanel, ChatPanel, GamePanel, LogPanel, ModelPanel].map((Kind) => new Kind(changed));
  /** @type {Panel | undefined} */
  let shown;
  new Tabs((name) => {
    const panel = panels.find((panel) => panel.name === name) ?? panels[0];
    shown?.hide();
    shown = panel;
    panel.show();
    inspector.select(panel);
    void showCode(`feeds/${panel.name}.js`);
  });
}
