// @ts-check
import { byId, html } from "./dom.js";

const TOKENS =
  /(?<comment>\/\*[^]*?\*\/|\/\/.*)|(?<string>"[^"]*"|`[^`]*`)|(?<keyword>\b(?:async|await|const|export|for|from|function|if|import|new|of|return|void)\b)/g;

/** The path of the module that was asked for last. */
let wantedPath = "";

/**
 * Shows a module that uses the library, as the browser has loaded it.
 *
 * @param {string} path
 */
export async function showCode(path) {
  wantedPath = path;
  const source = await readModule(path);
  if (path !== wantedPath) return;
  byId("code-path").textContent = path;
  byId("code").replaceChildren(...highlight(source.trimEnd()));
}

/** @param {string} path */
async function readModule(path) {
  try {
    const answer = await fetch(path);
    return answer.ok ? await answer.text() : `${path}: ${answer.status}`;
  } catch {
    return `${path} cannot be read: the server is away.`;
  }
}

/** @param {string} source */
function* highlight(source) {
  let end = 0;
  for (const match of source.matchAll(TOKENS)) {
    yield source.slice(end, match.index);
    const kind = Object.entries(match.groups ?? {}).find(([, text]) => text !== undefined)?.[0] ?? "";
    yield html("span", { class: kind }, match[0]);
    end = match.index + match[0].length;
  }
  yield source.slice(end);
}
