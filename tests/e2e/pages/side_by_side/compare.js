// Plays each scenario of a subject with all contenders at once, and compares what they have recorded.

import { CONTENDERS, Play, watchErrors } from "./play.js";
import { diff } from "./diff.js";
import { DIFFERENCES } from "./differences.js";

/** How long a scenario may take, in milliseconds. */
const PATIENCE = 120_000;

const BROWSER = navigator.userAgent.includes("Firefox") ? "Firefox" : "Chromium";
const SCOPE = "document" in globalThis ? "window" : "worker";

watchErrors();

/** The unexpected differences, and the known differences that are missing, as text. */
export async function compare(subject, secondOrigin) {
  const { default: scenarios } = await import(`./scenarios/${subject}.js`);
  const complaints = [];
  const withoutScenario = new Set(Object.keys(DIFFERENCES[subject] ?? {}));
  for (const [name, scenario] of Object.entries(scenarios)) {
    const title = `${subject}: ${name}`;
    const known = DIFFERENCES[subject]?.[name] ?? [];
    withoutScenario.delete(name);
    const [native, ...others] = await playAll(scenario, secondOrigin);
    if (native.lines.length === 0) complaints.push(`${title}: nothing was recorded`);
    for (const { contender, lines } of others) {
      const expected = known.filter((difference) => isAbout(difference, contender)).flatMap(({ diff }) => diff);
      const found = diff(native.lines, lines);
      if (found.join("\n") !== expected.join("\n")) complaints.push(complaint(title, contender, native.lines, expected, found));
    }
    if ([native, ...others].some(({ hasFailed }) => hasFailed)) {
      // The other scenarios would probably run into the limit too.
      complaints.push(`${title}: it does not come to its end`);
      return complaints;
    }
  }
  for (const name of withoutScenario) complaints.push(`${subject}: there are differences of "${name}", which is no scenario`);
  return complaints;
}

/** Whether a difference concerns this contender in this browser and this scope. */
function isAbout({ contenders, browser = BROWSER, scope = SCOPE }, contender) {
  return contenders.includes(contender) && browser === BROWSER && scope === SCOPE;
}

async function playAll(scenario, secondOrigin) {
  return Promise.all(
    Object.keys(CONTENDERS).map(async (contender) => {
      const play = new Play(CONTENDERS[contender], secondOrigin);
      const limit = new Promise((resolve) => setTimeout(resolve, PATIENCE, "late"));
      try {
        if ((await Promise.race([scenario(play), limit])) === "late") throw new Error("it takes too long");
      } catch (error) {
        play.record(`it failed: ${error}`);
        play.hasFailed = true;
      }
      await play.end();
      return { contender, lines: play.lines, hasFailed: play.hasFailed };
    }),
  );
}

function complaint(title, contender, native, expected, found) {
  const list = (lines) => lines.map((line) => `    ${line}\n`).join("") || "    nothing\n";
  return (
    `${title}\n  ${contender} in ${BROWSER} is expected to differ by\n${list(expected)}  but differs by\n${list(found)}` +
    `  from the browser's own\n${list(native)}`
  );
}
