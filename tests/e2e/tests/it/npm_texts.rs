//! What arrives of a text, however it is cut: over `fetch` the same as on the browser's own source, as far as that
//! keeps to the standard. Firefox's does not where there is a NUL, nor with an id that has no data.

use serde_json::json;

use crate::{
    Stage,
    npm::{BLANK, script},
    tests,
};

tests! {
    texts_cut_anywhere_arrive_as_on_the_browsers_own_source,
    many_events_in_a_chunk_arrive_as_on_the_browsers_own_source,
    small_events_arrive_after_the_memory_has_grown,
    names_come_and_go,
}

/// Opens a stream on both transports, and answers with what each has heard of some names until the event `end`.
const COMPARING: &str = r#"
    const base64 = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
    const bytesOf = (...parts) => new Uint8Array(parts.flatMap((part) => typeof part === "string" ? [...new TextEncoder().encode(part)] : part));
    const hear = async (transport, url) => {
        const source = new EventSource(url, { transport, parse: "text" });
        const heard = [];
        const hear = ({ type, data, lastEventId }) => heard.push([type, data, lastEventId]);
        for (const name of ["message", "é", "😀"]) source.on(name, hear);
        await new Promise((resolve) => source.on("end", resolve));
        source.close();
        return heard;
    };
    const compare = async (steps) => {
        const url = await play({ steps: [...steps, { send: "event: end\ndata: 0\n\n" }, "silence"] });
        const [ours, theirs] = [await hear("fetch", url), await hear("browser", url)];
        const differ = ours.findIndex((event, index) => JSON.stringify(event) !== JSON.stringify(theirs[index]));
        return { count: ours.length, isSame: ours.length === theirs.length && differ === -1, differ: [ours[differ], theirs[differ]] };
    };
    const STREAM = bytesOf(
        [0xef, 0xbb, 0xbf],
        "id: 1é\ndata: é€😀\n\n",
        "data: a\ndata: ü\r\ndata: 😀\r\n\r\n",
        "event: é\nid: 😀\ndata: x\ufeffy\ufeff\n\n",
        "event: 😀\ndata: after\nid: late€\n\n",
        ": comment €\n\n",
        "data:\n\n", "data\n\n",
        "event: unheard\nid: ü\ndata: ü\n\n",
        "data: ", [0xff, 0xc3, 0x28, 0xe2, 0x82], " b ", [0xed, 0xa0, 0x80], "\n\n",
        "data: ", [0xf0, 0x9f, 0x98], "\n\n",
        "id: ", [0xc3], "\ndata: 1\n\n",
        "id\ndata: 3\r\rdata: 4\n\n",
    );
"#;

async fn texts_cut_anywhere_arrive_as_on_the_browsers_own_source(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let outcome = script(
        stage.browser,
        &format!(
            r#"{COMPARING}
            const outcomes = [];
            for (const size of [1, 2, 3, 5, 7, 11]) {{
                const steps = [];
                for (let start = 0; start < STREAM.length; start += size) {{
                    steps.push({{ send_base64: base64(STREAM.subarray(start, start + size)) }}, {{ pause: 1 }});
                }}
                outcomes.push(await compare(steps));
            }}
            return outcomes;"#
        ),
    )
    .await;
    for outcome in outcome.as_array().expect("a list") {
        assert_eq!(outcome["isSame"], true, "{outcome}");
        assert_eq!(outcome["count"], 11, "{outcome}");
    }
}

async fn many_events_in_a_chunk_arrive_as_on_the_browsers_own_source(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let outcome = script(
        stage.browser,
        &format!(
            r#"{COMPARING}
            const whole = await compare([{{ send_base64: base64(STREAM) }}]);
            const text = "id: {{n}}é\ndata: 😀{{n}}€\n\nevent: é\ndata: {{n}}\n\nevent: unheard\ndata: ü\n\n";
            const flood = await compare([{{ repeat: {{ times: 5000, send: text }} }}]);
            return [whole, flood];"#
        ),
    )
    .await;
    assert_eq!(outcome[0]["isSame"], true, "{outcome}");
    assert_eq!(outcome[1]["isSame"], true, "{outcome}");
    assert_eq!(outcome[1]["count"], 10_000);
}

async fn small_events_arrive_after_the_memory_has_grown(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let outcome = script(
        stage.browser,
        r#"
        const { memory } = await import("/pkg/init.js");
        const before = memory().buffer.byteLength;
        const small = (n) => ({ send: `id: é${n}\ndata: €${n}\n\n` });
        const url = await play({ steps: [
            small(1), { send: "id: large\ndata: " }, { repeat: { times: 500000, send: "0123456789" } }, { send: "\ndata: é\n\n" }, small(2),
            { repeat: { times: 100, send: "id: {n}\ndata: {n}\n\n" } }, small(3), "silence",
        ] });
        const source = new EventSource(url, { transport: "fetch", parse: "text" });
        const heard = [];
        await new Promise((resolve) => source.on("message", ({ data, lastEventId }) => {
            heard.push([data.length > 100 ? [data.length, data.slice(-3)] : data, lastEventId]);
            if (data === "€3") resolve();
        }));
        source.close();
        const many = heard.splice(3, 100);
        const areWhole = many.every(([data, id], index) => data === String(index) && id === data);
        return { heard, areWhole, count: many.length, hasGrown: memory().buffer.byteLength > before };
        "#,
    )
    .await;
    let expected = json!({
        "heard": [["€1", "é1"], [[5_000_002, "9\né"], "large"], ["€2", "é2"], ["€3", "é3"]],
        "areWhole": true,
        "count": 100,
        "hasGrown": true,
    });
    assert_eq!(outcome, expected);
}

async fn names_come_and_go(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let outcome = script(
        stage.browser,
        r#"
        const names = Array.from({ length: 50 }, (_, n) => n % 2 ? `name${n}` : `näme${n}`);
        const round = names.map((name) => `event: ${name}\ndata: "${name}"\n\n`).join("");
        const url = await play({ steps: ["wait", { send: `${round}event: end\ndata: 0\n\n` }, "wait", { send: `${round}event: end\ndata: 0\n\n` }, "silence"] });
        const source = new EventSource(url, { transport: "fetch" });
        const heard = [];
        const listen = (name) => source.on(name, ({ type, data }) => heard.push(type === name && data === name ? name : "another"));
        const offs = new Map(names.map((name) => [name, listen(name)]));
        const isThird = (_, index) => index % 3 === 0;
        const next = async () => {
            const end = new Promise((resolve) => { const off = source.on("end", () => { off(); resolve(); }); });
            await release(url);
            await end;
            return heard.splice(0);
        };
        const whole = await next();
        const thirds = names.filter(isThird);
        for (const name of thirds) offs.get(name)();
        // Again in another order, so that numbers that are free again go to other names.
        const again = thirds.filter((_, index) => index % 2).reverse();
        again.forEach(listen);
        const rest = await next();
        source.close();
        const expected = names.filter((name) => !thirds.includes(name) || again.includes(name));
        return [whole.join() === names.join(), rest.join() === expected.join(), again.length];
        "#,
    )
    .await;
    assert_eq!(outcome, json!([true, true, 8]));
}
