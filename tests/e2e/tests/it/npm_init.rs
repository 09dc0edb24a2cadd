//! Getting the wasm half ready.

use serde_json::{Value, json};

use crate::{Stage, npm::BLANK, tests};

tests! {
    a_source_that_comes_too_early_is_told_so,
    calls_at_the_same_time_share_one_start,
    a_start_that_failed_is_made_again,
    the_wasm_half_may_come_from_anywhere,
}

/// A script on a page that has not started the package.
async fn fresh(stage: &Stage<'_>, body: &str) -> Value {
    stage.goto(BLANK).await;
    let prelude = "const { default: byDefault, init, initSync, EventSource } = await import('/pkg/index.js');";
    stage
        .browser
        .run(&format!("{prelude}{body}"), Value::Null)
        .await
}

async fn a_source_that_comes_too_early_is_told_so(stage: &mut Stage<'_>) {
    let messages = fresh(
        stage,
        r#"
        const messages = [];
        for (const make of [() => new EventSource("/x"), () => new EventSource("/x", { transport: "fetch" }), () => new EventSource("http://[", { nonsense: 1 })]) {
            try { make(); } catch ({ message }) { messages.push(message); }
        }
        return messages;
        "#,
    )
    .await;
    let messages = messages.as_array().expect("a list");
    assert_eq!(messages.len(), 3);
    for message in messages {
        assert!(
            message
                .as_str()
                .is_some_and(|said| said.contains("`await init()` first"))
        );
    }
}

async fn calls_at_the_same_time_share_one_start(stage: &mut Stage<'_>) {
    let outcome = fresh(
        stage,
        r#"
        let compiled = 0;
        const { compile } = WebAssembly;
        WebAssembly.compile = (...all) => { compiled += 1; return compile.apply(WebAssembly, all); };
        const first = init();
        const both = [first === byDefault(), byDefault === init];
        await Promise.all([first, init(), init()]);
        await init();
        return [...both, compiled, new EventSource("/x", { signal: AbortSignal.abort() }).readyState];
        "#,
    )
    .await;
    assert_eq!(outcome, json!([true, true, 1, 2]));
}

async fn a_start_that_failed_is_made_again(stage: &mut Stage<'_>) {
    let outcome = fresh(
        stage,
        r#"
        const said = async (source) => {
            try { await init(source); return "started"; } catch (error) { return `${error.name}: ${error.message}`; }
        };
        const failures = [
            await said("/nowhere.wasm"),
            await said(new Uint8Array([0, 1, 2])),
            await said(Promise.reject(new RangeError("mine"))),
        ];
        try { initSync(new Uint8Array([0, 1, 2])); } catch (error) { failures.push(error.name); }
        let early;
        try { new EventSource("/x"); } catch { early = "too early"; }
        return [failures[0].includes("404"), failures[1].split(":")[0], failures[2], failures[3], early, await said()];
        "#,
    )
    .await;
    let expected = json!([
        true,
        "CompileError",
        "RangeError: mine",
        "CompileError",
        "too early",
        "started"
    ]);
    assert_eq!(outcome, expected);
}

async fn the_wasm_half_may_come_from_anywhere(stage: &mut Stage<'_>) {
    let path = "/pkg/wasm/typed_eventsource_bg.wasm";
    for start in [
        "await init(path)",
        "await init(new URL(path, location.href))",
        "await init(fetch(path))",
        "await init(await fetch(path))",
        "await init(await (await fetch(path)).arrayBuffer())",
        "await init(new WebAssembly.Module(await (await fetch(path)).arrayBuffer()))",
        "initSync(await (await fetch(path)).arrayBuffer())",
        "initSync(new Uint8Array(await (await fetch(path)).arrayBuffer()))",
        "initSync(new WebAssembly.Module(await (await fetch(path)).arrayBuffer())); initSync(new Uint8Array()); await init()",
    ] {
        let outcome = fresh(
            stage,
            &format!(
                "const path = '{path}'; {start};
                 return new EventSource('/x', {{ signal: AbortSignal.abort() }}).state.reason.type;"
            ),
        )
        .await;
        assert_eq!(outcome, "requested", "{start}");
    }
}
