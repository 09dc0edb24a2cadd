//! That each option of a policy and of its backoff reaches the machine, and that a wrong one is refused.

use serde_json::json;

use crate::{
    Stage,
    npm::{BLANK, on_each_transport, script},
    tests,
};

tests! {
    wrong_options_are_refused_by_their_path,
    right_options_are_taken,
    presets_differ_in_what_they_put_up_with,
    losses_in_a_row_close_the_source,
    a_source_that_is_down_for_too_long_closes,
    what_has_failed_for_good_may_be_reopened,
    statuses_tell_whether_to_try_again,
    waits_are_as_the_policy_has_them,
    attempts_come_to_an_end,
    a_request_is_sent_again_where_that_is_allowed,
    a_network_that_is_back_makes_for_another_connection,
    the_machine_itself_needs_no_network,
    comments_are_signs_of_life,
    a_connection_that_stays_open_is_healthy,
}

async fn wrong_options_are_refused_by_their_path(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let offenders = script(
        stage.browser,
        r#"
        const wrong = {
            "policy": [7, null, true],
            "policy.preset": ["tough", 1],
            "policy.closeAfterLosses": [-1, 1.5, "1", 2 ** 32],
            "policy.closeWhenDownFor": [-1, "1", NaN],
            "policy.givenUp": ["wait", true],
            "policy.retryStatuses": [503, [99], [600], ["503"], "503"],
            "policy.reconnectionTime": [-1, "1", null],
            "policy.maxServerDelay": [-1, "1", NaN],
            "policy.backOffAfterLosses": [1, "true"],
            "policy.resend": [1],
            "policy.reopenOnWake": ["yes"],
            "policy.backoff": [1, "slow", null],
            "policy.backoff.initial": [-1, "1"],
            "policy.backoff.factor": ["2", NaN],
            "policy.backoff.max": [-1, {}],
            "policy.backoff.jitter": [1, null],
            "policy.backoff.maxAttempts": [-1, 0.5, Infinity],
            "policy.backoff.maxElapsed": [-1, NaN],
            "policy.backoff.intial": [1, undefined],
            "policy.closeAfterDecodeErrors": [-1, "3"],
            "policy.idle": [1000, "close", { after: 1 }, { then: "close" }, {}],
            "policy.idle.after": [-1, "1"],
            "policy.idle.then": ["wait"],
            "policy.idle.than": ["close"],
            "policy.opening": [1000, { after: 1 }],
            "policy.opening.after": [-1],
            "policy.opening.then": [true],
            "policy.healthyAfter": [-1, "1"],
            "policy.rule": ["close", {}],
            "policy.rules": [() => {}],
            "parse": ["xml", 1, null],
            "schemas": [1, "zod", null],
            "queue": [10, null],
            "queue.capacity": [-1, 1.5, "1", NaN],
            "queue.whenFull": ["drop"],
            "queue.size": [1],
            "deduplicate": [-1, 1.5, true, "9", NaN],
            "resumeParameter": [1, null],
            "terminalEvent": [1],
            "terminalData": [null],
            "signal": [7, {}],
            "transport": ["xhr", null],
            "maxEventSize": [-1, "1"],
            "lastEventId": [7],
            "method": [1],
            "onmessage": [() => {}],
        };
        const offenders = [];
        for (const [path, values] of Object.entries(wrong)) {
            for (const value of values) {
                const [first, ...steps] = path.split(".").reverse();
                const others = /idle|opening/.test(path) && steps.length === 2 ? { after: 1, then: "close" } : {};
                const init = steps.reduce((inner, step) => ({ [step]: inner }), { ...others, [first]: value });
                try {
                    new EventSource("/x", path === "transport" ? init : { transport: "fetch", ...init }).close();
                    offenders.push(`${path}: ${JSON.stringify(value)} was taken`);
                } catch (error) {
                    if (!(error instanceof TypeError) || !error.message.includes(`\`${path}\``)) offenders.push(`${path}: ${error}`);
                }
            }
        }
        return offenders;
        "#,
    )
    .await;
    assert_eq!(offenders, json!([]));
}

async fn right_options_are_taken(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const states = [];
        for (const init of [
            undefined, null, {}, { policy: "close-on-error" }, { deduplicate: 0, queue: { capacity: 0 } }, { policy: undefined, parse: undefined, signal: null },
            { policy: {
                preset: "resilient", closeAfterLosses: 0, closeWhenDownFor: Infinity, givenUp: "close", retryStatuses: [],
                reconnectionTime: 0, maxServerDelay: 0, backOffAfterLosses: false, resend: true, reopenOnWake: false, closeAfterDecodeErrors: 4294967295,
                backoff: { initial: 0, factor: 0.5, max: Infinity, jitter: true, maxAttempts: 0, maxElapsed: 0 },
                idle: { after: 0.5, then: "reopen" }, opening: { after: Infinity, then: "close" }, healthyAfter: 0, rule: () => {},
            } },
        ]) {
            const source = open("/x", init ?? {});
            const plain = new EventSource("/x", init);
            states.push(source.state.type, plain.state.type);
            source.close();
            plain.close();
        }
        return states.every((state) => state === "connecting");
    "#;
    on_each_transport(stage.browser, body, &json!(true)).await;
}

/// Opens a source, and answers with what comes after an attempt.
const AFTER: &str = r#"
    const after = async (policy, ...attempts) => {
        const url = await play(...attempts);
        const source = open(url, { policy });
        const errors = [];
        source.onError(({ code, count, after }) => errors.push([code, count ?? after]));
        source.on("message", () => {});
        const state = await new Promise((resolve) => source.onState((state) => {
            if (state.type === "waiting" || state.type === "closed") resolve(state);
        }));
        source.close();
        return state.type === "closed" ? errors.at(-1)[0] : state.type;
    };
    const silent = { before: ["silence"] };
    const undecoded = { steps: [{ send: "data: {\n\n" }, "end"] };
"#;

async fn presets_differ_in_what_they_put_up_with(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = format!(
        "{AFTER}
        const kinds = [];
        for (const policy of ['browser', 'close-on-error', 'resilient', {{ preset: 'close-on-error' }}]) {{
            kinds.push([await after(policy, {{ steps: ['end'] }}), await after(policy, undecoded), (await after(policy, {{ status: 503 }})) === 'waiting']);
        }}
        return kinds;"
    );
    let expected = json!([
        ["waiting", "waiting", false],
        ["connection-lost", "decode", false],
        ["waiting", "waiting", true],
        ["connection-lost", "decode", false],
    ]);
    on_each_transport(stage.browser, &body, &expected).await;
}

async fn losses_in_a_row_close_the_source(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const url = await play({ steps: [{ send: "retry: 10\n\n" }, "end"] });
        const source = open(url, { policy: { closeAfterLosses: 3, reconnectionTime: 10, healthyAfter: 600000 } });
        source.onError(() => {});
        const { error: { code, count, cause } } = await source.closed;
        const { attempts } = await seen(url, "attempts=3");
        return [code, count, cause.code, cause.attempt, attempts.length];
    "#;
    let expected = json!(["too-many", 3, "connection-lost", 3, 3]);
    on_each_transport(stage.browser, body, &expected).await;
}

async fn a_source_that_is_down_for_too_long_closes(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const url = await play({ before: ["silence"] });
        const source = open(url, { policy: { closeWhenDownFor: 40 } });
        source.onError(() => {});
        const { error } = await source.closed;
        const opening = open(url, { policy: { opening: { after: 30, then: "close" } } });
        opening.onError(() => {});
        const { error: slow } = await opening.closed;
        const again = open(url, { policy: { opening: { after: 30, then: "reopen" }, backoff: { initial: 5000, jitter: false } } });
        again.onError(() => {});
        const { type, retryIn } = await new Promise((resolve) => again.onState(resolve));
        again.close();
        return [error.code, error.limit, slow.code, slow.after, slow.attempt, type, retryIn];
    "#;
    let expected = json!(["down-too-long", 40, "open-timeout", 30, 1, "waiting", 5000]);
    on_each_transport(stage.browser, body, &expected).await;
}

async fn what_has_failed_for_good_may_be_reopened(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = format!(
        "{AFTER}
        const failed = {{ status: 500 }};
        return [await after({{ givenUp: 'reopen' }}, failed), (await after({{ preset: 'resilient', givenUp: 'close', retryStatuses: undefined, backoff: {{ maxAttempts: 0 }} }}, failed)) !== 'waiting'];"
    );
    on_each_transport(stage.browser, &body, &json!(["waiting", true])).await;
}

async fn statuses_tell_whether_to_try_again(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = format!(
        "const open = (url, init) => new EventSource(url, {{ transport: 'fetch', ...init }});
        {AFTER}
        const policy = {{ givenUp: 'reopen', retryStatuses: [404] }};
        const html = {{ headers: [['content-type', 'text/html']] }};
        return [await after(policy, {{ status: 404 }}), await after(policy, {{ status: 503 }}), await after(policy, html), await after({{ ...policy, retryStatuses: [] }}, {{ status: 404 }})];"
    );
    let outcome = script(stage.browser, &body).await;
    assert_eq!(
        outcome,
        json!(["waiting", "status", "content-type", "status"])
    );
}

async fn waits_are_as_the_policy_has_them(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let waits = script(
        stage.browser,
        r#"
        const waits = async (count, policy, attempt = { steps: ["end"] }) => {
            const source = new EventSource(await play(attempt), { transport: "fetch", policy });
            source.onError(() => {});
            const waits = [];
            await new Promise((resolve) => source.onState(({ retryIn }) => {
                if (retryIn !== undefined && waits.push(retryIn) === count) resolve();
            }));
            source.close();
            return waits;
        };
        const jittered = await waits(1, { givenUp: "reopen", backoff: { initial: 1e6, max: 2e6 } }, { status: 500 });
        const retryAfter = (value) => ({ status: 503, headers: [["retry-after", value]] });
        const inAnHour = await waits(1, "resilient", retryAfter(new Date(Date.now() + 3600000).toUTCString()));
        return [
            await waits(1, {}),
            await waits(2, { reconnectionTime: 21 }),
            await waits(1, { reconnectionTime: 21 }, { steps: [{ send: "retry: 4321\n\n" }, "end"] }),
            await waits(1, { reconnectionTime: 21 }, { steps: [{ send: "retry: 4321\nretry:\nretry\n\n" }, "end"] }),
            await waits(4, { backOffAfterLosses: true, backoff: { initial: 10, factor: 2, max: 35, jitter: false }, healthyAfter: 600000 }),
            await waits(1, "resilient", retryAfter("120")),
            await waits(1, { preset: "resilient", maxServerDelay: 60000 }, retryAfter("120")),
            await waits(1, { maxServerDelay: 50 }, { steps: [{ send: "retry: 4321\n\n" }, "end"] }),
            inAnHour[0] > 3000000 && inAnHour[0] <= 3600000,
            jittered[0] >= 10 && jittered[0] < 1e6,
        ];
        "#,
    )
    .await;
    let expected = json!([
        [3000],
        [21, 21],
        [4321],
        [4321],
        [10, 20, 35, 35],
        [120_000],
        [60_000],
        [50],
        true,
        true
    ]);
    assert_eq!(waits, expected);
}

async fn attempts_come_to_an_end(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const ends = async (backoff) => {
            const url = await play({ status: 500 });
            const source = open(url, { policy: { givenUp: "reopen", backoff: { initial: 10, factor: 1, jitter: false, ...backoff } } });
            source.onError(() => {});
            const { error } = await source.closed;
            const { attempts } = await seen(url, "attempts=1");
            return [error.code, error.count ?? error.limit, attempts.length];
        };
        const [code, after, attempts] = await ends({ maxElapsed: 5 });
        return [await ends({ maxAttempts: 2 }), [code, after, attempts]];
    "#;
    let expected = json!([["too-many", 2, 3], ["down-too-long", 5, 1]]);
    on_each_transport(stage.browser, body, &expected).await;
}

async fn a_request_is_sent_again_where_that_is_allowed(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let outcome = script(
        stage.browser,
        r#"
        const post = async (policy, ...attempts) => {
            const url = await play(...attempts, { steps: [{ send: "event: bye\ndata: 0\n\n" }, "silence"] });
            const source = new EventSource(url, { transport: "fetch", method: "POST", body: "x", terminalEvent: "bye", policy });
            source.onError(() => {});
            const { type, error } = await source.closed;
            const seenAttempts = (await seen(url, "attempts=1")).attempts;
            return [type, error?.code ?? "no error", seenAttempts.map(({ method, body }) => method + body).join()];
        };
        const again = { resend: true, givenUp: "reopen", reconnectionTime: 10, backoff: { initial: 10 } };
        return [
            await post(again, { steps: ["end"] }, { status: 500 }),
            await post({ ...again, resend: false }, { steps: ["end"] }),
            await post({ ...again, resend: false }, { status: 500 }),
            await post({ ...again, resend: false }, { before: ["reset"] }),
        ];
        "#,
    )
    .await;
    let expected = json!([
        ["finished", "no error", "POSTx,POSTx,POSTx"],
        ["policy", "connection-lost", "POSTx"],
        ["policy", "status", "POSTx"],
        ["policy", "connection-lost", "POSTx"],
    ]);
    assert_eq!(outcome, expected);
}

async fn a_network_that_is_back_makes_for_another_connection(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const comeBack = async (policy) => {
            const url = await play({ steps: [{ send: ":\n" }, "silence"] });
            const source = open(url, { policy });
            const heard = [];
            const opened = () => new Promise((resolve) => { source.onopen = resolve; });
            await opened();
            source.onError(({ code }) => heard.push(code));
            source.onState(({ type, retryIn }) => heard.push(retryIn === undefined ? type : `${type} ${retryIn}`));
            const again = opened();
            dispatchEvent(new Event("online"));
            if (heard.length) await again;
            source.close();
            dispatchEvent(new Event("online"));
            return heard;
        };
        return [await comeBack({ reopenOnWake: true }), await comeBack({})];
    "#;
    let expected = json!([
        ["suspended", "waiting 0", "connecting", "open", "closed"],
        ["closed"]
    ]);
    on_each_transport(stage.browser, body, &expected).await;
}

/// The server of these tests runs on the machine itself.
async fn the_machine_itself_needs_no_network(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const url = await play({ before: ["wait"], status: 500 }, { steps: [{ send: ":\n" }, "silence"] });
        const source = open(url, { policy: { givenUp: "reopen", backoff: { initial: 10, jitter: false } } });
        source.onError(() => {});
        const states = [];
        const opened = new Promise((resolve) => source.onState(({ type }) => states.push(type) && type === "open" && resolve()));
        dispatchEvent(new Event("offline"));
        await release(url);
        await opened;
        source.close();
        await source.closed;
        return states;
    "#;
    on_each_transport(
        stage.browser,
        body,
        &json!(["waiting", "connecting", "open", "closed"]),
    )
    .await;
}

async fn comments_are_signs_of_life(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let outcome = script(
        stage.browser,
        r#"
        const silence = async (send) => {
            const url = await play({ steps: [{ send: `event: first\ndata: 0\n\n${send}` }, "silence"] });
            const clock = stopClock();
            const source = new EventSource(url, { transport: "fetch", policy: { idle: { after: 100, then: "close" } } });
            source.onError(() => {});
            // As if what follows this event came when more than half of the time is over.
            await new Promise((resolve) => source.on("first", () => { clock.advance(60); resolve(); }));
            // That is too long since the event, but not since what followed.
            clock.advance(60);
            await sleep(300);
            const { type } = source.state;
            clock.start();
            const { error } = await source.closed;
            return [type, error.code, error.after];
        };
        return [await silence(":\n\n"), await silence("event: unheard\ndata: 0\n\n"), await silence("unknown: field\n")];
        "#,
    )
    .await;
    let expected = json!([
        ["open", "idle", 100],
        ["open", "idle", 100],
        ["closed", "idle", 100]
    ]);
    assert_eq!(outcome, expected);
}

async fn a_connection_that_stays_open_is_healthy(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        // How many there are where the second connection stays open for so long.
        const attempts = async (openFor) => {
            const retry = { send: "retry: 10\n\n" };
            const url = await play({ steps: [retry, "end"] }, { steps: [retry, "wait", "end"] }, { steps: [retry, "end"] });
            const clock = stopClock();
            const source = open(url, { policy: { closeAfterLosses: 2, reconnectionTime: 10, healthyAfter: 50 } });
            source.onError(() => {});
            // Every wait is over at once.
            source.onState(({ type }) => { if (type === "waiting") clock.advance(1000); });
            const opened = () => new Promise((resolve) => { source.onopen = resolve; });
            await opened();
            await opened();
            clock.advance(openFor);
            await sleep(100);
            await release(url);
            await source.closed;
            clock.start();
            return (await seen(url, "attempts=2")).attempts.length;
        };
        return [await attempts(60), await attempts(40)];
    "#;
    on_each_transport(stage.browser, body, &json!([3, 2])).await;
}
