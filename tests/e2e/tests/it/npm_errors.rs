//! What an error tells, and who hears of it.

use serde_json::json;

use crate::{
    Stage,
    npm::{BLANK, on_each_transport, script, without_nulls},
    tests,
};

tests! {
    what_nobody_hears_goes_to_the_console,
    what_somebody_hears_does_not,
    the_error_event_carries_what_ended_the_source,
    a_long_answer_is_cut,
    a_lost_connection_has_its_cause,
    an_error_is_one_by_every_test,
    a_trap_of_the_wasm_half_leaves_other_sources_alone,
}

/// Brings about an undecoded event, a lost connection, and the end by too many of them.
const TROUBLE: &str = r#"
    const trouble = async (listen) => {
        const url = await play({ steps: ["wait", { send: "retry: 10\ndata: {\n\n" }, "end"] }, { steps: ["end"] });
        const source = open(url, { policy: { closeAfterLosses: 2, reconnectionTime: 10, healthyAfter: 600000 } });
        source.on("message", () => {});
        const told = overhear();
        listen(source);
        await release(url);
        await source.closed;
        await turn();
        return told;
    };
"#;

async fn what_nobody_hears_goes_to_the_console(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = format!(
        "{TROUBLE} return [await trouble(() => {{}}), await trouble((source) => source.onError(() => {{}})())];"
    );
    let all = json!(["decode", "connection-lost", "connection-lost", "too-many"]);
    on_each_transport(stage.browser, &body, &json!([all, all])).await;
}

async fn what_somebody_hears_does_not(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = format!(
        "{TROUBLE} return [
            await trouble((source) => source.onError(() => {{}})),
            await trouble((source) => source.addEventListener('error', () => {{}})),
            await trouble((source) => {{ source.onerror = () => {{}}; }}),
        ];"
    );
    // The DOM has no event for what does not change the state.
    let expected = json!([[], ["decode"], ["decode"]]);
    on_each_transport(stage.browser, &body, &expected).await;
}

async fn the_error_event_carries_what_ended_the_source(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const ends = async (attempt, policy) => {
            const url = await play(attempt);
            const source = open(url, { policy });
            const told = overhear();
            source.on("message", () => {});
            const shown = [];
            source.onerror = ({ error, type }) => shown.push([type, error, source.readyState]);
            const { error } = await source.closed;
            const [type, last, readyState] = shown.at(-1);
            return [type, error.code, last === error, readyState, shown.length, told.length];
        };
        return [
            await ends({ before: ["silence"] }, { opening: { after: 20, then: "close" } }),
            await ends({ before: ["silence"] }, { closeWhenDownFor: 20 }),
            await ends({ steps: [{ send: ":\n" }, "silence"] }, { idle: { after: 20, then: "close" } }),
            await ends({ steps: [{ send: "data: {\n\n" }, "silence"] }, { closeAfterDecodeErrors: 1 }),
        ];
    "#;
    let expected = json!([
        ["error", "open-timeout", true, 2, 1, 0],
        ["error", "down-too-long", true, 2, 1, 0],
        ["error", "idle", true, 2, 1, 0],
        ["error", "decode", true, 2, 1, 0],
    ]);
    on_each_transport(stage.browser, body, &expected).await;
}

async fn a_long_answer_is_cut(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let outcome = script(
        stage.browser,
        r#"
        const refused = async (length, steps) => {
            const url = await play({ status: 500, headers: [["content-type", "text/plain"]], steps });
            for (;;) {
                const source = new EventSource(url, { transport: "fetch" });
                source.onError(() => {});
                const { error } = await source.closed;
                await seen(url, "closed=1");
                // It is waited for a second, in which not all of it may come where the machine is busy.
                if (error.body.length >= length) return error.body;
            }
        };
        const cut = await refused(1023, [{ send: "x".repeat(1000) }, { send: `${"y".repeat(23)}€ and more` }, "silence"]);
        return [cut === `${"x".repeat(1000)}${"y".repeat(23)}`, await refused(4, [{ send: "slow" }, "silence"]), await refused(0, [])];
        "#,
    )
    .await;
    assert_eq!(outcome, json!([true, "slow", ""]));
}

async fn a_lost_connection_has_its_cause(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let outcome = script(
        stage.browser,
        r#"
        // An event would start the count again.
        const url = await play({ before: ["reset"] }, { steps: [{ send: ":\n" }, "wait", "reset"] }, { steps: ["end"] });
        const source = new EventSource(url, { transport: "fetch", policy: { reconnectionTime: 10, healthyAfter: 600000 } });
        // A reset may overtake what has not been read yet.
        source.onopen = () => release(url);
        const errors = [];
        source.onError(({ code, attempt, cause, status }) => {
            errors.push({ code, attempt, cause: cause?.name, status });
            if (errors.length === 3) source.close();
        });
        await source.closed;
        return errors;
        "#,
    )
    .await;
    let errors = without_nulls(outcome);
    let [failed, reset, ended] = [0, 1, 2].map(|index| errors[index].clone());
    assert_eq!(
        failed,
        json!({ "code": "connection-lost", "attempt": 1, "cause": "TypeError" })
    );
    assert_eq!(reset["code"], "connection-lost");
    assert_eq!(reset["attempt"], 2);
    assert_eq!(ended["code"], "connection-lost");
    assert_eq!(ended["attempt"], 3);
}

async fn an_error_is_one_by_every_test(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let outcome = script(
        stage.browser,
        r#"
        const { EventSourceError } = await import("/pkg/index.js");
        const source = new EventSource("/x", { transport: "fetch" });
        let error;
        try { source.on("", () => {}); } catch (thrown) { error = thrown; }
        source.close();
        return [error instanceof EventSourceError, error instanceof Error, error.name, String(error).startsWith("EventSourceError: "), error.stack !== undefined];
        "#,
    )
    .await;
    assert_eq!(outcome, json!([true, true, "EventSourceError", true, true]));
}

/// A parser that is told to go back to where its chunk has nothing traps, as one with a fault would.
async fn a_trap_of_the_wasm_half_leaves_other_sources_alone(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let outcome = script(
        stage.browser,
        r#"
        const { wasm } = await import("/pkg/init.js");
        const url = await play({ steps: [{ send: "data: 1\n\n" }, "wait", { send: "data: 2\n\n" }, "silence"] });
        const source = new EventSource(url, { transport: "fetch" });
        const events = source.events("message");
        const { value: first } = await events.next();
        // No bytes, which may be anywhere but at 0.
        const nothing = [1, 0];
        const goBack = 2;
        const [faulty, other] = [wasm.newParser(...nothing, 100), wasm.newParser(...nothing, 100)];
        wasm.tellParser(faulty, goBack, ...nothing, 1000);
        const traps = [];
        for (let times = 0; times < 2; times += 1) {
            try {
                wasm.nextEvents(faulty);
            } catch (error) {
                traps.push(error instanceof WebAssembly.RuntimeError);
            }
        }
        const others = wasm.nextEvents(other);
        wasm.free(faulty);
        wasm.free(other);
        await release(url);
        const { value: second } = await events.next();
        source.close();
        return { traps, others, data: [first.data, second.data] };
        "#,
    )
    .await;
    let expected = json!({ "traps": [true, true], "others": 0, "data": [1, 2] });
    assert_eq!(outcome, expected);
}
