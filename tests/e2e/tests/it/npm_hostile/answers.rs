//! Heads and fields: headers without end, ids that would be headers, bytes that are no text.

use serde_json::json;
use typed_eventsource_e2e::Kind;

use super::HELPERS;
use crate::{
    Stage,
    npm::{BLANK, on_each_transport, script},
    tests,
};

tests! {
    an_endless_header_is_a_lost_connection,
    line_ends_and_nuls_in_ids_make_no_headers,
    an_id_in_a_query_is_one_value,
    what_is_no_utf_8_is_replaced_wherever_it_stands,
    a_drip_is_no_sign_of_life_until_something_is_whole,
}

async fn an_endless_header_is_a_lost_connection(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    for transport in ["browser", "fetch"] {
        let body = format!(
            r#"{HELPERS}
            const url = await play({{ before: [{{ long_head: 2 ** 50 }}] }});
            const source = new EventSource(url, {{ transport: "{transport}" }});
            const {{ code }} = await new Promise((resolve) => source.onError(resolve));
            source.close();
            const {{ attempts: [{{ closed_by }}] }} = await seen(url, "closed=1");
            return [code, closed_by, memoryGrowth() <= MiB];"#
        );
        let outcome = script(stage.browser, &body).await;
        let firefox = stage.browser.kind() == Kind::Firefox && transport == "browser";
        let code = if firefox {
            "given-up"
        } else {
            "connection-lost"
        };
        assert_eq!(outcome, json!([code, "client", true]), "{transport}");
    }
}

async fn line_ends_and_nuls_in_ids_make_no_headers(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const url = await play(
            { steps: [{ send: "retry: 10\nid: 1\rX-Evil: 1\r\nX-Evil: 2\ndata: 1\n\n" }] },
            { steps: [{ send: "id: 2\u2028X-Evil: 3\u0085X-Evil: 4\ndata: 2\n\n" }] },
            { steps: [{ send: "id: a b\tc: d\ndata: 3\n\n" }] },
            { steps: [{ send: "data: 4\n\n" }, "silence"] },
        );
        const heard = [];
        const source = open(url);
        source.onError(() => {});
        await new Promise((resolve) => source.on("message", ({ data, lastEventId }) => heard.push([data, lastEventId]) === 4 && resolve()));
        source.close();
        const { attempts } = await seen(url, "attempts=4");
        return [heard.slice(0, 3), attempts.map(({ headers }) => [headers["last-event-id"] ?? "", headers["x-evil"] ?? "none"])];
    "#;
    let (second, third) = ("2\u{2028}X-Evil: 3\u{85}X-Evil: 4", "a b\tc: d");
    let expected = json!([
        [[1, "1"], [2, second], [3, third]],
        [
            ["", "none"],
            ["1", "none"],
            [second, "none"],
            [third, "none"]
        ],
    ]);
    on_each_transport(stage.browser, &format!("{HELPERS}{body}"), &expected).await;
    // Firefox's own source loses what follows an id with a NUL in it.
    let over_fetch = r#"
        const url = await play(
            { steps: [{ send: "retry: 10\nid: 1\ndata: 1\n\nid: 2\u0000\r\nX-Evil: 1\ndata: 2\n\n" }] },
            { steps: [{ send: "data: 3\n\n" }, "silence"] },
        );
        const ids = [];
        const source = new EventSource(url, { transport: "fetch" });
        source.onError(() => {});
        await new Promise((resolve) => source.on("message", ({ lastEventId }) => ids.push(lastEventId) === 2 && resolve()));
        const { attempts } = await seen(url, "attempts=2");
        source.close();
        return [ids.slice(0, 2), attempts[1].headers["last-event-id"], attempts[1].headers["x-evil"] ?? "none"];
    "#;
    let outcome = script(stage.browser, over_fetch).await;
    assert_eq!(outcome, json!([["1", "1"], "1", "none"]));
}

async fn an_id_in_a_query_is_one_value(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const id = "1&admin=true#é\u0001 +%00/../?x";
        const url = await play({ steps: [{ send: `retry: 0\nid: ${id}\ndata: 1\n\n` }, "wait", "reset"] }, { status: 204 });
        const policy = { rule: () => ({ type: "reopen", after: 0 }) };
        const source = open(`${url}?room=1`, { resumeParameter: "after", policy });
        source.onError(() => {});
        await new Promise((resolve) => source.on("message", resolve));
        await release(url);
        const { attempts: [, { path }] } = await seen(url, "attempts=2");
        source.close();
        const { pathname, searchParams } = new URL(path, location.href);
        return [pathname === url, [...searchParams].map(([name, value]) => [name, value === id ? "the id" : value])];
    "#;
    let expected = json!([true, [["room", "1"], ["after", "the id"]]]);
    on_each_transport(stage.browser, &format!("{HELPERS}{body}"), &expected).await;
}

async fn what_is_no_utf_8_is_replaced_wherever_it_stands(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const stream = bytesOf(
            [0xff], "data: not the name of a field\n\nda", [0xc3], "ta: nor this\nretry", [0xff], ": 1\n\n",
            "event: a", [0xff], "\ndata: 1\n\n",
            "event: ", [0xc3], "\r\ndata: ", [0xf0, 0x9f], "\r\n\r\n",
            "id: ", [0xe2, 0x82], "\ndata: ", [0xed, 0xa0, 0x80, 0xc0, 0xaf], "\n\n",
            "data: end\n\n",
        );
        const outcomes = [];
        for (const size of [1, 3, stream.length]) {
            const steps = [];
            for (let start = 0; start < stream.length; start += size) {
                steps.push({ send_base64: base64(stream.subarray(start, start + size)) });
            }
            const source = open(await play({ steps: [...steps, "silence"] }), { parse: "text" });
            const heard = [];
            await new Promise((resolve) => {
                for (const name of ["message", "a\ufffd", "\ufffd"]) source.on(name, ({ type, data, lastEventId }) => {
                    if (data === "end") resolve();
                    else heard.push([type, data, lastEventId]);
                });
            });
            source.close();
            outcomes.push(heard);
        }
        return outcomes;
    "#;
    let heard = json!([
        ["a\u{fffd}", "1", ""],
        ["\u{fffd}", "\u{fffd}", ""],
        [
            "message",
            "\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}",
            "\u{fffd}"
        ],
    ]);
    let expected = json!([heard, heard, heard]);
    on_each_transport(stage.browser, &format!("{HELPERS}{body}"), &expected).await;
}

async fn a_drip_is_no_sign_of_life_until_something_is_whole(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const slow = open(await play({ steps: [{ drip: { every: 20, send: "id: 1\ndata: 7\n\n" } }, "silence"] }));
        const event = await new Promise((resolve) => slow.on("message", resolve));
        slow.close();
        const url = await play({ steps: [{ drip: { every: 20, send: ":".repeat(10000) } }] });
        const never = open(url, { policy: { idle: { after: 300, then: "close" } } });
        const { error } = await never.closed;
        const { attempts: [{ closed_by }] } = await seen(url, "closed=1");
        return [event.data, event.lastEventId, error.code, closed_by];
    "#;
    let expected = json!([7, "1", "idle", "client"]);
    on_each_transport(stage.browser, &format!("{HELPERS}{body}"), &expected).await;
}
