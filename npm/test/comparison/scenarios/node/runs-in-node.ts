import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type Scenario, YES, hears, no, partly, play } from "../../scenario.ts";
import { OURS } from "../../columns.ts";
import { PACKAGE } from "../../package.ts";

const HERE = fileURLToPath(new URL(".", import.meta.url));

export default {
  question: "Runs in Node.js",
  async run({ client, listen }) {
    const url = await play({ steps: [{ send: "data: a\n\n" }, "silence"] });
    try {
      if (!(await hears(listen(url), ["a"], 2000))) return no("No event arrived.");
    } catch (error) {
      return no(`It throws: ${(error as Error).message}.`);
    }
    const module = client.name === OURS ? `${PACKAGE}/index.js` : client.name;
    const code = `await import(${JSON.stringify(module)})`;
    const loading = promisify(execFile)(process.execPath, ["--input-type=module", "--eval", code], { cwd: HERE });
    return loading.then(
      () => YES,
      () => partly("Node.js does not find its modules; a bundler does."),
    );
  },
} satisfies Scenario;
