// @ts-check
import { RESUME_PARAMETER } from "./options.js";
import { grouped } from "./typescript.js";

/** @typedef {import("./choices.js").State} State */

/** The longest lines as rustfmt has them: of imports, of a chain of calls, of one call, and of one call after `let policy =`. */
const IMPORTS = 98;
const CHAIN = 60;
const ONE_CALL = 91;
const POLICY = 82;

/** @type {Record<string, string>} */
const PRESETS = { browser: "Policy::browser()", "close-on-error": "Policy::close_on_error()", resilient: "Policy::resilient()" };
/** @type {Record<string, string>} */
const ACTIONS = { close: "LimitAction::Close", reopen: "LimitAction::Reopen", "keep-waiting": "LimitAction::KeepWaiting" };

/**
 * The program in Rust that does what was chosen.
 *
 * @param {State} state
 */
export function rust(state) {
  const policy = policyOf(state);
  const calls = [
    ...(state.transport === "fetch" ? ["fetch(Fetch::new())"] : []),
    ...(policy ? ["policy(policy)"] : []),
    ...call("deduplicate", state.deduplicate, grouped),
    ...call("resume_parameter", state.resumeParameter, () => `"${RESUME_PARAMETER}"`),
    ...call("terminal_event", state.terminalEvent, () => '"bye"'),
    ...call("failure_event", state.failureEvent, () => '"failure"'),
    "open()?",
  ];
  const letPolicy = policy && `    let policy =${!policy.includes("\n") && policy.length > POLICY ? "\n        " : " "}${policy};\n`;
  const body = `${letPolicy ?? ""}    let source = ${chain('EventSource::builder("/prices")', calls, "    ")};`;
  const used = ["Backoff", "Fetch", "LimitAction", "Policy"].filter((name) => body.includes(`${name}::`));
  const names = ["AttemptSummary", "CloseReason", "Error", "Event", "EventSource", "Gap", "State", ...used].sort();
  const duration = body.includes("Duration::") ? "use std::time::Duration;\n\n" : "";
  return `${duration}use gloo_console::log;
use serde::Deserialize;
${imports(names)}

#[derive(Deserialize)]
struct Price {
    symbol: String,
    price: f64,
}

#[derive(Deserialize)]
struct Notice {
    text: String,
}

pub async fn show() -> Result<(), Error> {
${body}

    let _prices = source.on("price", |event: Event<Price>| {
        log!(event.data.symbol, event.data.price)
    })?;
    let _bye = source.on("bye", |event: Event<Notice>| log!(event.data.text))?;
    let _failure = source.on("failure", |event: Event<Notice>| log!(event.data.text))?;

    let _states = source.on_state(|state: State| log!(state.to_string()));
    let _attempts = source.on_attempt(|attempt: AttemptSummary| log!(format!("{attempt:?}")));
    let _gaps = source.on_gap(|gap: Gap| log!(format!("{gap:?}")));
    let _errors = source.on_error(|error: Error| log!(error.to_string()));

    match source.closed().await {
        CloseReason::Finished => log!("that was all"),
        reason => log!(reason.to_string()),
    }
    Ok(())
}
`;
}

/** @param {State} state */
function policyOf(state) {
  const { initial, max, jitter, maxAttempts } = state;
  const backoff = [
    ...call("initial", initial, duration),
    ...call("max", max, duration),
    ...call("jitter", jitter, () => "false"),
    ...call("max_attempts", maxAttempts, grouped),
  ];
  const calls = [
    ...(backoff.length > 0 ? [`backoff(${chain("Backoff::new()", backoff, "            ", true)})`] : []),
    ...call("reconnection_time", state.reconnectionTime, duration),
    ...call("on_idle", state.idle, limit),
    ...call("on_slow_open", state.opening, limit),
    ...call("close_after_losses", state.closeAfterLosses, grouped),
    ...call("close_after_decode_errors", state.closeAfterDecodeErrors, grouped),
    ...call("close_when_down_for", state.closeWhenDownFor, duration),
    ...call("on_given_up", state.givenUp, (action) => ACTIONS[action]),
    ...call("retry_statuses", state.retryStatuses, (statuses) => `[${statuses.join(", ")}]`),
  ];
  return calls.length > 0 || state.preset !== "browser" ? chain(PRESETS[state.preset], calls, "    ") : undefined;
}

/**
 * The call of a method, if there is a value for it.
 *
 * @template T
 * @param {string} method
 * @param {T | undefined} value
 * @param {(value: T) => string} write
 * @returns {string[]}
 */
const call = (method, value, write) => (value === undefined ? [] : [`${method}(${write(value)})`]);

/** @param {number} milliseconds */
const duration = (milliseconds) => `Duration::from_millis(${grouped(milliseconds)})`;

/** @param {import("./choices.js").Limit} limit */
const limit = ({ after, then }) => `${duration(after)}, ${ACTIONS[then]}`;

/**
 * A chain of calls, broken as rustfmt does. One that is an argument begins a line if it is broken.
 *
 * @param {string} head
 * @param {string[]} calls
 * @param {string} indent
 * @param {boolean} [isArgument]
 */
function chain(head, calls, indent, isArgument = false) {
  const line = [head, ...calls].join(".");
  const isShort = line.length <= CHAIN || (calls.length === 1 && line.length <= ONE_CALL);
  if (isShort && !line.includes("\n")) return line;
  const broken = [head, ...calls].join(`\n${indent}    .`);
  return isArgument ? `\n${indent}${broken},\n${indent.slice(4)}` : broken;
}

/** @param {string[]} names */
function imports(names) {
  const line = `use typed_eventsource::{${names.join(", ")}};`;
  if (line.length <= IMPORTS) return line;
  const lines = [""];
  for (const name of names) {
    const last = lines[lines.length - 1];
    const longer = `${last}${last && " "}${name},`;
    if (longer.length <= IMPORTS - 2) lines[lines.length - 1] = longer;
    else lines.push(`${name},`);
  }
  return `use typed_eventsource::{\n${lines.map((line) => `    ${line}\n`).join("")}};`;
}
