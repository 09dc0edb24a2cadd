//! `policy.rule`: what it sees, and what becomes of what it answers.

use serde_json::json;

use crate::{
    Stage,
    npm::{BLANK, on_each_transport, script},
    tests,
};

tests! {
    a_rule_sees_the_situation,
    a_rule_has_the_last_word,
    a_rule_that_fails_is_reported_and_passed_over,
    a_rule_may_close_the_source,
    what_a_rule_puts_up_with_is_told_all_the_same,
}

async fn a_rule_sees_the_situation(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const url = await play(
            { status: 500 },
            { status: 500 },
            { steps: [{ send: "data: {\n\ndata: [\n\n" }, "silence"] },
        );
        const situations = [];
        const source = open(url, {
            policy: {
                givenUp: "reopen",
                backoff: { initial: 10, factor: 2, jitter: false },
                closeAfterDecodeErrors: 2,
                rule: ({ error, downFor, ...situation }) => {
                    situations.push({ ...situation, isError: error instanceof Error, isDown: downFor > 0 });
                },
            },
        });
        source.onError(() => {});
        source.on("message", () => {});
        await source.closed;
        return situations;
    "#;
    let failed = |failures: u32, is_down: bool, after: u32| {
        json!({
            "isError": true, "failures": failures, "decodeErrors": 0, "isDown": is_down,
            "proposed": { "type": "reopen", "after": after },
        })
    };
    let undecoded = |errors: u32, proposed: &str| {
        json!({
            "isError": true, "failures": 0, "decodeErrors": errors, "isDown": false,
            "proposed": { "type": proposed },
        })
    };
    let expected = json!([
        failed(1, false, 10),
        failed(2, true, 20),
        undecoded(1, "keep-waiting"),
        undecoded(2, "close"),
    ]);
    on_each_transport(stage.browser, body, &expected).await;
}

async fn a_rule_has_the_last_word(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const decide = async (decision, attempt) => {
            const url = await play(attempt, { steps: ["silence"] });
            const source = open(url, { policy: { rule: () => decision } });
            const states = [];
            source.onState(({ type, retryIn }) => states.push([type, retryIn ?? "no wait"]));
            source.onError(() => {});
            source.on("message", () => {});
            await until(() => states.some(([type]) => type === "waiting" || type === "closed"));
            source.close();
            return states.filter(([type]) => type === "waiting" || type === "closed");
        };
        const failed = { status: 500 };
        const undecoded = { steps: [{ send: "data: {\n\n" }, "silence"] };
        return [
            await decide({ type: "reopen", after: 7000 }, failed),
            await decide({ type: "keep-waiting" }, failed),
            await decide({ type: "close" }, undecoded),
            await decide({ type: "reopen", after: 8000 }, undecoded),
        ];
    "#;
    let expected = json!([
        [["waiting", 7000]],
        [["closed", "no wait"]],
        [["closed", "no wait"]],
        [["waiting", 8000]],
    ]);
    on_each_transport(stage.browser, body, &expected).await;
}

async fn a_rule_that_fails_is_reported_and_passed_over(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const reported = [];
        addEventListener("error", (event) => { event.preventDefault(); reported.push(event.message); });
        const states = [];
        const decide = async (rule) => {
            const url = await play({ status: 500 });
            const source = open(url, { policy: { givenUp: "reopen", backoff: { initial: 5000, jitter: false }, rule } });
            source.onError(() => {});
            states.push(await new Promise((resolve) => source.onState(resolve)));
            source.close();
        };
        await decide(() => { throw new Error("thrown"); });
        for (const nonsense of ["close", 7, {}, { type: "closed" }, Promise.resolve({ type: "close" })]) await decide(() => nonsense);
        for (const after of [undefined, "soon", NaN, -1, 1n]) await decide(() => ({ type: "reopen", after }));
        await decide(() => {});
        await decide(() => null);
        const areAsProposed = states.every(({ type, retryIn }) => type === "waiting" && retryIn === 5000);
        return { areAsProposed, count: states.length, reported: reported.map((message) => message.includes("`policy.rule(") ? "nonsense" : "exception") };
    "#;
    let mut reported = vec!["exception"];
    reported.extend(["nonsense"; 10]);
    let expected = json!({
        "areAsProposed": true,
        "count": 13,
        "reported": reported,
    });
    on_each_transport(stage.browser, body, &expected).await;
}

async fn a_rule_may_close_the_source(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const outcomes = [];
        for (const attempt of [{ before: ["wait"], status: 500 }, { steps: ["wait", { send: "data: {\n\ndata: 2\n\n" }, "silence"] }]) {
            const url = await play(attempt);
            const source = open(url, { policy: { rule: () => { source.close(); return { type: "reopen", after: 0 }; } } });
            const told = overhear();
            source.addEventListener("error", () => told.push("an error event"));
            source.on("message", () => told.push("an event"));
            await release(url);
            const { type } = await source.closed;
            const { attempts } = await seen(url, "closed=1");
            outcomes.push([type, attempts.length, told.length, told.includes(undefined)]);
        }
        return outcomes;
    "#;
    let expected = json!([["requested", 1, 1, false], ["requested", 1, 1, false]]);
    on_each_transport(stage.browser, body, &expected).await;
}

/// The DOM hears of what changes the state alone.
async fn what_a_rule_puts_up_with_is_told_all_the_same(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let told = script(
        stage.browser,
        r#"
        const url = await play({ steps: [{ send: ":\n" }, "silence"] });
        const source = new EventSource(url, {
            transport: "fetch",
            policy: { idle: { after: 20, then: "reopen" }, rule: () => ({ type: "keep-waiting" }) },
        });
        const told = overhear();
        source.addEventListener("error", () => told.push("an error event"));
        await until(() => told.length > 1);
        const { type } = source.state;
        source.close();
        return [...told.slice(0, 2), type];
        "#,
    )
    .await;
    assert_eq!(told, json!(["idle", "idle", "open"]));
}
