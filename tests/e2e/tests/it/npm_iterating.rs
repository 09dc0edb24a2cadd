//! `events()`: what waits for its consumer, what gives way, and how it ends.

use serde_json::json;

use crate::{
    Stage,
    npm::{BLANK, on_each_transport, refusal, script},
    tests,
};

tests! {
    events_of_several_names_keep_their_order_until_the_close,
    steps_may_be_asked_for_in_parallel,
    the_oldest_event_gives_way_and_each_gap_is_told_once,
    all_that_waits_gives_way_for_the_latest_event,
    a_full_queue_may_close_the_source,
    the_error_that_closed_the_source_is_thrown_once,
    breaking_off_ends_the_listening,
    returning_ends_a_step_that_waits,
    a_flood_lets_its_consumer_in,
    an_iteration_needs_names_of_messages,
}

async fn events_of_several_names_keep_their_order_until_the_close(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const url = await play({ steps: ["wait", { send: "event: a\ndata: 1\n\nevent: c\ndata: 0\n\nevent: b\ndata: 2\n\nevent: a\ndata: 3\n\n" }, "silence"] });
        const source = open(url, { terminalEvent: "bye" });
        const events = source.events("b", "a");
        await release(url);
        const heard = [];
        for await (const { type, data } of events) {
            heard.push(`${type} ${data}`);
            if (data === 3) source.close();
        }
        const after = await events.next();
        const late = await source.events("a").next();
        return { heard, after: after.done, late: late.done, dropped: events.dropped };
    "#;
    let expected =
        json!({ "heard": ["a 1", "b 2", "a 3"], "after": true, "late": true, "dropped": 0 });
    on_each_transport(stage.browser, body, &expected).await;
}

async fn steps_may_be_asked_for_in_parallel(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const url = await play({ steps: ["wait", { send: "data: 1\n\ndata: 2\n\n" }, "silence"] });
        const source = open(url);
        const events = source.events("message");
        const steps = [events.next(), events.next(), events.next(), events.next()];
        await release(url);
        await steps[1];
        source.close();
        const heard = (await Promise.all(steps)).map(({ value, done }) => done ? "done" : value.data);
        return heard;
    "#;
    on_each_transport(stage.browser, body, &json!([1, 2, "done", "done"])).await;
}

/// Fills the queue twice, and empties it after each time.
const OVERFLOWING: &str = r#"
    const flood = (from, to) => {
        let text = "";
        for (let n = from; n <= to; n += 1) text += `data: ${n}\n\n`;
        return { send: `${text}event: end\ndata: 0\n\n` };
    };
    const url = await play({ steps: ["wait", flood(1, 5), "wait", flood(6, 8), "silence"] });
    const source = open(url, { queue: { capacity: 2, whenFull } });
    const codes = [];
    source.onError(({ code }) => codes.push(code));
    const events = source.events("message");
    const heard = [];
    for (let round = 0; round < 2; round += 1) {
        const end = new Promise((resolve) => { const off = source.on("end", () => { off(); resolve(); }); });
        await release(url);
        await end;
        for (let left = round ? 8 : 5; heard.at(-1) !== left; ) heard.push((await events.next()).value.data);
    }
    source.close();
    return { heard, codes, dropped: events.dropped };
"#;

async fn the_oldest_event_gives_way_and_each_gap_is_told_once(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = format!("const whenFull = 'drop-oldest';{OVERFLOWING}");
    let expected = json!({
        "heard": [4, 5, 7, 8],
        "codes": ["queue-overflow", "queue-overflow"],
        "dropped": 4,
    });
    on_each_transport(stage.browser, &body, &expected).await;
}

async fn all_that_waits_gives_way_for_the_latest_event(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = format!("const whenFull = 'keep-latest';{OVERFLOWING}");
    let expected = json!({
        "heard": [5, 8],
        "codes": ["queue-overflow", "queue-overflow"],
        "dropped": 6,
    });
    on_each_transport(stage.browser, &body, &expected).await;
}

async fn a_full_queue_may_close_the_source(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const url = await play({ steps: ["wait", { send: "data: 1\n\ndata: 2\n\ndata: 3\n\n" }, "silence"] });
        const source = open(url, { queue: { capacity: 2, whenFull: "close" } });
        const told = overhear();
        const events = source.events("message");
        let shown;
        source.onerror = ({ error }) => { shown = `${error?.code} ${source.readyState}`; };
        await release(url);
        const reason = await source.closed;
        const heard = [];
        try {
            for await (const { data } of events) heard.push(data);
        } catch ({ code }) {
            heard.push(code);
        }
        const { done } = await events.next();
        return { heard, done, shown, told, dropped: events.dropped, reason: reason.type, code: reason.error.code };
    "#;
    let expected = json!({
        "heard": [1, 2, "queue-overflow"],
        "done": true,
        "shown": "queue-overflow 2",
        "told": [],
        "dropped": 1,
        "reason": "policy",
        "code": "queue-overflow",
    });
    on_each_transport(stage.browser, body, &expected).await;
}

async fn the_error_that_closed_the_source_is_thrown_once(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const url = await play({ steps: ["wait", { send: "data: 1\n\ndata: {\n\n" }, "silence"] });
        const source = open(url, { policy: { closeAfterDecodeErrors: 1 } });
        const told = overhear();
        const both = [source.events("message"), source.events("message")];
        const waiting = [both[1].next(), both[1].next(), both[1].next()];
        await release(url);
        const { error } = await source.closed;
        const heard = [];
        try {
            for await (const { data } of both[0]) heard.push(data);
        } catch (thrown) {
            heard.push(thrown.code, thrown === error);
        }
        heard.push((await both[0].next()).done);
        heard.push(...(await Promise.allSettled(waiting)).map(({ value, reason }) => reason?.code ?? value.done));
        const late = await source.events("message").next().catch(({ code }) => code);
        return { heard, late, told };
    "#;
    let expected = json!({
        "heard": [1, "decode", true, true, false, "decode", true],
        "late": "decode",
        "told": [],
    });
    on_each_transport(stage.browser, body, &expected).await;
}

async fn breaking_off_ends_the_listening(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const url = await play({ steps: ["wait", { send: "data: 1\n\ndata: 2\n\n" }, "wait", { send: "data: 3\n\nevent: end\ndata: 4\n\n" }, "silence"] });
        const parsed = [];
        const source = open(url, { parse: (data) => { parsed.push(data); return data; } });
        const end = new Promise((resolve) => source.on("end", resolve));
        const removed = [];
        const { removeEventListener } = EventTarget.prototype;
        EventTarget.prototype.removeEventListener = function (type, ...rest) {
            if (this instanceof globalThis.EventSource) removed.push(type);
            return removeEventListener.call(this, type, ...rest);
        };
        const events = source.events("message");
        await release(url);
        for await (const { data } of events) if (data === "2") break;
        EventTarget.prototype.removeEventListener = removeEventListener;
        const { done } = await events.next();
        await release(url);
        await end;
        source.close();
        return { parsed, done, isUnheard: transport === "fetch" || removed.includes("message") };
    "#;
    let expected = json!({ "parsed": ["1", "2", "4"], "done": true, "isUnheard": true });
    on_each_transport(stage.browser, body, &expected).await;
}

async fn returning_ends_a_step_that_waits(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const url = await play({ steps: ["silence"] });
        const source = open(url);
        const events = source.events("message");
        const steps = [events.next(), events.next()];
        const { done } = await events.return();
        const ends = await Promise.all(steps);
        const isOpen = source.state.type !== "closed";
        source.close();
        return [done, ...ends.map((end) => end.done), isOpen];
    "#;
    on_each_transport(stage.browser, body, &json!([true, true, true, true])).await;
}

async fn a_flood_lets_its_consumer_in(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let outcome = script(
        stage.browser,
        r#"
        const consume = async (times, capacity, work) => {
            const url = await play({ steps: ["wait", { repeat: { times, send: "data: {n}\n\n" } }, { send: "event: end\ndata: 0\n\n" }, "silence"] });
            const source = new EventSource(url, { transport: "fetch", queue: { capacity } });
            const events = source.events("message", "end");
            let next = 0;
            let isInOrder = true;
            const released = release(url);
            for await (const { type, data } of events) {
                if (type === "end") break;
                isInOrder &&= data === next;
                next += 1;
                await work();
            }
            source.close();
            await released;
            return { isWhole: isInOrder && next === times, dropped: events.dropped };
        };
        const threeSteps = async () => { for (let step = 0; step < 3; step += 1) await undefined; };
        return [
            await consume(20000, 64, threeSteps),
            await consume(2000, 1, () => {}),
            await consume(2000, 2001, turn),
        ];
        "#,
    )
    .await;
    let whole = json!({ "isWhole": true, "dropped": 0 });
    assert_eq!(outcome, json!([whole, whole, whole]));
}

async fn an_iteration_needs_names_of_messages(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    for (names, said) in [
        ("", ["TypeError", "names"]),
        (r#""a\nb""#, ["EventSourceError", "line end"]),
        (r#""""#, ["EventSourceError", "`message`"]),
    ] {
        let call = format!(
            "const source = new EventSource('/x'); try {{ source.events({names}); }} finally {{ source.close(); }}"
        );
        let error = refusal(stage.browser, &call).await;
        for part in said {
            assert!(error.contains(part), "{names}: {error}");
        }
    }
}
