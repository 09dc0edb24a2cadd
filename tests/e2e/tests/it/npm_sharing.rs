//! `shared`: which sources share one connection, and how they come to it and go.

use serde_json::json;

use crate::{
    Stage,
    npm::{BLANK, on_each_transport, script},
    tests,
};

tests! {
    one_connection_carries_all_and_each_hears_in_order,
    who_joins_an_open_one_is_open_at_once_and_hears_of_it_first,
    the_close_of_one_ends_that_one_and_the_last_closes_the_connection,
    after_the_end_a_new_one_opens_again,
    what_is_wrong_with_the_connection_is_told_to_all_and_to_the_console_once,
    the_last_to_be_collected_closes_the_connection,
    it_is_shared_where_the_options_are_the_same,
    workers_share_among_themselves,
}

async fn one_connection_carries_all_and_each_hears_in_order(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const url = await play({ steps: [
            "wait",
            { send: "id: 7\ndata: 1\n\nevent: other\ndata: 2\n\ndata: 3\n\nevent: done\ndata: 4\n\n" },
            "silence",
        ] });
        const heard = [];
        const join = (who) => {
            const source = open(url, { shared: true });
            const hear = (how) => ({ data, lastEventId }) => heard.push(`${who} ${how} ${data} ${lastEventId}`);
            source.onopen = () => heard.push(`${who} open ${source.readyState}`);
            source.onmessage = hear("DOM");
            source.on("message", hear("typed"));
            return source;
        };
        const sources = [join("a"), join("b"), open(url, { shared: true, parse: "text" })];
        const iterated = (async () => {
            const texts = [];
            for await (const { data } of sources[2].events("message", "other", "done")) {
                texts.push(data);
                if (texts.length === 4) return texts;
            }
        })();
        await release(url);
        const texts = await iterated;
        const { attempts } = await seen(url, "attempts=1");
        const ids = sources.map(({ lastEventId }) => lastEventId);
        sources.forEach((source) => source.close());
        await seen(url, "closed=1");
        return { heard, texts, ids, attempts: attempts.length };
    "#;
    let expected = json!({
        "heard": [
            "a open 1", "b open 1",
            "a DOM 1 7", "a typed 1 7", "b DOM 1 7", "b typed 1 7",
            "a DOM 3 7", "a typed 3 7", "b DOM 3 7", "b typed 3 7",
        ],
        "texts": ["1", "2", "3", "4"],
        "ids": ["7", "7", "7"],
        "attempts": 1,
    });
    on_each_transport(stage.browser, body, &expected).await;
}

async fn who_joins_an_open_one_is_open_at_once_and_hears_of_it_first(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const url = await play({ steps: [{ send: "data: 1\n\n" }, "wait", { send: "data: 2\n\n" }, "silence"] });
        const first = open(url, { shared: true });
        await new Promise((resolve) => first.on("message", resolve));
        const join = () => {
            const heard = [];
            const source = open(url, { shared: true });
            heard.push(`${source.readyState} ${source.state.type}`);
            source.onopen = () => heard.push("open event");
            source.onState(({ type }) => heard.push(`state ${type}`));
            source.onmessage = ({ data }) => heard.push(`DOM ${data}`);
            source.on("message", ({ data }) => heard.push(data));
            return { heard, source };
        };
        const second = join();
        await undefined;
        const atOnce = [...second.heard];
        await until(() => second.heard.length > 1);
        const soon = [...second.heard];
        // An event may be quicker than the task in which it hears that it is open, and comes later none the less.
        let third;
        first.on("message", () => { third = join(); });
        await release(url);
        await until(() => third?.heard.length === 3);
        const gone = join();
        gone.source.close();
        await gone.source.closed;
        await new Promise((resolve) => setTimeout(resolve, 20));
        const outcome = { atOnce, soon, then: [...second.heard], third: [...third.heard], gone: gone.heard };
        first.close();
        second.source.close();
        third.source.close();
        return outcome;
    "#;
    let expected = json!({
        "atOnce": ["1 open"],
        "soon": ["1 open", "open event", "state open"],
        "then": ["1 open", "open event", "state open", "DOM 2", 2],
        "third": ["1 open", "open event", "state open"],
        "gone": ["1 open", "state closed"],
    });
    on_each_transport(stage.browser, body, &expected).await;
}

async fn the_close_of_one_ends_that_one_and_the_last_closes_the_connection(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const url = await play({ steps: ["wait", { send: "data: 1\n\ndata: 2\n\n" }, "silence"] });
        const [a, b, c] = Array.from({ length: 3 }, () => open(url, { shared: true }));
        const heard = [];
        // One that closes another while an event is on its way takes it from that one.
        a.on("message", ({ data }) => { heard.push(`a ${data}`); b.close(); });
        b.on("message", ({ data }) => heard.push(`b ${data}`));
        const both = new Promise((resolve) => c.on("message", ({ data }) => { heard.push(`c ${data}`); if (data === 2) resolve(); }));
        a.onState(({ type }) => heard.push(`a ${type}`));
        const iterated = b.events("message").next();
        await release(url);
        await both;
        const states = [a, b, c].map(({ readyState }) => readyState);
        const reason = await b.closed;
        const { done } = await iterated;
        a.close();
        const before = (await seen(url, "attempts=1")).attempts[0].closed_by ?? "nobody";
        c.close();
        const { attempts } = await seen(url, "closed=1");
        return { heard, states, reason, done, before, by: attempts[0].closed_by, state: c.state.reason };
    "#;
    let expected = json!({
        "heard": ["a open", "a 1", "c 1", "a 2", "c 2", "a closed"],
        "states": [1, 2, 1],
        "reason": { "type": "requested" },
        "done": true,
        "before": "nobody",
        "by": "client",
        "state": { "type": "requested" },
    });
    on_each_transport(stage.browser, body, &expected).await;
}

async fn after_the_end_a_new_one_opens_again(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const steps = [{ send: "data: 1\n\nevent: bye\ndata: 2\n\n" }, "silence"];
        const url = await play({ steps }, { steps }, { steps: ["silence"] }, { steps: ["silence"] });
        const join = () => open(url, { shared: true, terminalEvent: "bye" });
        const heard = [];
        const pair = async () => {
            const pair = [join(), join()];
            pair[0].on("message", ({ data }) => heard.push(data));
            // At once, while others are told of the end.
            const next = pair[0].closed.then(join);
            const reasons = await Promise.all(pair.map(({ closed }) => closed));
            return [await next, reasons.map(({ type }) => type)];
        };
        const [second, first] = await pair();
        const reason = (await second.closed).type;
        const third = join();
        await seen(url, "attempts=3");
        third.close();
        const fourth = join();
        await seen(url, "attempts=4");
        fourth.close();
        const { attempts } = await seen(url, "closed=4");
        return { first, reason, heard, attempts: attempts.length };
    "#;
    let expected = json!({ "first": ["finished", "finished"], "reason": "finished", "heard": [1], "attempts": 4 });
    on_each_transport(stage.browser, body, &expected).await;
}

async fn what_is_wrong_with_the_connection_is_told_to_all_and_to_the_console_once(
    stage: &mut Stage<'_>,
) {
    stage.goto(BLANK).await;
    let body = r#"
        const codes = overhear();
        const fail = { before: ["wait"], status: 500 };
        const url = await play(fail, fail, { ...fail, status: 404 });
        const policy = { givenUp: "reopen", backoff: { initial: 1, jitter: false, maxAttempts: 2 } };
        const [a, b] = [open(url, { shared: true, policy }), open(url, { shared: true, policy })];
        const heard = [];
        const listen = (who, source) => {
            source.onerror = ({ error }) => heard.push(`${who} event ${error?.attempt ?? error?.code} ${source.readyState}`);
            source.onState(({ type, attempt }) => heard.push(`${who} ${type} ${attempt ?? ""}`));
            return source.onError(({ attempt, code }) => heard.push(`${who} error ${attempt ?? code}`));
        };
        const waits = new Promise((resolve) => b.onState(({ type }) => type === "waiting" && resolve()));
        await release(url);
        await waits;
        await seen(url, "attempts=2");
        const alone = codes.length;
        listen("a", a);
        const iterated = b.events("message").next().catch(({ code }) => code);
        await release(url);
        await until(() => heard.includes("a connecting "));
        const loud = codes.length;
        listen("b", b);
        await release(url);
        const reasons = [(await a.closed).error.code, (await b.closed).error.code];
        return { alone, loud, late: codes.length, heard, reasons, same: a.state.reason.error === b.state.reason.error, iterated: await iterated };
    "#;
    let expected = json!({
        "alone": 1,
        "loud": 1,
        "late": 1,
        "heard": [
            "a event 2 0", "a error 2", "a waiting 2", "a connecting ",
            "a error 3", "b error 3",
            "a event too-many 2", "b event too-many 2",
            "a error too-many", "b error too-many",
            "a closed ", "b closed ",
        ],
        "reasons": ["too-many", "too-many"],
        "same": true,
        "iterated": "too-many",
    });
    on_each_transport(stage.browser, body, &expected).await;
}

async fn the_last_to_be_collected_closes_the_connection(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        // Where the collector cannot be called it comes when it likes.
        if (!globalThis.gc) return { types: ["dropped", "dropped"], before: "nobody", last: "dropped", attempts: 1 };
        const url = await play({ steps: ["silence"] });
        const join = () => open(url, { shared: true }).closed;
        const kept = open(url, { shared: true });
        const dropped = (async () => (await Promise.all([join(), join()])).map(({ type }) => type))();
        let types;
        dropped.then((those) => { types = those; });
        while (!types) {
            gc();
            await turn();
        }
        const before = (await seen(url, "attempts=1")).attempts[0].closed_by ?? "nobody";
        let last;
        (() => join().then(({ type }) => { last = type; }))();
        kept.close();
        while (!last) {
            gc();
            await turn();
        }
        const { attempts } = await seen(url, "closed=1");
        return { types, before, last, attempts: attempts.length };
    "#;
    let expected = json!({
        "types": ["dropped", "dropped"],
        "before": "nobody",
        "last": "dropped",
        "attempts": 1,
    });
    on_each_transport(stage.browser, body, &expected).await;
}

async fn it_is_shared_where_the_options_are_the_same(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let outcome = script(
        stage.browser,
        r#"
        // Whether sources that are opened like this share one connection.
        const share = async (one, other) => {
            const url = await play({ steps: [{ send: ": here\n\n" }, "silence"] }, { steps: [{ send: ": here\n\n" }, "silence"] });
            const sources = [one, other].map(([init, at = (url) => url]) => new EventSource(at(url), init));
            await Promise.all(sources.map((source) => new Promise((resolve) => { source.onopen = resolve; })));
            sources.forEach((source) => source.close());
            const { attempts } = await seen(url, "closed=1");
            return attempts.length === 1;
        };
        const shared = { shared: true };
        const fetched = { ...shared, transport: "fetch" };
        const [made, rule] = [() => ({ "X-A": "1" }), () => undefined];
        const post = { ...fetched, method: "POST" };
        const same = {
            "the URL resolved": [[shared], [shared, (url) => new URL(url, location.href)]],
            "the transport by default": [[shared], [{ ...shared, transport: "browser" }]],
            "a preset in either form": [[{ ...shared, policy: "resilient" }], [{ ...shared, policy: { preset: "resilient" } }]],
            "knobs in any order": [
                [{ ...shared, policy: { closeAfterLosses: 3, idle: { after: 9000, then: "close" } } }],
                [{ ...shared, policy: { idle: { then: "close", after: 9000 }, closeAfterLosses: 3 } }],
            ],
            "headers in any form": [
                [{ ...fetched, headers: { "x-a": "1", "X-B": "2" } }],
                [{ ...fetched, headers: new Headers([["X-B", "2"], ["X-A", "1"]]) }],
            ],
            "a function for headers": [[{ ...fetched, headers: made }], [{ ...fetched, headers: made }]],
            "a rule": [[{ ...shared, policy: { rule } }], [{ ...shared, policy: { rule } }]],
            "a text to send": [[{ ...post, body: "a" }], [{ ...post, body: "a" }]],
            "what each has for itself": [
                [{ ...shared, parse: "text", queue: { capacity: 1 } }],
                [{ ...shared, schemas: {}, signal: new AbortController().signal }],
            ],
        };
        const different = {
            "one that does not share": [[shared], [{ ...shared, shared: false }]],
            "neither": [[{}], [{}]],
            "the query": [[shared], [shared, (url) => `${url}?a`]],
            "the transport": [[shared], [fetched]],
            "credentials": [[shared], [{ ...shared, withCredentials: true }]],
            "the policy": [[shared], [{ ...shared, policy: "resilient" }]],
            "a rule": [[{ ...shared, policy: { rule } }], [{ ...shared, policy: { rule: () => undefined } }]],
            "headers": [[{ ...fetched, headers: { "X-A": "1" } }], [{ ...fetched, headers: { "X-A": "2" } }]],
            "a function for headers": [[{ ...fetched, headers: made }], [{ ...fetched, headers: () => ({ "X-A": "1" }) }]],
            "the method": [[fetched], [post]],
            "a text to send": [[{ ...post, body: "a" }], [{ ...post, body: "b" }]],
            "a form to send": [[{ ...post, body: new URLSearchParams("a") }], [{ ...post, body: new URLSearchParams("a") }]],
            "the id": [[{ ...fetched, lastEventId: "1" }], [{ ...fetched, lastEventId: "2" }]],
            "the end": [[shared], [{ ...shared, terminalEvent: "bye" }]],
        };
        const wrong = [];
        for (const [what, [one, other]] of Object.entries(same)) if (!(await share(one, other))) wrong.push(`not shared: ${what}`);
        for (const [what, [one, other]] of Object.entries(different)) if (await share(one, other)) wrong.push(`shared: ${what}`);
        const refused = (init) => { try { new EventSource("/", init); } catch ({ name, code, message }) { return `${name} ${code ?? message}`; } };
        wrong.push(refused({ shared: 1 }), refused({ ...fetched, headers: { "é\n": "" } }), refused({ ...fetched, cache: 1n }));
        return wrong;
        "#,
    )
    .await;
    assert_eq!(
        outcome,
        json!([
            "TypeError EventSource: `shared` is 1, not true or false",
            "EventSourceError invalid-request",
            "EventSourceError invalid-request",
        ])
    );
}

async fn workers_share_among_themselves(stage: &mut Stage<'_>) {
    stage.goto("/pages/side_by_side/index.html").await;
    let outcome = script(
        stage.browser,
        r#"
        const outcomes = [];
        for (const transport of ["browser", "fetch"]) {
            for (const Kind of [Worker, SharedWorker]) {
                const url = await play({ before: ["wait"], steps: [{ send: "data: 1\n\n" }, "silence"] });
                const worker = new Kind("/pages/sharing/worker.js", { type: "module", name: transport });
                const port = worker.port ?? worker;
                const answer = new Promise((resolve, reject) => {
                    port.onmessage = ({ data }) => resolve(data);
                    worker.onerror = ({ message }) => reject(new Error(`the worker does not start: ${message}`));
                });
                port.postMessage([new URL(url, location.href).href, transport]);
                await seen(url, "attempts=1");
                await release(url);
                outcomes.push([await answer, (await seen(url, "closed=1")).attempts.length]);
                worker.terminate?.();
            }
        }
        return outcomes;
        "#,
    )
    .await;
    let one = json!(["2 2 2 2 2 2 2 2", 1]);
    assert_eq!(outcome, json!([one, one, one, one]));
}
