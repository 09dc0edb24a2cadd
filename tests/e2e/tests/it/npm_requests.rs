//! What goes along with a request, and where a reading goes on.

use serde_json::json;

use crate::{
    Stage,
    npm::{BLANK, on_each_transport, script},
    tests,
};

tests! {
    headers_may_be_given_in_any_form,
    headers_that_cannot_be_made_are_an_error_of_the_attempt,
    headers_that_never_come_do_not_keep_a_source_open,
    headers_are_made_once_the_source_is_there,
    the_function_that_makes_the_headers_may_close_the_source,
    nothing_is_requested_of_a_source_that_is_closed_at_once,
    a_reading_goes_on_where_another_has_ended,
    a_parameter_says_where_to_go_on,
    an_event_without_an_id_leaves_a_source_where_it_was,
    an_event_may_be_too_large,
    a_stream_is_no_body,
}

async fn headers_may_be_given_in_any_form(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let outcome = script(
        stage.browser,
        r#"
        const sent = async (headers) => {
            const url = await play({ steps: ["silence"] });
            const source = new EventSource(url, { transport: "fetch", headers });
            const { attempts: [{ headers: { "x-one": one, accept } }] } = await seen(url, "attempts=1");
            source.close();
            return `${one} ${accept}`;
        };
        const forms = [{ "X-One": "1" }, [["X-One", "1"]], new Headers({ "X-One": "1" })];
        const outcomes = [];
        for (const form of forms) outcomes.push(await sent(form), await sent(() => form), await sent(async () => form));
        outcomes.push(await sent({ "X-One": "1", Accept: "text/event-stream, */*" }));
        return outcomes;
        "#,
    )
    .await;
    let mut expected = vec![json!("1 text/event-stream"); 9];
    expected.push(json!("1 text/event-stream, */*"));
    assert_eq!(outcome, json!(expected));
}

async fn headers_that_cannot_be_made_are_an_error_of_the_attempt(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let outcome = script(
        stage.browser,
        r#"
        const url = await play({ steps: [{ send: "data: 1\n\n" }, "silence"] });
        const exception = new Error("no token");
        const makers = [() => { throw exception; }, async () => { throw exception; }, () => ({ "X-One": "1" })];
        const source = new EventSource(url, { transport: "fetch", headers: () => makers.shift()(), policy: { reconnectionTime: 10 } });
        const errors = [];
        source.onError(({ code, attempt, url, cause }) => errors.push([code, attempt, url === source.url, cause === exception]));
        await new Promise((resolve) => source.on("message", resolve));
        source.close();
        const { attempts } = await seen(url, "closed=1");
        return { errors, attempts: attempts.length };
        "#,
    )
    .await;
    let expected = json!({
        "errors": [["headers", 1, true, true], ["headers", 2, true, true]],
        "attempts": 1,
    });
    assert_eq!(outcome, expected);
}

async fn headers_that_never_come_do_not_keep_a_source_open(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let outcome = script(
        stage.browser,
        r#"
        const url = await play({ steps: ["silence"] });
        let answer;
        const headers = () => new Promise((resolve) => { answer = resolve; });
        const source = new EventSource(url, { transport: "fetch", headers });
        await until(() => answer);
        source.close();
        const reasons = [(await source.closed).type];
        answer({});
        const slow = new EventSource(url, { transport: "fetch", headers: () => new Promise(() => {}), policy: { opening: { after: 20, then: "close" } } });
        slow.onError(() => {});
        reasons.push((await slow.closed).error.code);
        await turn();
        const { attempts } = await seen(url, "attempts=0");
        return [...reasons, attempts.length];
        "#,
    )
    .await;
    assert_eq!(outcome, json!(["requested", "open-timeout", 0]));
}

async fn headers_are_made_once_the_source_is_there(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let outcome = script(
        stage.browser,
        r#"
        const url = await play({ steps: [{ send: "id: 7\ndata: 1\n\n" }, "end"] }, { steps: [{ send: "event: bye\ndata: 0\n\n" }] });
        const source = new EventSource(url, {
            transport: "fetch",
            headers: () => ({ "X-Seen": `${source.state.type} [${source.lastEventId}]` }),
            terminalEvent: "bye",
            policy: { reconnectionTime: 10 },
        });
        const codes = [];
        source.onError(({ code }) => codes.push(code));
        await source.closed;
        const { attempts } = await seen(url, "attempts=2");
        return [codes, attempts.map(({ headers }) => headers["x-seen"])];
        "#,
    )
    .await;
    assert_eq!(
        outcome,
        json!([["connection-lost"], ["connecting []", "connecting [7]"]])
    );
}

async fn the_function_that_makes_the_headers_may_close_the_source(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let outcome = script(
        stage.browser,
        r#"
        const unhandled = [];
        addEventListener("unhandledrejection", ({ reason }) => unhandled.push(String(reason)));
        const url = await play({ steps: ["end"] }, { steps: [{ send: "data: 1\n\n" }, "silence"] });
        let calls = 0;
        const source = new EventSource(url, {
            transport: "fetch",
            headers: () => {
                calls += 1;
                if (calls === 2) source.close();
                return {};
            },
            policy: { reconnectionTime: 10 },
        });
        source.onError(() => {});
        source.on("message", () => unhandled.push("an event"));
        const { type } = await source.closed;
        // What was not requested is not there in a moment either.
        await seen(await play({ steps: ["silence"] }), "attempts=0");
        await new Promise((resolve) => setTimeout(resolve, 50));
        const { attempts } = await seen(url, "attempts=1");
        return [type, calls, attempts.length, unhandled];
        "#,
    )
    .await;
    assert_eq!(outcome, json!(["requested", 2, 1, []]));
}

async fn nothing_is_requested_of_a_source_that_is_closed_at_once(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let outcome = script(
        stage.browser,
        r#"
        let calls = 0;
        const url = await play({ steps: ["silence"] });
        new EventSource(url, { transport: "fetch", headers: () => { calls += 1; return {}; } }).close();
        new EventSource(url, { transport: "fetch" }).close();
        const { attempts } = await seen(url, "attempts=0");
        return [calls, attempts.length];
        "#,
    )
    .await;
    assert_eq!(outcome, json!([0, 0]));
}

async fn a_reading_goes_on_where_another_has_ended(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let outcome = script(
        stage.browser,
        r#"
        const bye = { steps: [{ send: "event: bye\ndata: 0\n\n" }] };
        const ids = async (init) => {
            const url = await play({ steps: [{ send: "data: 1\n\n" }, "end"] }, { steps: [{ send: "id: é€\n\n" }, "end"] }, { steps: [{ send: "id\n\n" }, "end"] }, bye);
            const source = new EventSource(url, { transport: "fetch", terminalEvent: "bye", policy: { reconnectionTime: 10 }, ...init });
            source.onError(() => {});
            const first = new Promise((resolve) => source.on("message", ({ lastEventId }) => resolve(lastEventId)));
            const before = source.lastEventId;
            await source.closed;
            const { attempts } = await seen(url, "attempts=4");
            return [before, await first, source.lastEventId, attempts.map(({ headers }) => headers["last-event-id"] ?? "none")];
        };
        let refusal;
        try { new EventSource("/x", { transport: "fetch", lastEventId: "a\nb" }); } catch ({ code, url }) { refusal = [code, new URL(url).pathname]; }
        return [await ids({}), await ids({ lastEventId: "é" }), await ids({ headers: () => ({ "Last-Event-ID": "mine" }), lastEventId: "x" }), refusal];
        "#,
    )
    .await;
    let expected = json!([
        ["", "", "", ["none", "none", "é€", "none"]],
        ["é", "é", "", ["é", "é", "é€", "none"]],
        ["x", "x", "", ["mine", "mine", "mine", "mine"]],
        ["invalid-request", "/x"],
    ]);
    assert_eq!(outcome, expected);
}

async fn a_parameter_says_where_to_go_on(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const url = await play({ steps: [{ send: "id: a&b\ndata: 1\n\ndata: {\n\n" }, "silence"] }, { steps: [{ send: "event: bye\ndata: 0\n\n" }, "silence"] });
        const source = open(`${url}?since=x&other=1`, {
            resumeParameter: "since",
            terminalEvent: "bye",
            policy: { rule: () => ({ type: "reopen", after: 10 }) },
        });
        source.on("message", () => {});
        source.onError(() => {});
        await source.closed;
        const { attempts } = await seen(url, "attempts=2");
        return attempts.map(({ path, headers }) => [path.slice(path.indexOf("?")), headers["last-event-id"] ?? "none"]);
    "#;
    let expected = json!([
        ["?since=x&other=1", "none"],
        ["?since=a%26b&other=1", "none"]
    ]);
    on_each_transport(stage.browser, body, &expected).await;
}

async fn an_event_without_an_id_leaves_a_source_where_it_was(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const url = await play(
            { steps: [{ send: "id: 7\ndata: {\n\n" }, "silence"] },
            { steps: [{ send: "data: {\n\n" }, "silence"] },
            { steps: [{ send: "event: bye\ndata: 0\n\n" }, "silence"] },
        );
        const source = open(url, {
            resumeParameter: "since",
            terminalEvent: "bye",
            policy: { rule: () => ({ type: "reopen", after: 10 }) },
        });
        source.on("message", () => {});
        source.onError(() => {});
        await source.closed;
        const { attempts } = await seen(url, "attempts=3");
        return [source.lastEventId, ...attempts.map(({ path }) => path.split("?")[1])];
    "#;
    let expected = json!(["7", null, "since=7", "since=7"]);
    on_each_transport(stage.browser, body, &expected).await;
}

async fn an_event_may_be_too_large(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let outcome = script(
        stage.browser,
        r#"
        const url = await play({ steps: [{ send: `data: ${"x".repeat(90)}\n\ndata: ${"y".repeat(101)}\n\ndata: 1\n\n` }, "silence"] });
        const source = new EventSource(url, { transport: "fetch", parse: "text", maxEventSize: 100, policy: "resilient" });
        const heard = [];
        source.on("message", ({ data }) => heard.push(data.length));
        source.onError(() => {});
        const { type, error } = await source.closed;
        await seen(url, "closed=1");
        return [heard, type, error.code, error.message.includes("100 bytes")];
        "#,
    )
    .await;
    assert_eq!(outcome, json!([[90], "policy", "event-too-large", true]));
}

async fn a_stream_is_no_body(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let outcome = script(
        stage.browser,
        r#"
        const url = await play({ steps: ["silence"] });
        try {
            new EventSource(url, { transport: "fetch", method: "POST", body: new Blob(["x"]).stream() }).close();
            return "taken";
        } catch (error) {
            return [error.name, error.message.includes("`body`")];
        }
        "#,
    )
    .await;
    assert_eq!(outcome, json!(["TypeError", true]));
}
