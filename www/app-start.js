// @ts-check
// Starts the app in the same folder.
import { byId } from "./dom.js";

try {
  const app = await import(new URL("app.js", document.baseURI).href);
  await app.default();
} catch (error) {
  const alert = byId("trouble");
  alert.textContent = `The app cannot be started: build it with “cargo xtask demo --apps”, then reload. (${error})`;
  alert.hidden = false;
}
