//! `parse` and `schemas`: what becomes of an event's data.

use serde_json::json;

use crate::{
    Stage,
    npm::{BLANK, on_each_transport},
    tests,
};

tests! {
    a_function_parses_and_sees_the_event,
    text_stays_as_it_is,
    what_does_not_parse_is_told_and_skipped,
    a_schema_transforms_and_refuses,
    a_schema_that_throws_or_waits_or_answers_nonsense_is_told_of,
    refusals_in_a_row_close_the_source,
    a_parser_may_close_the_source,
}

async fn a_function_parses_and_sees_the_event(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const url = await play({ steps: ["wait", { send: "id: 1\nevent: price\ndata: 2\ndata: 3\n\n" }, "silence"] });
        const calls = [];
        const source = open(url, { parse: (...all) => { calls.push(all); return all[0].split("\n"); } });
        const heard = [];
        source.on("price", ({ data }) => heard.push(data));
        const event = new Promise((resolve) => source.on("price", resolve));
        await release(url);
        const { data } = await event;
        source.close();
        calls[0][1].isFromHere = calls[0][1].origin === location.origin;
        delete calls[0][1].origin;
        return { calls, data, isShared: heard[0] === data };
    "#;
    let event = json!({ "type": "price", "data": "2\n3", "lastEventId": "1", "isFromHere": true });
    let expected = json!({ "calls": [["2\n3", event]], "data": ["2", "3"], "isShared": true });
    on_each_transport(stage.browser, body, &expected).await;
}

async fn text_stays_as_it_is(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const url = await play({ steps: [{ send: "data: {\n\n" }, "silence"] });
        const source = open(url, { parse: "text" });
        const { data } = await new Promise((resolve) => source.on("message", resolve));
        source.close();
        return data;
    "#;
    on_each_transport(stage.browser, body, &json!("{")).await;
}

async fn what_does_not_parse_is_told_and_skipped(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const outcomes = [];
        const exception = new RangeError("no, thanks");
        const refuse = (data) => { if (data === "{") throw exception; return data; };
        for (const parse of ["json", refuse]) {
            const url = await play({ steps: ["wait", { send: "data: {\n\ndata: 2\n\n" }, "silence"] });
            const source = open(url, { parse });
            const errors = [];
            source.onError((error) => errors.push(error));
            const event = new Promise((resolve) => source.on("message", resolve));
            await release(url);
            const { data } = await event;
            source.close();
            const [{ code, cause, event: { data: raw }, attempt }] = errors;
            outcomes.push({ data, code, cause: cause.name, isOurs: cause === exception, raw, attempt, count: errors.length });
        }
        return outcomes;
    "#;
    let expected = json!([
        { "data": 2, "code": "decode", "cause": "SyntaxError", "isOurs": false, "raw": "{", "count": 1 },
        { "data": "2", "code": "decode", "cause": "RangeError", "isOurs": true, "raw": "{", "count": 1 },
    ]);
    on_each_transport(stage.browser, body, &expected).await;
}

async fn a_schema_transforms_and_refuses(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const validate = (value) => {
            const fail = (message, ...path) => ({ issues: [{ message, path }, { message: "more" }] });
            if (value === "bare") return { issues: [{ message: "no path" }] };
            if (value === "steps") return fail("by steps", { key: "prices" }, { key: 0 }, { key: Symbol("unit") });
            if (value === "keys") return fail("by keys", "prices", 0, Symbol("unit"));
            return { value: value * 2 };
        };
        const url = await play({ steps: ["wait", { send: 'data: "bare"\n\ndata: "steps"\n\ndata: "keys"\n\nevent: other\ndata: 4\n\ndata: 4\n\n' }, "silence"] });
        const source = open(url, { schemas: { message: { "~standard": { version: 1, vendor: "here", validate } } } });
        const errors = [];
        source.onError(({ code, message, issues, event }) => errors.push([code, message.slice(message.indexOf("allows") + 6), issues.length, event.data]));
        const other = new Promise((resolve) => source.on("other", resolve));
        const event = new Promise((resolve) => source.on("message", resolve));
        await release(url);
        const data = [(await other).data, (await event).data];
        source.close();
        return { errors, data };
    "#;
    let expected = json!({
        "errors": [
            ["validation", ": no path", 1, "\"bare\""],
            ["validation", ", at prices.0.Symbol(unit): by steps", 2, "\"steps\""],
            ["validation", ", at prices.0.Symbol(unit): by keys", 2, "\"keys\""],
        ],
        "data": [4, 8],
    });
    on_each_transport(stage.browser, body, &expected).await;
}

async fn a_schema_that_throws_or_waits_or_answers_nonsense_is_told_of(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const validate = (value) => {
            if (value === "throw") throw new Error("thrown");
            if (value === "promise") return Promise.reject(new Error("too late"));
            if (value === "thenable") return { then: (_, reject) => reject(new Error("too late")) };
            if (value === "nothing") return undefined;
            return { value };
        };
        const kinds = ["throw", "promise", "thenable", "nothing", "value"];
        const url = await play({ steps: ["wait", { send: kinds.map((kind) => `data: "${kind}"\n\n`).join("") }, "silence"] });
        const unhandled = [];
        addEventListener("unhandledrejection", (event) => unhandled.push(String(event.reason)));
        const source = open(url, { schemas: { message: { "~standard": { version: 1, vendor: "here", validate } } } });
        const errors = [];
        source.onError(({ name, code, message, event }) => errors.push([name, code, event.data, message.includes("promise")]));
        const event = new Promise((resolve) => source.on("message", resolve));
        await release(url);
        const { data } = await event;
        source.close();
        await new Promise((resolve) => setTimeout(resolve));
        return { errors, data, unhandled };
    "#;
    let expected = json!({
        "errors": [
            ["EventSourceError", "decode", "\"throw\"", false],
            ["EventSourceError", "decode", "\"promise\"", true],
            ["EventSourceError", "decode", "\"thenable\"", true],
            ["EventSourceError", "decode", "\"nothing\"", false],
        ],
        "data": "value",
        "unhandled": [],
    });
    on_each_transport(stage.browser, body, &expected).await;
}

async fn refusals_in_a_row_close_the_source(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const validate = (value) => value < 0 ? { issues: [{ message: "negative" }] } : { value };
        const url = await play({ steps: ["wait", { send: "data: -1\n\ndata: {\n\ndata: 1\n\ndata: -2\n\ndata: }\n\ndata: -3\n\ndata: 2\n\n" }, "silence"] });
        const source = open(url, {
            schemas: { message: { "~standard": { version: 1, vendor: "here", validate } } },
            policy: { closeAfterDecodeErrors: 3 },
        });
        const codes = [];
        source.onError(({ code }) => codes.push(code));
        const heard = [];
        source.on("message", ({ data }) => heard.push(data));
        await release(url);
        const { error } = await source.closed;
        return { codes, heard, count: error.count, cause: error.cause.code };
    "#;
    let expected = json!({
        "codes": ["validation", "decode", "validation", "decode", "validation", "too-many"],
        "heard": [1],
        "count": 3,
        "cause": "validation",
    });
    on_each_transport(stage.browser, body, &expected).await;
}

async fn a_parser_may_close_the_source(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const outcomes = [];
        const reported = [];
        addEventListener("error", (event) => reported.push(event.message));
        for (const fails of [false, true]) {
            const url = await play({ steps: ["wait", { send: "data: {\n\ndata: 2\n\ndata: 3\n\n" }, "silence"] });
            const source = open(url, {
                parse: (data) => {
                    if (data === "{") throw new Error("the first");
                    source.close();
                    if (fails) throw new Error("the second");
                },
            });
            const heard = [];
            source.on("message", () => heard.push("event"));
            source.onError(({ cause }) => heard.push(cause.message));
            await release(url);
            heard.push((await source.closed).type);
            await seen(url, "closed=1");
            outcomes.push(heard);
        }
        return { outcomes, reported };
    "#;
    let expected = json!({
        "outcomes": [["the first", "requested"], ["the first", "the second", "requested"]],
        "reported": [],
    });
    on_each_transport(stage.browser, body, &expected).await;
}
