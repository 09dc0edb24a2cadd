//! What sources that share a connection have each for itself.

use serde_json::json;

use crate::{
    Stage,
    npm::{BLANK, on_each_transport},
    tests,
};

tests! {
    a_signal_ends_its_own_source,
    what_does_not_decode_is_the_matter_of_one,
    without_a_limit_what_does_not_decode_closes_nobody,
    a_failure_is_forgotten_at_the_next_event,
    a_full_queue_closes_its_own_source,
    names_that_nobody_listens_to_any_more_are_let_go,
    promises_settle_between_two_events_of_the_dom,
}

async fn a_signal_ends_its_own_source(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const url = await play({ steps: ["wait", { send: "data: 1\n\n" }, "silence"] });
        const [one, other] = [new AbortController(), new AbortController()];
        const a = open(url, { shared: true, signal: one.signal });
        const b = open(url, { shared: true, signal: other.signal });
        const aborted = open(url, { shared: true, signal: AbortSignal.abort() });
        one.abort();
        const reasons = [await a.closed, await aborted.closed];
        const heard = new Promise((resolve) => b.on("message", ({ data }) => resolve(data)));
        await release(url);
        const outcome = { reasons, heard: await heard, b: b.readyState };
        other.abort();
        const { attempts } = await seen(url, "closed=1");
        return { ...outcome, attempts: attempts.length };
    "#;
    let requested = json!({ "type": "requested" });
    let expected = json!({ "reasons": [requested, requested], "heard": 1, "b": 1, "attempts": 1 });
    on_each_transport(stage.browser, body, &expected).await;
}

async fn what_does_not_decode_is_the_matter_of_one(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const url = await play({ steps: ["wait", { send: "data: {\n\ndata: [\n\n" }, "wait", { send: "data: 3\n\n" }, "silence"] });
        const policy = { closeAfterDecodeErrors: 2 };
        const join = (init) => open(url, { shared: true, policy, ...init });
        const [json, text, numbers] = [join(), join({ parse: "text" }), join({ parse: Number })];
        const heard = [];
        json.on("message", () => heard.push("json"));
        json.onError(({ code }) => heard.push(`json ${code}`));
        text.onError(({ code }) => heard.push(`text ${code}`));
        text.on("message", ({ data }) => heard.push(`text ${data}`));
        numbers.on("message", ({ data }) => heard.push(`number ${data}`));
        await release(url);
        await json.closed;
        await until(() => heard.length === 7);
        heard.sort();
        await release(url);
        await until(() => heard.length === 9);
        const states = [json, text, numbers].map(({ readyState }) => readyState);
        text.close();
        numbers.close();
        const { attempts } = await seen(url, "closed=1");
        return { heard, states, attempts: attempts.length };
    "#;
    let expected = json!({
        "heard": [
            "json decode", "json decode", "json too-many",
            "number NaN", "number NaN", "text [", "text {",
            "text 3", "number 3",
        ],
        "states": [2, 1, 1],
        "attempts": 1,
    });
    on_each_transport(stage.browser, body, &expected).await;
}

async fn without_a_limit_what_does_not_decode_closes_nobody(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const url = await play({ steps: ["wait", { send: "data: {\n\ndata: 2\n\n" }, "silence"] });
        const source = open(url, { shared: true, policy: "resilient" });
        const heard = [];
        source.onError(({ code }) => heard.push(code));
        const event = new Promise((resolve) => source.on("message", resolve));
        await release(url);
        heard.push((await event).data);
        source.close();
        return heard;
    "#;
    on_each_transport(stage.browser, body, &json!(["decode", 2])).await;
}

async fn a_failure_is_forgotten_at_the_next_event(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const bad = [{ send: "data: {\n\n" }, "wait"];
        const good = [{ send: "data: 1\n\n" }, "wait"];
        const url = await play({ steps: ["wait", ...bad, ...good, ...bad, ...good, "silence"] });
        const failures = [];
        const rule = (situation) => {
            failures.push(situation.failures);
            return { type: "reopen", after: 1 };
        };
        const policy = { healthyAfter: 600000, rule };
        const [source, other] = [open(url, { shared: true, policy }), open(url, { shared: true, policy, parse: "text" })];
        source.onError(() => {});
        let count = 0;
        source.on("message", () => (count += 1));
        for (let round = 1; round <= 2; round += 1) {
            await release(url);
            await until(() => failures.length === round && source.readyState === 1);
            await release(url);
            await until(() => count === round);
        }
        source.close();
        other.close();
        return failures;
    "#;
    // The event itself has shown that the connection was alive.
    on_each_transport(stage.browser, body, &json!([0, 0])).await;
}

async fn a_full_queue_closes_its_own_source(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const url = await play({ steps: ["wait", { send: "data: 1\n\ndata: 2\n\ndata: 3\n\n" }, "silence"] });
        const small = open(url, { shared: true, queue: { capacity: 1, whenFull: "close" } });
        const large = open(url, { shared: true });
        small.onError(() => {});
        const unread = small.events("message");
        const heard = [];
        for await (const { data } of (void release(url), large.events("message"))) if (heard.push(data) === 3) break;
        const { error } = await small.closed;
        const outcome = { heard, code: error.code, large: large.readyState, dropped: unread.dropped };
        large.close();
        await seen(url, "closed=1");
        return outcome;
    "#;
    let expected =
        json!({ "heard": [1, 2, 3], "code": "queue-overflow", "large": 1, "dropped": 1 });
    on_each_transport(stage.browser, body, &expected).await;
}

async fn names_that_nobody_listens_to_any_more_are_let_go(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const url = await play({ steps: [
            "wait",
            { send: "data: 1\n\nevent: other\ndata: 2\n\n" },
            "wait",
            { send: "data: 3\n\nevent: other\ndata: 4\n\n" },
            "silence",
        ] });
        const [a, b] = [open(url, { shared: true }), open(url, { shared: true })];
        const heard = [];
        const hear = (who) => ({ data }) => heard.push(`${who} ${data}`);
        const off = a.on("message", hear("a"));
        b.on("message", hear("b"));
        a.on("other", hear("a other"));
        await release(url);
        await until(() => heard.length === 3);
        off();
        b.close();
        await release(url);
        await until(() => heard.length === 4);
        a.close();
        await seen(url, "closed=1");
        return heard;
    "#;
    let expected = json!(["a 1", "b 1", "a other 2", "a other 4"]);
    on_each_transport(stage.browser, body, &expected).await;
}

async fn promises_settle_between_two_events_of_the_dom(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const url = await play({ steps: ["wait", { send: "data: 1\n\ndata: 2\n\n" }, "silence"] });
        const [a, b] = [open(url, { shared: true }), open(url, { shared: true })];
        const heard = [];
        a.addEventListener("message", async ({ data }) => {
            heard.push(`a ${data}`);
            for (let step = 0; step < 10; step += 1) await undefined;
            heard.push(`a ${data} settled`);
        });
        b.on("message", ({ data }) => heard.push(`b ${data}`));
        await release(url);
        await until(() => heard.length === 6);
        a.close();
        b.close();
        return heard;
    "#;
    let expected = json!(["a 1", "b 1", "a 1 settled", "a 2", "b 2", "a 2 settled"]);
    on_each_transport(stage.browser, body, &expected).await;
}
