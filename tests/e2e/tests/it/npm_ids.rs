//! Events that come twice and events that do not come, on both transports.

use serde_json::json;

use crate::{
    Stage,
    npm::{BLANK, on_each_transport},
    tests,
};

tests! {
    what_a_server_plays_again_is_heard_once,
    gaps_are_told_after_a_reconnection,
    ids_are_read_wherever_a_chunk_is_cut,
}

async fn what_a_server_plays_again_is_heard_once(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    on_each_transport(
        stage.browser,
        r#"
        const url = await play(
            { steps: [{ send: "retry: 1\n\nid: 1\ndata: 1\n\nid: 2\ndata: 2\n\ndata: 2.5\n\n" }] },
            { steps: [{ send: "id: 1\ndata: 1\n\nid: 2\ndata: 2\n\nid: 3\ndata: 3\n\n" }] },
            { steps: [{ send: "id: 3\ndata: 3\n\nid: 3\nevent: bye\ndata: 4\n\n" }, "silence"] },
        );
        const source = new EventSource(url, { transport, deduplicate: 3, terminalEvent: "bye" });
        const heard = [];
        source.onError(() => {});
        source.addEventListener("message", ({ data }) => heard.push(data));
        for (const name of ["message", "bye"]) source.on(name, ({ data }) => heard.push(data));
        await closed(source);
        return heard;
        "#,
        &json!(["1", 1, "2", 2, "2.5", 2.5, "3", 3, 4]),
    )
    .await;
}

async fn gaps_are_told_after_a_reconnection(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    on_each_transport(
        stage.browser,
        r#"
        const url = await play(
            { steps: [{ send: "retry: 1\n\nid: 1\ndata: 1\n\nid: 4\ndata: 4\n\n" }] },
            { steps: [{ send: "id: 4\ndata: 4\n\nid: 9\ndata: 9\n\nevent: bye\ndata: 0\n\n" }, "silence"] },
        );
        const source = new EventSource(url, { transport, deduplicate: 10, terminalEvent: "bye" });
        const heard = [];
        source.onError(() => {});
        source.onGap((gap) => heard.push(gap));
        source.on("message", ({ data }) => heard.push(data));
        await closed(source);
        return heard;
        "#,
        &json!([1, 4, { "after": "4", "before": "9", "missed": 4 }, 9]),
    )
    .await;
}

async fn ids_are_read_wherever_a_chunk_is_cut(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    on_each_transport(
        stage.browser,
        r#"
        // Of ids that are the same, some are an event's own and some are not; others come with events that nobody hears.
        const text = "id: 1\ndata: 1\n\ndata: a\n\nid: 2\nevent: x\ndata: é\n\nid: 3\ndata: 3\ndata: é\n\ndata: b\n\n";
        const again = "id: 3\ndata: again\n\nid: 4\nevent: x\ndata: x\n\nid: 5\ndata: 5\n\n";
        const bytes = (text) => [...new TextEncoder().encode(text)].flatMap((byte) => [{ send_base64: btoa(String.fromCharCode(byte)) }, { pause: 1 }]);
        const url = await play(
            { steps: [{ send: "retry: 1\n\n" }, ...bytes(text)] },
            { steps: [...bytes(again), { send: "event: bye\ndata: 0\n\n" }, "silence"] },
        );
        const source = new EventSource(url, { transport, deduplicate: 9, terminalEvent: "bye", parse: "text" });
        const heard = [];
        source.onError(() => {});
        source.onGap(({ missed }) => heard.push(missed));
        source.on("message", ({ data }) => heard.push(data));
        if (transport === "browser") source.on("x", () => {});
        await closed(source);
        return heard;
        "#,
        &json!(["1", "a", "3\né", "b", "5"]),
    )
    .await;
}
