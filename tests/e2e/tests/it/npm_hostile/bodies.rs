//! More than anybody can take: lines, events and floods without end, and what is small as it travels.

use serde_json::json;

use super::HELPERS;
use crate::{
    Stage,
    npm::{BLANK, on_each_transport, script},
    tests,
};

tests! {
    a_line_without_end_is_too_large_whatever_it_says,
    an_event_without_end_is_too_large_however_small_its_lines,
    a_comment_without_end_takes_no_memory,
    a_body_that_inflates_without_end_is_too_large,
    tiny_events_without_end_leave_the_page_its_turns,
    deeply_nested_json_is_an_error_or_a_value,
    no_more_is_read_at_once_than_there_is_room_for,
}

/// Over `fetch`: what becomes of a stream that is filled with a text, and by how much the memory grows.
const FILLED: &str = r#"
    const filled = async (start, send, init) => {
        const url = await play({ steps: [{ send: start }, { fill: { bytes: 2 ** 50, send } }] });
        const source = new EventSource(url, { transport: "fetch", parse: "text", ...init });
        source.on("message", () => {});
        const { error } = await source.closed;
        const { attempts } = await seen(url, "closed=1");
        return [error?.code, attempts.length, attempts[0].closed_by];
    };
"#;

async fn a_line_without_end_is_too_large_whatever_it_says(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const outcomes = [];
        for (const start of ["data: ", "event: ", "id: ", "retry: ", "unknown: ", "no field", "data", "\ufeffdata: é"]) {
            outcomes.push(await filled(start, "x0é", { maxEventSize: MiB }));
        }
        const small = memoryGrowth();
        // As large as it may be by default.
        outcomes.push(await filled("data: ", "x"));
        return [outcomes, small <= 12 * MiB || small, memoryGrowth() <= 128 * MiB || memoryGrowth()];
    "#;
    let outcome = script(stage.browser, &format!("{HELPERS}{FILLED}{body}")).await;
    let too_large = json!(["event-too-large", 1, "client"]);
    assert_eq!(outcome, json!([vec![too_large; 9], true, true]));
}

async fn an_event_without_end_is_too_large_however_small_its_lines(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const outcomes = [];
        for (const line of ["data: 1\n", "data\n", "event: x\n", "id: 1\r\n", "data\nid\nevent\n"]) {
            outcomes.push(await filled("", line, { maxEventSize: MiB }));
        }
        return [outcomes, memoryGrowth() <= 8 * MiB];
    "#;
    let outcome = script(stage.browser, &format!("{HELPERS}{FILLED}{body}")).await;
    let too_large = json!(["event-too-large", 1, "client"]);
    assert_eq!(outcome, json!([vec![too_large; 5], true]));
}

async fn a_comment_without_end_takes_no_memory(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const url = await play({ steps: [{ send: ":" }, { fill: { bytes: 64 * MiB, send: "x" } }, { send: "\n\ndata: 7\n\n" }, "silence"] });
        const source = new EventSource(url, { transport: "fetch", maxEventSize: 10 });
        const { data } = await new Promise((resolve) => source.on("message", resolve));
        source.close();
        return [data, memoryGrowth() <= 4 * MiB];
    "#;
    let outcome = script(stage.browser, &format!("{HELPERS}{body}")).await;
    assert_eq!(outcome, json!([7, true]));
}

async fn a_body_that_inflates_without_end_is_too_large(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const block = new Uint8Array(MiB).fill(0x78);
        let blocks = 64;
        const line = new ReadableStream({ pull(to) { if (blocks--) to.enqueue(block); else to.close(); } });
        const bomb = new Uint8Array(await new Response(line.pipeThrough(new CompressionStream("gzip"))).arrayBuffer());
        const url = await play({ headers: [["content-encoding", "gzip"]], steps: [{ send_base64: base64(bomb) }, "silence"] });
        const source = new EventSource(url, { transport: "fetch" });
        const { error } = await source.closed;
        return [bomb.length < MiB, error.code, memoryGrowth() <= 128 * MiB];
    "#;
    let outcome = script(stage.browser, &format!("{HELPERS}{body}")).await;
    assert_eq!(outcome, json!([true, "event-too-large", true]));
}

async fn tiny_events_without_end_leave_the_page_its_turns(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    for send in [
        "data\n\n",
        "event: unheard\ndata\n\n",
        "retry:1\n",
        ":\n",
        "\n",
    ] {
        let is_heard = send == "data\n\n";
        let body = format!(
            r#"{HELPERS}
            const url = await play({{ steps: [{{ fill: {{ bytes: 2 ** 50, send: {} }} }}] }});
            const source = new EventSource(url, {{ transport: "fetch", parse: "text" }});
            let heard = 0;
            source.on("message", () => {{ heard += 1; }});
            await new Promise((resolve) => source.onState(({{ type }}) => type === "open" && resolve()));
            // Had the page no turns, this would not come to its end, nor anything else.
            let turns = 0;
            while (turns < 8 || (heard === 0 && {is_heard})) {{
                await sleep(1);
                turns += 1;
            }}
            const {{ type }} = source.state;
            source.close();
            const {{ attempts: [{{ closed_by }}] }} = await seen(url, "closed=1");
            return [type, closed_by, heard > 0, memoryGrowth() <= 4 * MiB];"#,
            json!(send)
        );
        let outcome = script(stage.browser, &body).await;
        assert_eq!(
            outcome,
            json!(["open", "client", is_heard, true]),
            "{send:?}"
        );
    }
}

async fn deeply_nested_json_is_an_error_or_a_value(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    // What a user's parser makes of it may be a stack that is too deep, which is an error like any other.
    let body = r#"
        const [open1, close1] = ["[".repeat(1e6), "]".repeat(1e6)];
        const descend = (text) => text === "7" ? 7 : [descend(text.slice(1))];
        const outcomes = [];
        for (const parse of [undefined, descend]) {
            const url = await play({ steps: ["wait", { send: `data: ${open1}\n\ndata: ${open1}${close1}\n\ndata: ${'{"a":'.repeat(1e5)}\n\ndata: 7\n\n` }, "silence"] });
            const source = open(url, { parse });
            const errors = [];
            source.onError(({ code, cause }) => errors.push([code, cause.name]));
            const values = [];
            const end = new Promise((resolve) => source.on("message", ({ data }) => {
                values.push(Array.isArray(data) ? "nested" : data);
                if (data === 7) resolve();
            }));
            await release(url);
            await end;
            source.close();
            const isFirefox = navigator.userAgent.includes("Firefox");
            outcomes.push([errors.map(([code, name]) => [code, isFirefox && name === "InternalError" ? "RangeError" : name]), values]);
        }
        return outcomes;
    "#;
    let (syntax, range) = (
        json!(["decode", "SyntaxError"]),
        json!(["decode", "RangeError"]),
    );
    let expected = json!([
        [[syntax, syntax], ["nested", 7]],
        [[range, range, range], [7]],
    ]);
    on_each_transport(stage.browser, &format!("{HELPERS}{body}"), &expected).await;
}

async fn no_more_is_read_at_once_than_there_is_room_for(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const url = await play({ steps: [{ fill: { bytes: 2 ** 50, send: "data\n\n" } }] });
        let [largest, total] = [0, 0];
        for (const { prototype } of [ReadableStreamDefaultReader, ReadableStreamBYOBReader]) {
            const { read } = prototype;
            prototype.read = async function (...room) {
                const result = await read.apply(this, room);
                largest = Math.max(largest, result.value?.length ?? 0);
                total += result.value?.length ?? 0;
                return result;
            };
        }
        const source = new EventSource(url, { transport: "fetch", parse: "text" });
        // So that much waits to be read.
        const busy = () => { for (const start = performance.now(); performance.now() - start < 20; ); };
        let heard = 0;
        source.on("message", () => { if (++heard % 20_000 === 0) busy(); });
        await until(() => total > 4 * MiB);
        source.close();
        return largest <= 512 * 1024 || largest;
    "#;
    let outcome = script(stage.browser, &format!("{HELPERS}{body}")).await;
    assert_eq!(outcome, json!(true));
}
