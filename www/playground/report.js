// @ts-check
import { typescript } from "./typescript.js";

/** The most entries of what has happened. */
const MOST_ENTRIES = 60;

/**
 * A report of a fault in Markdown: where the state is, what has happened, and the code.
 *
 * @param {string} url
 * @param {import("./choices.js").State} state
 * @param {import("../inspector/record.js").Record} record
 */
export function reportOf(url, state, record) {
  const entries = record.happenings.slice(0, MOST_ENTRIES).reverse();
  const lines = entries.map(({ time, kind, label, text }) => {
    const what = kind === label ? kind : `${kind} ${label}`;
    return `${new Date(time).toISOString().slice(11, 23)} ${what}: ${text.replace(/\s+/g, " ")}`;
  });
  return `**What happened, and what you expected**

**The playground:** ${url}

**Where:** npm package, transport \`${state.transport}\`, ${navigator.userAgent}

**What the source told:**

\`\`\`text
${lines.join("\n")}
\`\`\`

**The code:**

\`\`\`ts
${typescript(state)}\`\`\`
`;
}
