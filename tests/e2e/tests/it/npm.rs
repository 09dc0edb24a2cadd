//! The npm package's class, called by scripts on a page of the server's origin.

use serde_json::{Value, json};
use typed_eventsource_e2e::Browser;

use crate::{Stage, tests};

tests! {
    events_arrive_parsed_until_their_listener_is_undone,
    states_change_in_order_and_the_server_can_finish,
    errors_have_codes_and_keep_what_is_known,
    what_is_wrong_with_the_arguments_is_said,
    an_exception_in_a_listener_is_reported_and_stops_nobody,
    a_source_with_listeners_is_not_collected,
    one_that_is_freed_closes_its_connection,
}

/// A page of the origin that runs no script.
pub(crate) const BLANK: &str = "/styles/page.css";

/// Puts a script on the page's server and imports the package; tests go on from there.
const PRELUDE: &str = "
    const { default: init, EventSource } = await import('/pkg/index.js');
    await init();
    const play = async (...attempts) => {
        const id = crypto.randomUUID();
        await fetch(`/scripts/${id}`, { method: 'PUT', body: JSON.stringify({ attempts }) });
        return `/streams/${id}`;
    };
    // The server gives up after a while, and is asked again.
    const seen = async (url, query) => {
        for (;;) {
            const answer = await fetch(`${url.replace('streams', 'scripts')}/seen?${query}`);
            if (answer.status !== 504) return answer.json();
        }
    };
    const release = (url) => fetch(`${url.replace('streams', 'scripts')}/release`, { method: 'POST' });
    const closed = (source) => source.closed;
    // All that waits has had its turn after this.
    const turn = () => new Promise((resolve) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => { port1.close(); resolve(); };
        port2.postMessage(0);
    });
    // The codes of the errors that go to the console, since nobody else hears them.
    const overhear = () => {
        const codes = [];
        console.error = (_, error) => codes.push(error?.code);
        return codes;
    };
    const until = async (isSo) => { while (!isSo()) await turn(); };
    // Stops the clock that sources go by, for a test to turn. Their timers ring as ever, and find that it is not time yet:
    // no limit is reached before the test wants it to be, however busy the machine.
    const stopClock = () => {
        let now = performance.now();
        const [day, { now: today }] = [Date.now(), Date];
        performance.now = () => now;
        Date.now = () => day;
        return {
            advance: (ms) => { now += ms; },
            start: () => { delete performance.now; Date.now = today; },
        };
    };
    // Timers ring in the order in which they are due: after this, one that is set for less has rung.
    const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
";

/// Runs a script for each transport, which `open` and `transport` stand for, and compares what comes of it.
pub(crate) async fn on_each_transport(browser: &Browser, body: &str, expected: &Value) {
    for transport in ["browser", "fetch"] {
        let open = format!(
            "const transport = '{transport}';
             const open = (url, init) => new EventSource(url, {{ transport, ...init }});"
        );
        let outcome = script(browser, &format!("{open}{body}")).await;
        assert_eq!(&without_nulls(outcome), expected, "{transport}");
    }
}

pub(crate) async fn script(browser: &Browser, body: &str) -> Value {
    browser.run(&format!("{PRELUDE}{body}"), Value::Null).await
}

pub(crate) async fn refusal(browser: &Browser, body: &str) -> String {
    let outcome = browser
        .try_run(&format!("{PRELUDE}{body}"), Value::Null)
        .await;
    outcome.expect_err("an exception")
}

async fn events_arrive_parsed_until_their_listener_is_undone(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let heard = script(
        stage.browser,
        r#"
        const url = await play({ steps: [
            "wait",
            { send: 'id: 7\nevent: price\ndata: {"price":\ndata: 1.5}\n\n' },
            { send: 'event: price\ndata: 2\n\nevent: done\ndata: null\n\n' },
            "silence",
        ] });
        const heard = [];
        const source = new EventSource(new URL(url, location.href));
        const off = source.on("price", ({ type, data, lastEventId, origin }) => {
            heard.push({ type, data, lastEventId, origin });
            off();
            off();
        });
        const done = new Promise((resolve) => source.on("done", resolve));
        await release(url);
        await done;
        const { lastEventId } = source;
        source.close();
        return { heard, lastEventId, origin: location.origin };
        "#,
    )
    .await;
    let origin = &heard["origin"];
    assert_eq!(
        heard["heard"],
        json!([{ "type": "price", "data": { "price": 1.5 }, "lastEventId": "7", "origin": origin }])
    );
    assert_eq!(heard["lastEventId"], "7");
}

async fn states_change_in_order_and_the_server_can_finish(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let states = script(
        stage.browser,
        r#"
        const url = await play(
            { steps: ["wait", { send: "retry: 10\ndata: 1\n\n" }, "end"] },
            { status: 503 },
            { steps: [{ send: "data: [DONE]\n\n" }, "silence"] },
        );
        const source = new EventSource(url, {
            policy: { preset: "resilient", backoff: { initial: 10, jitter: false } },
            terminalData: "[DONE]",
        });
        const states = [source.state];
        source.onState((state) => states.push(state));
        source.onError(() => {});
        const end = closed(source);
        await release(url);
        await end;
        return states;
        "#,
    )
    .await;
    assert_eq!(
        states,
        json!([
            { "type": "connecting" },
            { "type": "open" },
            { "type": "waiting", "attempt": 1 },
            { "type": "waiting", "attempt": 2, "retryIn": 10 },
            { "type": "connecting" },
            { "type": "open" },
            { "type": "closed", "reason": { "type": "finished" } },
        ])
    );
}

async fn errors_have_codes_and_keep_what_is_known(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let errors = script(
        stage.browser,
        r#"
        const url = await play({ steps: ["wait", { send: "id: 3\ndata: {\n\ndata: [\n\n" }, "silence"] });
        const source = new EventSource(url, { policy: { closeAfterDecodeErrors: 2 } });
        const errors = [];
        source.on("message", () => {});
        source.onError((error) => errors.push({
            isError: error instanceof Error,
            name: error.name,
            code: error.code,
            data: error.event?.data,
            id: error.event?.lastEventId,
            count: error.count,
            cause: error.cause?.code,
        }));
        const end = closed(source);
        await release(url);
        const reason = await end;
        return { errors, reason: reason.type, code: reason.error.code };
        "#,
    )
    .await;
    let decode = |data: &str| json!({ "isError": true, "name": "EventSourceError", "code": "decode", "data": data, "id": "3" });
    let too_many = json!({ "isError": true, "name": "EventSourceError", "code": "too-many", "count": 2, "cause": "decode" });
    let expected = json!({
        "errors": [decode("{"), decode("["), too_many],
        "reason": "policy",
        "code": "too-many",
    });
    assert_eq!(without_nulls(errors), expected);
}

/// Drivers differ in whether what is undefined is left out.
pub(crate) fn without_nulls(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(without_nulls).collect(),
        Value::Object(fields) => fields
            .into_iter()
            .filter(|(_, field)| !field.is_null())
            .map(|(name, field)| (name, without_nulls(field)))
            .collect(),
        other => other,
    }
}

async fn what_is_wrong_with_the_arguments_is_said(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    for (call, said) in [
        (
            r#"new EventSource("/", { policy: "tough" })"#,
            ["TypeError", "tough"],
        ),
        (
            r#"new EventSource("/", { policy: { preset: "x" } })"#,
            ["TypeError", "policy"],
        ),
        (
            r#"new EventSource("/", { policy: { healthyAfter: -1 } })"#,
            ["TypeError", "-1"],
        ),
        (
            r#"new EventSource("/", { policy: { idle: { after: 1 } } })"#,
            ["TypeError", "then"],
        ),
        (
            r#"new EventSource("/", { terminalevent: "bye" })"#,
            ["TypeError", "terminalevent"],
        ),
        (
            r#"new EventSource("http://[")"#,
            ["SyntaxError", "http://["],
        ),
        (
            r#"new EventSource("/x").on("", () => {})"#,
            ["EventSourceError", "`message`"],
        ),
    ] {
        let error = refusal(stage.browser, call).await;
        for part in said {
            assert!(error.contains(part), "{call}: {error}");
        }
    }
}

async fn an_exception_in_a_listener_is_reported_and_stops_nobody(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let outcome = script(
        stage.browser,
        r#"
        const url = await play({ steps: ["wait", { send: "data: 1\n\ndata: 2\n\n" }, "silence"] });
        const source = new EventSource(url);
        const reported = [];
        addEventListener("error", (event) => { event.preventDefault(); reported.push(event.type); });
        source.on("message", () => { throw new Error("oops"); });
        const heard = [];
        const both = new Promise((resolve) => source.on("message", ({ data }) => {
            if (heard.push(data) === 2) resolve();
        }));
        await release(url);
        await both;
        source.close();
        return { heard, reported };
        "#,
    )
    .await;
    assert_eq!(
        outcome,
        json!({ "heard": [1, 2], "reported": ["error", "error"] })
    );
}

async fn a_source_with_listeners_is_not_collected(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let outcome = script(
        stage.browser,
        r#"
        const url = await play({ steps: ["wait", { send: "data: 1\n\n" }, "silence"] });
        const heard = new Promise((resolve) => {
            const source = new EventSource(url);
            source.on("message", ({ data }) => resolve(data));
        });
        // What is thrown away makes the collector run.
        const collected = new Promise((resolve) => new FinalizationRegistry(resolve).register({}, "collected"));
        let over = false;
        collected.then(() => { over = true; });
        for (let round = 0; round < 400 && !over; round += 1) {
            new Array(1e5).fill(round).map(String);
            await new Promise((resolve) => setTimeout(resolve));
        }
        await release(url);
        return heard;
        "#,
    )
    .await;
    assert_eq!(outcome, json!(1));
}

async fn one_that_is_freed_closes_its_connection(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let closed_by = script(
        stage.browser,
        r#"
        const url = await play({ steps: ["silence"] });
        const source = new EventSource(url);
        await seen(url, "attempts=1");
        source.close();
        return (await seen(url, "closed=1")).attempts[0].closed_by;
        "#,
    )
    .await;
    assert_eq!(closed_by, "client");
}
