// The project's test server, which runs as long as Vitest does.

import { execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import type { Socket } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

declare module "vitest" {
  export interface ProvidedContext {
    /** The test server's origin, such as `http://127.0.0.1:8080`. */
    origin: string;
    /** The test server's second origin. */
    secondOrigin: string;
  }
}

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const PACKAGE = fileURLToPath(new URL("../../../pkg", import.meta.url));

export interface Origins {
  origin: string;
  secondOrigin: string;
}

/**
 * Starts the server that `TEST_SERVER` names, or else the one that cargo builds. It starts only once, though Vitest reads its
 * configuration again for each browser. A missing package is built.
 */
export async function startServer(): Promise<Origins> {
  const { TEST_SERVER_ORIGINS } = process.env;
  if (TEST_SERVER_ORIGINS) return JSON.parse(TEST_SERVER_ORIGINS);
  const origins = await start();
  process.env.TEST_SERVER_ORIGINS = JSON.stringify(origins);
  return origins;
}

async function start(): Promise<Origins> {
  if (!existsSync(`${PACKAGE}/wasm`)) execFileSync("cargo", ["xtask", "npm"], { cwd: ROOT, stdio: "inherit" });
  const { TEST_SERVER } = process.env;
  const cargo = ["cargo", "run", "--quiet", "--package", "typed-eventsource-server", "--"];
  const [program = "", ...words] = TEST_SERVER ? [TEST_SERVER] : cargo;
  const server = spawn(program, [...words, "--pkg", PACKAGE], { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] });
  process.on("exit", () => server.kill());
  for await (const line of createInterface(server.stdout)) {
    const [, origin, secondOrigin] = /^listening on (\S+) \(second origin (\S+)\)$/.exec(line) ?? [];
    if (!origin || !secondOrigin) continue;
    // The process need not wait for the server to end.
    server.unref();
    (server.stdout as Socket).unref();
    return { origin, secondOrigin };
  }
  throw new Error("the test server ended before it listened");
}
