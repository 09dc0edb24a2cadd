// @ts-check
import { byId, html } from "./dom.js";

const TOKENS = /(?<comment>\/\*[^]*?\*\/|\/\/.*)|(?<string>"[^"]*")|(?<keyword>\b(?:await|const|export|function|import|from|new|return)\b)/g;

/** Shows the module that uses the library, as the browser has loaded it. */
export async function showCode() {
  const answer = await fetch("feed.js");
  const source = answer.ok ? await answer.text() : `feed.js: ${answer.status}`;
  byId("code").replaceChildren(...highlight(source.trimEnd()));
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
