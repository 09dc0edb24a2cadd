import type { WasmSource } from "./index.js";

/** What the tool that builds the app makes of the file: a module, or a URL. `init` takes either. */
declare const wasm: WasmSource;
export default wasm;
