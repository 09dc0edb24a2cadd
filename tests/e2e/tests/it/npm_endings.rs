//! Why a source has ended, and that its connection has with it.

use serde_json::json;

use crate::{
    Stage,
    npm::{BLANK, on_each_transport, script},
    tests,
};

tests! {
    each_end_has_its_reason,
    the_end_of_what_was_posted_finishes_it,
    the_server_may_want_no_other_connection,
    the_promise_comes_after_the_state_and_is_always_the_same,
    what_was_collected_is_dropped,
}

async fn each_end_has_its_reason(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const ends = async (steps, options, end = () => {}) => {
            const url = await play({ steps: [...steps, "silence"] });
            const source = open(url, { policy: { closeAfterLosses: 1 }, ...options });
            source.onError(() => {});
            source.addEventListener("message", () => end(source));
            const { type, error } = await source.closed;
            const { attempts: [{ closed_by }] } = await seen(url, "closed=1");
            return `${type}${error ? `: ${error.code}` : ""}, by the ${closed_by}`;
        };
        const message = { send: "data: 1\n\n" };
        const controller = new AbortController();
        return [
            await ends([{ send: "event: bye\ndata: 0\n\n" }], { terminalEvent: "bye" }),
            await ends([{ send: "data: [DONE]\n\n" }], { terminalData: "[DONE]" }),
            await ends([message], {}, (source) => source.close()),
            await ends([message], {}, (source) => source[Symbol.dispose ?? Symbol.for("Symbol.dispose")]()),
            await ends([message], { signal: controller.signal }, () => controller.abort()),
            await ends(["end"]),
        ];
    "#;
    let expected = json!([
        "finished, by the client",
        "finished, by the client",
        "requested, by the client",
        "requested, by the client",
        "requested, by the client",
        "policy: connection-lost, by the server",
    ]);
    on_each_transport(stage.browser, body, &expected).await;
}

async fn the_end_of_what_was_posted_finishes_it(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let outcome = script(
        stage.browser,
        r#"
        const post = async (options) => {
            const url = await play({ steps: [{ send: "data: 1\n\n" }] });
            const source = new EventSource(url, { transport: "fetch", method: "post", body: "x", ...options });
            const events = [];
            source.addEventListener("error", ({ error }) => events.push(error?.code ?? "no error"));
            source.onError(() => {});
            const { type, error } = await source.closed;
            const { attempts } = await seen(url, "attempts=1");
            return [type, error?.code ?? "no error", attempts.length, events];
        };
        return [await post(), await post({ terminalEvent: "bye" }), await post({ terminalData: "[DONE]" })];
        "#,
    )
    .await;
    let lost = json!(["policy", "connection-lost", 1, ["connection-lost"]]);
    let expected = json!([["finished", "no error", 1, ["no error"]], lost, lost]);
    assert_eq!(outcome, expected);
}

async fn the_server_may_want_no_other_connection(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let outcome = script(
        stage.browser,
        r#"
        const reasons = [];
        for (const transport of ["browser", "fetch"]) {
            const url = await play({ status: 204 });
            const source = new EventSource(url, { transport });
            source.onError(() => {});
            const { type, error } = await source.closed;
            reasons.push([type, error?.code ?? "no error"]);
        }
        return reasons;
        "#,
    )
    .await;
    let expected = json!([["policy", "given-up"], ["finished", "no error"]]);
    assert_eq!(outcome, expected);
}

async fn the_promise_comes_after_the_state_and_is_always_the_same(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const url = await play({ steps: ["silence"] });
        const source = open(url);
        const heard = [];
        source.onState(({ type }) => type === "closed" && heard.push("state"));
        const end = source.closed.then(() => heard.push("promise"));
        source.close();
        heard.push("closed");
        await end;
        heard.push(source.closed === source.closed, source.state.reason === (await source.closed));
        return heard;
    "#;
    let expected = json!(["closed", "state", "promise", true, true]);
    on_each_transport(stage.browser, body, &expected).await;
}

async fn what_was_collected_is_dropped(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const url = await play({ steps: [{ send: "data: 1\n\n" }, "silence"] });
        const collect = globalThis.gc ?? (() => new Array(1e5).fill(0).map(String));
        const drop = async (use) => {
            const { closed } = await (async () => {
                const source = open(url, { terminalEvent: "bye" });
                const { closed } = source;
                await use(source);
                return { closed };
            })();
            let reason;
            closed.then(({ type }) => { reason = type; });
            while (!reason) {
                collect();
                await new Promise((resolve) => setTimeout(resolve));
            }
            return reason;
        };
        const opened = (source) => new Promise((resolve) => { const off = source.onState(() => { off(); resolve(); }); });
        const iterated = async (source) => { for await (const event of source.events("message")) break; };
        // At once: Firefox takes its time between two collections of what the DOM holds.
        const reasons = await Promise.all([drop(() => {}), drop(opened), drop(iterated)]);
        await seen(url, "closed=3");
        return reasons;
    "#;
    on_each_transport(
        stage.browser,
        body,
        &json!(["dropped", "dropped", "dropped"]),
    )
    .await;
}
