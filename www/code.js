// @ts-check
import { byId, html } from "./dom.js";

const COMMENT = String.raw`(?<comment>\/\*[^]*?\*\/|\/\/.*)`;
const STRING = '(?<string>"[^"]*"|`[^`]*`)';
const KEYWORDS = {
  typescript: "async|await|const|export|for|from|function|if|import|interface|new|of|return|void",
  rust: "async|await|fn|let|match|pub|struct|use",
};

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
  byId("code").replaceChildren(...highlight(source.trimEnd(), "typescript"));
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

/**
 * Code with its comments, strings and keywords in elements.
 *
 * @param {string} source
 * @param {keyof typeof KEYWORDS} language
 */
export function* highlight(source, language) {
  const tokens = new RegExp(String.raw`${COMMENT}|${STRING}|(?<keyword>\b(?:${KEYWORDS[language]})\b)`, "g");
  let end = 0;
  for (const match of source.matchAll(tokens)) {
    yield source.slice(end, match.index);
    const kind = Object.entries(match.groups ?? {}).find(([, text]) => text !== undefined)?.[0] ?? "";
    yield html("span", { class: kind }, match[0]);
    end = match.index + match[0].length;
  }
  yield source.slice(end);
}
