import { build } from "esbuild";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import type { Scenario } from "../../scenario.ts";
import { PACKAGE } from "../../package.ts";

const HERE = fileURLToPath(new URL(".", import.meta.url));

/** What this package loads only where there is no WebAssembly, or to share among tabs. */
const ONLY_SOMETIMES = /(engine-in-javascript|in-parts)/;

export default {
  question: "How large it is in a bundle: by esbuild, minified, gzip -9",
  isBusy: true,
  async run({ client }) {
    if (!client.module) return { outcome: "0 KB" };
    const { outputFiles, metafile } = await build({
      stdin: { contents: `export { ${client.module.exports} } from "${client.name}";`, resolveDir: HERE },
      alias: { "typed-eventsource": `${PACKAGE}/index.js` },
      bundle: true,
      minify: true,
      splitting: true,
      format: "esm",
      target: "es2024",
      outdir: "/",
      write: false,
      metafile: true,
      logLevel: "error",
    });
    const { outputs } = metafile;
    const loaded = new Set<string>();
    const add = (path: string) => {
      if (loaded.has(path)) return;
      loaded.add(path);
      const imported = outputs[path]?.imports ?? [];
      for (const { path: next, external } of imported) if (!external && !ONLY_SOMETIMES.test(outputs[next]?.entryPoint ?? "")) add(next);
    };
    for (const [path, { entryPoint }] of Object.entries(outputs)) if (entryPoint === "<stdin>") add(path);
    const files = outputFiles.filter(({ path }) => [...loaded].some((file) => path.endsWith(`/${file.split("/").at(-1)}`)));
    const bytes = files.reduce((sum, { contents }) => sum + gzipSync(contents, { level: 9 }).length, 0);
    return { outcome: `${(bytes / 1000).toFixed(1)} KB` };
  },
} satisfies Scenario;
