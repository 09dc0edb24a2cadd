//! That sources leave nothing behind.

use serde_json::json;

use crate::{
    Stage,
    npm::{BLANK, script},
    tests,
};

tests! {
    sources_that_were_closed_leave_nothing_behind,
    sources_that_shared_connections_leave_nothing_behind,
    sources_that_were_dropped_leave_nothing_behind,
    a_closed_source_is_collected_whatever_still_holds_to_it,
    what_is_kept_of_an_event_keeps_nothing_else,
}

/// Uses many sources, few of them at a time since a browser has six connections to a host, and measures what stays.
/// Where the collector cannot be called the heap tells nothing.
const MEASURING: &str = r#"
    const { memory } = await import("/pkg/init.js");
    const settle = async () => {
        for (let round = 0; round < 3; round += 1) {
            globalThis.gc?.();
            await new Promise((resolve) => setTimeout(resolve, 10));
        }
        return { wasm: memory().buffer.byteLength, heap: globalThis.gc ? performance.memory.usedJSHeapSize : 0 };
    };
    const batches = async (count, use) => {
        for (let left = count; left > 0; left -= 5) await use(5);
    };
    const measure = async (count, use) => {
        await batches(50, use);
        const before = await settle();
        await batches(count, use);
        const after = await settle();
        return { wasm: after.wasm - before.wasm, bytesEach: Math.max(after.heap - before.heap, 0) / count };
    };
"#;

async fn sources_that_were_closed_leave_nothing_behind(stage: &mut Stage<'_>) {
    for transport in ["browser", "fetch"] {
        stage.goto(BLANK).await;
        let outcome = script(
            stage.browser,
            &format!(
                r#"{MEASURING}
                const transport = "{transport}";
                const url = await play({{ steps: [{{ send: "id: é\ndata: 1\n\n" }}, "silence"] }});
                const one = async () => {{
                    const source = new EventSource(url, {{
                        transport,
                        policy: {{ preset: "resilient", rule: () => source.close() }},
                        parse: (data) => source && data,
                    }});
                    source.onState(() => source.state);
                    source.onerror = () => source.close();
                    source.addEventListener("message", () => source.state);
                    const event = new Promise((resolve) => source.on("message", resolve));
                    const events = source.events("message", "other");
                    await event;
                    source.close();
                    for await (const event of events) event.data;
                }};
                const outcome = await measure(2000, (size) => Promise.all(Array.from({{ length: size }}, one)));
                const {{ attempts }} = await seen(url, "closed=2050");
                return {{ ...outcome, open: attempts.filter(({{ closed_ms }}) => closed_ms === null).length }};"#
            ),
        )
        .await;
        check(&outcome, transport);
    }
}

async fn sources_that_shared_connections_leave_nothing_behind(stage: &mut Stage<'_>) {
    for transport in ["browser", "fetch"] {
        stage.goto(BLANK).await;
        let outcome = script(
            stage.browser,
            &format!(
                r#"{MEASURING}
                const transport = "{transport}";
                const url = await play({{ steps: [{{ send: "id: é\ndata: 1\n\n" }}, "silence"] }});
                const policy = {{ preset: "resilient", rule: () => {{}} }};
                // Four share a connection from its beginning, and one more comes to it when it is open.
                const group = async (_, number) => {{
                    const join = () => {{
                        const options = {{ transport, shared: true, policy, parse: (data) => source && data }};
                        const source = new EventSource(`${{url}}?${{number}}`, options);
                        source.onState(() => source.state);
                        source.onerror = () => source.close();
                        source.addEventListener("message", () => source.state);
                        return source;
                    }};
                    const sources = Array.from({{ length: 4 }}, join);
                    await Promise.all(sources.map((source) => new Promise((resolve) => source.on("message", resolve))));
                    const late = join();
                    await new Promise((resolve) => late.addEventListener("open", resolve));
                    const events = late.events("message");
                    [...sources, late].forEach((source) => source.close());
                    for await (const event of events) event.data;
                }};
                const outcome = await measure(400, (size) => Promise.all(Array.from({{ length: size }}, group)));
                const {{ attempts }} = await seen(url, "closed=450");
                return {{ ...outcome, made: attempts.length, open: attempts.filter(({{ closed_ms }}) => closed_ms === null).length }};"#
            ),
        )
        .await;
        assert_eq!(outcome["made"], 450, "{transport}");
        check(&outcome, transport);
    }
}

async fn sources_that_were_dropped_leave_nothing_behind(stage: &mut Stage<'_>) {
    for transport in ["browser", "fetch"] {
        stage.goto(BLANK).await;
        let outcome = script(
            stage.browser,
            &format!(
                r#"{MEASURING}
                if (!globalThis.gc) return {{ wasm: 0, bytesEach: 0, open: 0 }};
                const transport = "{transport}";
                const url = await play({{ steps: ["silence"] }});
                const open = () => {{
                    const source = new EventSource(url, {{ transport }});
                    source.on("message", () => {{}})();
                    return source.closed;
                }};
                const use = async (size) => {{
                    let left = size;
                    for (const closed of Array.from({{ length: size }}, open)) closed.then(({{ type }}) => {{ left -= type === "dropped"; }});
                    while (left) {{
                        gc();
                        await turn();
                    }}
                }};
                const outcome = await measure(2000, use);
                const {{ attempts }} = await seen(url, "attempts=0");
                await seen(url, `closed=${{attempts.length}}`);
                return {{ ...outcome, open: (await seen(url, "attempts=0")).attempts.filter(({{ closed_ms }}) => closed_ms === null).length }};"#
            ),
        )
        .await;
        check(&outcome, transport);
    }
}

/// What a browser itself keeps of a request comes to less.
fn check(outcome: &serde_json::Value, transport: &str) {
    assert_eq!(outcome["open"], 0, "{transport}");
    assert_eq!(outcome["wasm"], 0, "{transport}");
    let bytes_each = outcome["bytesEach"].as_f64().expect("a number");
    assert!(
        bytes_each < 500.0,
        "{transport}: {bytes_each} bytes stay of each source"
    );
}

async fn a_closed_source_is_collected_whatever_still_holds_to_it(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let outcome = script(
        stage.browser,
        r#"
        if (!globalThis.gc) return ["collected", "collected"];
        const url = await play({ steps: [{ send: "data: 1\n\n" }, "silence"] });
        const outcomes = [];
        for (const transport of ["browser", "fetch"]) {
            const controller = new AbortController();
            const held = [];
            const weak = await (async () => {
                const source = new EventSource(url, {
                    transport,
                    signal: controller.signal,
                    policy: { rule: () => source.close() },
                    parse: (data) => source && data,
                });
                held.push(source.onState(() => source.state), source.onError(() => source.state), source.closed, source.events("message"));
                source.addEventListener("message", () => source.state);
                await new Promise((resolve) => held.push(source.on("message", () => resolve(source.state))));
                source.close();
                return new WeakRef(source);
            })();
            for (let round = 0; round < 1000 && weak.deref(); round += 1) {
                await new Promise((resolve) => setTimeout(resolve));
                gc();
            }
            outcomes.push(weak.deref() ? "kept" : "collected");
            for (const undo of held) if (typeof undo === "function") undo();
            controller.abort();
        }
        return outcomes;
        "#,
    )
    .await;
    assert_eq!(outcome, json!(["collected", "collected"]));
}

async fn what_is_kept_of_an_event_keeps_nothing_else(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let outcome = script(
        stage.browser,
        r#"
        if (!globalThis.gc) return "little";
        const event = `event: kept\nid: rather a long id, number {n}\ndata: {"text":"${"k".repeat(40)}"}\n\n`;
        const others = `data: ${"x".repeat(80)}\n\n`.repeat(700);
        const url = await play(...Array(4).fill({ steps: [{ repeat: { times: 400, send: event + others } }, { send: "event: bye\ndata: 0\n\n" }, "silence"] }));
        const heap = async () => {
            for (let round = 0; round < 3; round += 1) {
                gc();
                await new Promise((resolve) => setTimeout(resolve, 10));
            }
            return performance.memory.usedJSHeapSize;
        };
        const keeping = async (parse, keep) => {
            const before = await heap();
            const kept = [];
            const source = new EventSource(url, { transport: "fetch", terminalEvent: "bye", parse });
            source.on("kept", (event) => { if (keep) kept.push(keep(event)); });
            await source.closed;
            return [await heap() - before, kept];
        };
        // What the first one needs is there from then on.
        await keeping("json");
        const kept = [];
        const sizes = [];
        for (const [parse, keep] of [["json", (event) => event], ["text", (event) => event], ["text", ({ data }) => data]]) {
            const [size, events] = await keeping(parse, keep);
            sizes.push(Math.round(size / 1024));
            kept.push(events);
        }
        // A chunk for each would be 20,000 KiB.
        return kept.every(({ length }) => length === 400) && sizes.every((size) => size < 500) ? "little" : sizes;
        "#,
    )
    .await;
    assert_eq!(outcome, json!("little"), "KiB are kept");
}
