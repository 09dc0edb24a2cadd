//! The npm package's class over `fetch`.

use serde_json::json;

use crate::{
    Stage,
    npm::{BLANK, refusal, script, without_nulls},
    tests,
};

tests! {
    the_request_is_made_as_fetch_would_make_it,
    headers_are_asked_for_again_before_each_attempt,
    headers_that_can_be_read_once_go_with_each_attempt,
    errors_tell_what_the_server_has_answered,
    an_answer_that_somebody_else_reads_is_an_error_too,
    an_aborted_signal_closes_the_source,
    what_fetch_does_not_take_is_refused,
}

async fn the_request_is_made_as_fetch_would_make_it(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let outcome = script(
        stage.browser,
        r#"
        const url = await play({ steps: [{ send: 'data: "Hel"\n\ndata: "lo"\n\n' }] });
        const source = new EventSource(url, {
            transport: "fetch",
            method: "POST",
            headers: [["X-One", "1"], ["Content-Type", "application/json"]],
            body: JSON.stringify({ prompt: "hello" }),
            credentials: "omit",
            mode: "same-origin",
            cache: "reload",
            referrerPolicy: "no-referrer",
        });
        const tokens = [];
        source.on("message", ({ data }) => tokens.push(data));
        const reason = await closed(source);
        const { attempts: [{ method, body, headers }] } = await seen(url, "attempts=1");
        return {
            tokens, reason: reason.type, method, body,
            one: headers["x-one"], type: headers["content-type"], accept: headers.accept, referer: headers.referer,
        };
        "#,
    )
    .await;
    let expected = json!({
        "tokens": ["Hel", "lo"],
        "reason": "finished",
        "method": "POST",
        "body": "{\"prompt\":\"hello\"}",
        "one": "1",
        "type": "application/json",
        "accept": "text/event-stream",
    });
    assert_eq!(without_nulls(outcome), expected);
}

async fn headers_are_asked_for_again_before_each_attempt(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let seen = script(
        stage.browser,
        r#"
        const url = await play(
            { steps: [{ send: "retry: 1\nid: 7\ndata: 1\n\n" }] },
            { steps: [{ send: "event: bye\ndata: 2\n\n" }, "silence"] },
        );
        let token = 0;
        const source = new EventSource(url, {
            transport: "fetch",
            headers: async () => ({ Authorization: `Bearer ${++token}` }),
            terminalEvent: "bye",
        });
        source.onError(() => {});
        await closed(source);
        const { attempts } = await seen(url, "attempts=2");
        return attempts.map(({ headers }) => [headers.authorization, headers["last-event-id"] ?? ""]);
        "#,
    )
    .await;
    assert_eq!(seen, json!([["Bearer 1", ""], ["Bearer 2", "7"]]));
}

async fn headers_that_can_be_read_once_go_with_each_attempt(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let seen = script(
        stage.browser,
        r#"
        const url = await play(
            { steps: [{ send: "retry: 1\ndata: 1\n\n" }] },
            { steps: [{ send: "event: bye\ndata: 2\n\n" }, "silence"] },
        );
        const headers = (function* () { yield ["X-One", "1"]; })();
        const source = new EventSource(url, { transport: "fetch", headers, terminalEvent: "bye" });
        source.onError(() => {});
        await closed(source);
        const { attempts } = await seen(url, "attempts=2");
        return attempts.map(({ headers }) => headers["x-one"] ?? "");
        "#,
    )
    .await;
    assert_eq!(seen, json!(["1", "1"]));
}

async fn errors_tell_what_the_server_has_answered(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let errors = script(
        stage.browser,
        r#"
        const policy = { retryStatuses: [503], backoff: { initial: 1, jitter: false } };
        for (;;) {
            const url = await play(
                { status: 503, headers: [["content-type", "text/plain"]], steps: [{ send: "busy" }] },
                { headers: [["content-type", "text/html"]], steps: [{ send: "<p>" }] },
            );
            const source = new EventSource(url, { transport: "fetch", policy });
            const errors = [];
            source.onError(({ code, status, contentType, body }) => errors.push({ code, status, contentType, body }));
            await closed(source);
            // A body is waited for a second, in which it may not come where the machine is busy.
            if (errors.every(({ body }) => body)) return errors;
        }
        "#,
    )
    .await;
    let expected = json!([
        { "code": "status", "status": 503, "contentType": "text/plain", "body": "busy" },
        { "code": "content-type", "status": 200, "contentType": "text/html", "body": "<p>" },
    ]);
    assert_eq!(without_nulls(errors), expected);
}

async fn an_answer_that_somebody_else_reads_is_an_error_too(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let outcome = script(
        stage.browser,
        r#"
        const url = await play({ status: 503, steps: [{ send: "down" }] });
        const real = globalThis.fetch;
        globalThis.fetch = async (...request) => {
            const response = await real(...request);
            if (!response.ok) response.body.getReader();
            return response;
        };
        const source = new EventSource(url, { transport: "fetch", policy: "close-on-error" });
        source.onError(() => {});
        const { error } = await source.closed;
        globalThis.fetch = real;
        return [error.code, error.status, error.body];
        "#,
    )
    .await;
    assert_eq!(outcome, json!(["status", 503, ""]));
}

async fn an_aborted_signal_closes_the_source(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let reasons = script(
        stage.browser,
        r#"
        const url = await play({ steps: [{ send: "data: 1\n\n" }, "silence"] });
        const reasons = [];
        for (const transport of ["browser", "fetch"]) {
            const controller = new AbortController();
            const source = new EventSource(url, { transport, signal: controller.signal });
            source.on("message", () => controller.abort());
            reasons.push((await closed(source)).type);
            const late = new EventSource(url, { transport, signal: controller.signal });
            reasons.push(late.state.type);
        }
        const { attempts } = await seen(url, "closed=2");
        return [...reasons, attempts.length];
        "#,
    )
    .await;
    let expected = json!(["requested", "closed", "requested", "closed", 2]);
    assert_eq!(reasons, expected);
}

async fn what_fetch_does_not_take_is_refused(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    for (options, said) in [
        (r#"{ method: "POST" }"#, ["TypeError", "`method` needs"]),
        (r#"{ transport: "xhr" }"#, ["TypeError", "xhr"]),
        (
            r#"{ transport: "fetch", mode: "any" }"#,
            ["EventSourceError", "mode"],
        ),
        (
            r#"{ transport: "fetch", headers: 7 }"#,
            ["EventSourceError", "eaders"],
        ),
        (
            r#"{ transport: "fetch", signal: {} }"#,
            ["TypeError", "`signal`"],
        ),
        (
            r#"{ transport: "fetch", body: "x" }"#,
            ["EventSourceError", "invalid request"],
        ),
        (
            r#"{ transport: "fetch", headers: { "a b": "" } }"#,
            ["EventSourceError", "eader"],
        ),
    ] {
        let call = format!(r#"new EventSource("/", {options})"#);
        let error = refusal(stage.browser, &call).await;
        for part in said {
            assert!(error.contains(part), "{call}: {error}");
        }
    }
}
