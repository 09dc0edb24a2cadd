//! `on`, `onState` and `onError`: who hears what, in which order, and until when.

use serde_json::json;

use crate::{
    Stage,
    npm::{BLANK, on_each_transport, script},
    tests,
};

tests! {
    undoing_takes_out_one_listener_once_and_at_once,
    events_that_the_server_names_open_and_error_are_heard_by_those_names,
    a_terminal_event_may_be_named_error,
    a_failure_event_closes_the_source_with_an_error_that_has_it,
    a_failure_event_that_does_not_decode_closes_the_source_all_the_same,
    who_is_added_during_a_dispatch_first_hears_the_next_event,
    trouble_is_told_to_the_dom_then_as_an_error_then_as_a_state,
    the_id_is_that_of_the_event_at_hand_whatever_follows_it,
    nothing_is_heard_after_the_close,
    states_and_errors_are_told_until_that_is_undone,
    exceptions_of_handlers_are_reported_and_stop_nobody,
    handlers_are_called_without_a_receiver,
    a_message_is_asked_for_no_more_than_somebody_wants,
}

async fn undoing_takes_out_one_listener_once_and_at_once(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const url = await play({ steps: ["wait", { send: "data: 1\n\ndata: 2\n\nevent: done\ndata: 0\n\n" }, "silence"] });
        const source = open(url);
        const heard = [];
        const twice = ({ data }) => heard.push(`twice ${data}`);
        source.on("message", ({ data }) => { heard.push(`first ${data}`); offSecond(); });
        const offSecond = source.on("message", ({ data }) => heard.push(`second ${data}`));
        const offTwice = source.on("message", twice);
        source.on("message", twice);
        offTwice();
        offTwice();
        const done = new Promise((resolve) => source.on("done", resolve));
        await release(url);
        await done;
        source.close();
        return heard;
    "#;
    let expected = json!(["first 1", "twice 1", "first 2", "twice 2"]);
    on_each_transport(stage.browser, body, &expected).await;
}

/// Anthropic, Replicate and others name an event `error`.
async fn events_that_the_server_names_open_and_error_are_heard_by_those_names(
    stage: &mut Stage<'_>,
) {
    stage.goto(BLANK).await;
    let body = r#"
        const url = await play(
            { steps: [{ send: "retry: 10\nevent: error\ndata: 1\n\nevent: open\ndata: 2\n\n" }, "end"] },
            { steps: [{ send: "event: error\ndata: 3\n\n" }, "silence"] },
        );
        const source = open(url, { schemas: { error: { "~standard": { validate: (value) => ({ value: value * 10 }) } } } });
        const heard = [];
        source.on("open", ({ data }) => heard.push(`open ${data}`));
        source.on("error", ({ data }) => heard.push(`error ${data}`));
        source.onError(({ code }) => heard.push(code));
        source.addEventListener("error", (event) => heard.push(event instanceof MessageEvent ? `DOM ${event.data}` : "DOM"));
        const iterated = [];
        for await (const { type, data } of source.events("error", "open")) {
            iterated.push([type, data]);
            if (iterated.length === 3) break;
        }
        source.close();
        return { heard, iterated };
    "#;
    let expected = json!({
        "heard": ["DOM 1", "error 10", "open 2", "DOM", "connection-lost", "DOM 3", "error 30"],
        "iterated": [["error", 10], ["open", 2], ["error", 30]],
    });
    on_each_transport(stage.browser, body, &expected).await;
}

async fn a_terminal_event_may_be_named_error(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const url = await play({ steps: [{ send: "event: error\ndata: 1\n\n" }, "silence"] });
        const source = open(url, { terminalEvent: "error" });
        const heard = [];
        source.on("error", ({ data }) => heard.push(data));
        source.onError(({ code }) => heard.push(code));
        const { type } = await source.closed;
        return { type, heard };
    "#;
    let expected = json!({ "type": "finished", "heard": [1] });
    on_each_transport(stage.browser, body, &expected).await;
}

async fn a_failure_event_closes_the_source_with_an_error_that_has_it(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const ends = [];
        for (const shared of [false, true]) {
            const url = await play({ steps: [{ send: 'id: 7\nevent: error\ndata: "overloaded"\n\ndata: 1\n\n' }, "silence"] });
            const source = open(url, { policy: "resilient", failureEvent: "error", shared });
            const [heard, told, iterated] = [[], [], []];
            source.on("error", ({ data }) => heard.push(data));
            source.on("message", () => heard.push("too late"));
            source.onError(({ code, event }) => told.push([code, { ...event, origin: event.origin === location.origin }]));
            let last;
            try {
                for await (const { data } of source.events("error")) iterated.push(data);
            } catch (error) {
                last = error;
            }
            const { type, error } = await source.closed;
            const { attempts } = await seen(url, "closed=1");
            ends.push({ heard, told, iterated, closed: [type, error === last, error.message, attempts.length] });
        }
        return ends;
    "#;
    let event =
        json!({ "type": "error", "data": "\"overloaded\"", "lastEventId": "7", "origin": true });
    let message = r#"the server has failed, and says with "error": "overloaded""#;
    let end = json!({
        "heard": ["overloaded"],
        "told": [["failure-event", event]],
        "iterated": ["overloaded"],
        "closed": ["policy", true, message, 1],
    });
    on_each_transport(stage.browser, body, &json!([end, end])).await;
}

async fn a_failure_event_that_does_not_decode_closes_the_source_all_the_same(
    stage: &mut Stage<'_>,
) {
    stage.goto(BLANK).await;
    let body = r#"
        const data = "😀".repeat(300);
        const url = await play({ steps: [{ send: `event: error\ndata: ${data}\n\n` }, "silence"] });
        const source = open(url, { policy: "close-on-error", failureEvent: "error" });
        const codes = [];
        source.on("error", () => {});
        source.onError(({ code }) => codes.push(code));
        const { error } = await source.closed;
        return [codes, error.code, error.message.endsWith(`"error": ${"😀".repeat(200)}`)];
    "#;
    let expected = json!([["decode", "failure-event"], "failure-event", true]);
    on_each_transport(stage.browser, body, &expected).await;
}

async fn who_is_added_during_a_dispatch_first_hears_the_next_event(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const url = await play({ steps: ["wait", { send: "data: 1\n\ndata: 2\n\nevent: late\ndata: 3\n\n" }, "silence"] });
        const source = open(url);
        const heard = [];
        const done = new Promise((resolve) => {
            const add = (who) => source.on("message", ({ data }) => heard.push(`${who} ${data}`));
            source.addEventListener("message", () => add("of the DOM's"), { once: true });
            const off = source.on("message", ({ data }) => {
                heard.push(`first ${data}`);
                off();
                add("of the first's");
                source.on("late", ({ data }) => { heard.push(`late ${data}`); resolve(); });
            });
        });
        await release(url);
        await done;
        source.close();
        return heard;
    "#;
    let expected = json!(["first 1", "of the DOM's 2", "of the first's 2", "late 3"]);
    on_each_transport(stage.browser, body, &expected).await;
}

async fn the_id_is_that_of_the_event_at_hand_whatever_follows_it(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const send = "id: a\ndata: 1\n\nid: b\nevent: unheard\ndata: 2\n\nid: c\ndata: 3\n\ndata: 4\n\nid: e\ndata: 5\n\n";
        const url = await play({ steps: ["wait", { send }, "silence"] });
        const source = open(url);
        const heard = [];
        source.on("message", ({ data, lastEventId }) => {
            heard.push(`${data} ${lastEventId} ${source.lastEventId}`);
            if (data === 4) source.close();
        });
        await release(url);
        await source.closed;
        return [...heard, source.lastEventId];
    "#;
    let expected = json!(["1 a a", "3 c c", "4 c c", "c"]);
    on_each_transport(stage.browser, body, &expected).await;
}

async fn trouble_is_told_to_the_dom_then_as_an_error_then_as_a_state(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const url = await play(
            { before: ["wait"], status: 500 },
            { steps: [{ send: "data: 1\n\n" }, "silence"] },
        );
        const source = open(url, { policy: { givenUp: "reopen", backoff: { initial: 1, jitter: false } } });
        const heard = [];
        source.onState(({ type }) => heard.push(["state", type]));
        source.onError(({ attempt }) => heard.push(["error", attempt, source.state.type]));
        source.onopen = () => heard.push(["open", source.readyState, source.state.type]);
        source.onerror = ({ error }) => heard.push(["error event", error?.attempt, source.readyState]);
        const event = new Promise((resolve) => source.on("message", resolve));
        await release(url);
        await event;
        source.close();
        await source.closed;
        return heard;
    "#;
    let expected = json!([
        ["error event", 1, 0],
        ["error", 1, "waiting"],
        ["state", "waiting"],
        ["state", "connecting"],
        ["open", 1, "open"],
        ["state", "open"],
        ["state", "closed"],
    ]);
    on_each_transport(stage.browser, body, &expected).await;
}

async fn nothing_is_heard_after_the_close(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const url = await play({ steps: ["wait", { send: "data: 1\n\ndata: 2\n\nevent: other\ndata: 3\n\n" }, "silence"] });
        const source = open(url);
        const heard = [];
        const hear = (what) => heard.push(what);
        source.onmessage = ({ data }) => hear(`DOM ${data}`);
        source.on("message", ({ data }) => {
            hear(`typed ${data}`);
            source.close();
            source.close();
            hear(`closed: ${source.state.type} ${source.readyState}`);
            source.on("message", () => hear("a listener that came too late"))();
            source.onState(() => hear("a state's that came too late"))();
        });
        source.on("message", () => hear("another"));
        source.on("other", () => hear("another name"));
        source.addEventListener("other", () => hear("another name, DOM"));
        source.onerror = () => hear("error");
        source.onError(() => hear("error"));
        source.onState(({ type }) => type === "closed" && hear("told that it is closed"));
        await release(url);
        await source.closed;
        await seen(url, "closed=1");
        await turn();
        return heard;
    "#;
    let expected = json!([
        "DOM 1",
        "typed 1",
        "closed: closed 2",
        "told that it is closed"
    ]);
    on_each_transport(stage.browser, body, &expected).await;
}

async fn states_and_errors_are_told_until_that_is_undone(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const url = await play({ steps: ["wait", { send: "data: 1\n\ndata: {\n\ndata: [\n\ndata: 2\n\n" }, "silence"] });
        const source = open(url);
        const heard = [];
        const offState = source.onState(({ type }) => { heard.push(type); offState(); offState(); });
        const offError = source.onError(({ event }) => { heard.push(event.data); offError(); });
        const errors = [];
        source.onError(({ event }) => errors.push(event.data));
        const done = new Promise((resolve) => source.on("message", ({ data }) => data === 2 && resolve()));
        await release(url);
        await done;
        source.close();
        await source.closed;
        return { heard, errors };
    "#;
    let expected = json!({ "heard": ["open", "{"], "errors": ["{", "["] });
    on_each_transport(stage.browser, body, &expected).await;
}

async fn exceptions_of_handlers_are_reported_and_stop_nobody(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const url = await play({ steps: ["wait", { send: "data: {\n\n" }, "wait", "end"] });
        const source = open(url, { terminalEvent: "never", policy: { closeAfterLosses: 1 } });
        const reported = [];
        addEventListener("error", (event) => { event.preventDefault(); reported.push(event.type); });
        const heard = [];
        const fail = (message) => () => { throw new Error(message); };
        source.onState(fail("state"));
        source.onError(fail("error"));
        source.on("message", () => {});
        source.onState(({ type }) => heard.push(type));
        source.onError(({ code }) => { heard.push(code); if (code === "decode") release(url); });
        await release(url);
        await source.closed;
        return { heard, reported };
    "#;
    let expected = json!({
        "heard": ["open", "decode", "connection-lost", "closed"],
        "reported": ["error", "error", "error", "error"],
    });
    on_each_transport(stage.browser, body, &expected).await;
}

async fn handlers_are_called_without_a_receiver(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const url = await play({ steps: [{ send: "data: 1\n\n" }, "silence"] });
        const source = open(url);
        const receiver = await new Promise((resolve) => {
            source.on("message", function () { "use strict"; resolve(String(this)); });
        });
        source.close();
        return receiver;
    "#;
    on_each_transport(stage.browser, body, &json!("undefined")).await;
}

/// Each question costs a browser as much as parsing its answer.
async fn a_message_is_asked_for_no_more_than_somebody_wants(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const url = await play({ steps: [{ send: "id: 1\ndata: 1\n\nid: 2\ndata: 2\n\n" }, "silence"] });
        const source = new EventSource(url);
        const asked = { data: 0, lastEventId: 0, origin: 0 };
        const undos = Object.keys(asked).map((name) => {
            const property = Object.getOwnPropertyDescriptor(MessageEvent.prototype, name);
            const get = function () {
                asked[name] += 1;
                return property.get.call(this);
            };
            Object.defineProperty(MessageEvent.prototype, name, { ...property, get });
            return () => Object.defineProperty(MessageEvent.prototype, name, property);
        });
        const heard = [];
        await new Promise((resolve) => source.on("message", ({ data }) => heard.push(data) === 2 && resolve()));
        undos.forEach((undo) => undo());
        source.close();
        return { heard, asked };
    "#;
    assert_eq!(
        script(stage.browser, body).await,
        json!({ "heard": [1, 2], "asked": { "data": 2, "lastEventId": 0, "origin": 0 } })
    );
}
