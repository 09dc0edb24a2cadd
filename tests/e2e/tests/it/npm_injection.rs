//! Ids, names and options that are meant to be more than that: what arrives at the server is the value itself, or the
//! error says at once that it cannot be one.

use serde_json::json;
use typed_eventsource_e2e::Kind;

use crate::{
    Stage,
    npm::{BLANK, on_each_transport, script},
    npm_origins::PLAIN,
    tests,
};

tests! {
    a_parameter_and_an_id_are_one_parameter_whatever_is_in_them,
    a_header_is_one_header_whatever_is_in_it,
    an_id_that_is_no_header_is_refused,
    a_method_is_a_method,
    a_url_is_one_path_whatever_is_in_it,
    a_url_of_another_scheme_runs_nothing,
    names_are_names_also_those_of_objects,
}

async fn a_parameter_and_an_id_are_one_parameter_whatever_is_in_them(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r##"
        const outcomes = [];
        for (const name of ["since", "a&b=c", "#?%26", "é 🦀", "\r\nX-Evil: 1", "\0", "\uD800"]) {
            for (const id of ["7&x=1#y", "%00%0D%0A", "+ ?=", "日本🦀"]) {
                const url = await play({ steps: [{ send: `id: ${id}\ndata: 1\n\ndata: {\n\n` }, "silence"] }, { steps: ["silence"] });
                const source = open(`${url}?other=1`, { resumeParameter: name, policy: { rule: () => ({ type: "reopen", after: 10 }) } });
                source.onError(() => {});
                source.on("message", () => {});
                const { attempts: [, { path, headers }] } = await seen(url, "attempts=2");
                source.close();
                const parameters = [...new URLSearchParams(path.slice(path.indexOf("?")))];
                const expected = [["other", "1"], [name.toWellFormed?.() ?? name.replace("\uD800", "\uFFFD"), id]];
                const isExact = JSON.stringify(parameters) === JSON.stringify(expected) && /^[!-~]+$/.test(path);
                if (!isExact || "x-evil" in headers) outcomes.push([name, id, path]);
            }
        }
        return outcomes;
    "##;
    on_each_transport(stage.browser, body, &json!([])).await;
}

async fn a_header_is_one_header_whatever_is_in_it(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const url = await play({ steps: ["silence"] });
        const outcomes = [];
        const name = "X-One";
        for (const [name, value] of [
            ["X-One", "1\r\nX-Evil: 1"], ["X-One", "1\n2"], ["X-One", "1\r2"], ["X-One", "1\u00002"], ["X-One", "日本"], ["X-One", "\uD800"],
            ["X-One\r\nX-Evil", "1"], ["X-One:", "1"], ["X One", "1"], ["", "1"], ["X-Öne", "1"], ["X-\0", "1"],
        ]) {
            for (const headers of [{ [name]: value }, [[name, value]]]) {
                try {
                    new EventSource(url, { transport: "fetch", headers }).close();
                    outcomes.push([name, value]);
                } catch ({ code }) {
                    if (code !== "invalid-request") outcomes.push([name, value, code]);
                }
            }
            // Where they are made for each attempt, that is when they are refused.
            const source = new EventSource(url, { transport: "fetch", headers: () => ({ [name]: value }), policy: "resilient" });
            source.onError(() => {});
            const { error } = await source.closed;
            if (error.code !== "invalid-request") outcomes.push([name, value, error.code]);
        }
        outcomes.push((await seen(url, "attempts=0")).attempts.length);
        // White space around a value is none of it.
        const source = new EventSource(url, { transport: "fetch", headers: { [name]: " \t1é\r\n" } });
        const { attempts: [{ headers }] } = await seen(url, "attempts=1");
        source.close();
        return [...outcomes, headers["x-one"], "x-evil" in headers];
    "#;
    // Not UTF-8, as this server reads them: headers have a byte for each character.
    assert_eq!(
        script(stage.browser, body).await,
        json!([0, "1\u{FFFD}", false])
    );
}

async fn an_id_that_is_no_header_is_refused(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const url = await play({ steps: ["silence"] });
        const outcomes = [];
        for (const lastEventId of ["7\r\nX-Evil: 1", "a\nb", "a\rb", "a\0b"]) {
            try {
                new EventSource(url, { transport: "fetch", lastEventId }).close();
                outcomes.push(lastEventId);
            } catch ({ code }) {
                outcomes.push(code);
            }
        }
        outcomes.push((await seen(url, "attempts=0")).attempts.length);
        const source = new EventSource(url, { transport: "fetch", lastEventId: "é\uD800" });
        const { attempts: [{ headers }] } = await seen(url, "attempts=1");
        source.close();
        return [...outcomes, headers["last-event-id"]];
    "#;
    let refused = "invalid-request";
    let expected = json!([refused, refused, refused, refused, 0, "é\u{FFFD}"]);
    assert_eq!(script(stage.browser, body).await, expected);
}

async fn a_method_is_a_method(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const url = await play({ steps: ["silence"] });
        const outcomes = [];
        for (const method of ["GET / HTTP/1.1\r\nX-Evil: 1", "GET\r\n", "GET\0", "", "GÉT", "CONNECT", "TRACE", "track"]) {
            try {
                new EventSource(url, { transport: "fetch", method }).close();
                outcomes.push(method);
            } catch ({ code }) {
                if (code !== "invalid-request") outcomes.push([method, code]);
            }
        }
        outcomes.push((await seen(url, "attempts=0")).attempts.length);
        return outcomes;
    "#;
    assert_eq!(script(stage.browser, body).await, json!([0]));
}

async fn a_url_is_one_path_whatever_is_in_it(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const outcomes = [];
        for (const rest of [" HTTP/1.1\r\nX-Evil: 1\r\n\r\n", "?a=\r\nX-Evil: 1\0é\uD800", "?a=b#\r\nX-Evil: 1"]) {
            const url = await play({ steps: ["silence"] });
            const source = open(rest.startsWith("?") ? url + rest : `${url}?${rest}`, {});
            const { attempts: [{ path, headers }] } = await seen(url, "attempts=1");
            source.close();
            outcomes.push([path.slice(url.length), "x-evil" in headers]);
        }
        return outcomes;
    "#;
    // Firefox ends a URL at a NUL.
    let nul = match stage.browser.kind() {
        Kind::Chromium => "%00%C3%A9%EF%BF%BD",
        Kind::Firefox => "",
    };
    let expected = json!([
        ["?%20HTTP/1.1X-Evil:%201", false],
        [format!("?a=X-Evil:%201{nul}"), false],
        ["?a=b", false],
    ]);
    on_each_transport(stage.browser, body, &expected).await;
}

async fn a_url_of_another_scheme_runs_nothing(stage: &mut Stage<'_>) {
    // Where no content security policy is in the way.
    stage.goto(PLAIN).await;
    let body = r#"
        const outcomes = {};
        const stream = "data: 1\n\nevent: bye\ndata: 2\n\n";
        const blob = URL.createObjectURL(new Blob([stream], { type: "text/event-stream" }));
        for (const url of ["javascript:globalThis.injected=true", `data:text/event-stream,${encodeURIComponent(stream)}`, blob, "file:///etc/hostname", "about:blank", "ftp://127.0.0.1/"]) {
            let heard = 0;
            let outcome;
            try {
                const source = open(url, { policy: "close-on-error", terminalEvent: "bye" });
                source.on("message", () => { heard += 1; });
                source.onError(() => {});
                const { type, error } = await source.closed;
                outcome = error?.code ?? type;
            } catch ({ name }) {
                outcome = name;
            }
            outcomes[url.split(":")[0]] = [outcome, heard];
        }
        return [outcomes, "injected" in globalThis];
    "#;
    for transport in ["browser", "fetch"] {
        let open = format!(
            "const open = (url, init) => new EventSource(url, {{ transport: '{transport}', ...init }});"
        );
        let outcome = script(stage.browser, &format!("{open}{body}")).await;
        let failed = match transport {
            "fetch" => json!(["connection-lost", 0]),
            _ => json!(["given-up", 0]),
        };
        // What a page has made itself is a stream, but for the browser's own in Firefox.
        let own = match (transport, stage.browser.kind()) {
            ("browser", Kind::Firefox) => failed.clone(),
            _ => json!(["finished", 1]),
        };
        let expected = json!([{
            "javascript": failed, "data": own, "blob": own, "file": failed, "about": failed, "ftp": failed,
        }, false]);
        assert_eq!(outcome, expected, "{transport}");
    }
}

async fn names_are_names_also_those_of_objects(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const names = ["__proto__", "constructor", "toString", "hasOwnProperty", "日本🦀", "<script>", "on"];
        // Firefox's own never tells of one with a NUL.
        if (transport === "fetch") names.push("\0", "a\0b");
        const send = names.map((name) => `event: ${name}\ndata: {"__proto__":{"polluted":1},"constructor":7}\n\n`).join("");
        const url = await play({ steps: ["wait", { send }, { send: "event: bye\ndata: 0\n\n" }, "silence"] });
        const source = open(url, { terminalEvent: "bye" });
        const heard = [];
        const events = source.events(...names);
        for (const name of names) {
            source.on(name, ({ type, data }) => heard.push([type === name, Object.keys(data), data.polluted]));
        }
        await release(url);
        const iterated = [];
        for await (const { type } of events) iterated.push(type);
        const isRight = heard.every(([isName, keys, polluted]) => isName && keys.join() === "__proto__,constructor" && polluted === undefined);
        const refused = ["a\nb", "a\rb", ""].filter((terminalEvent) => {
            try { open(url, { terminalEvent }).close(); return true; } catch ({ code }) { return code !== "invalid-event-name"; }
        });
        return [heard.length === names.length, isRight, JSON.stringify(iterated) === JSON.stringify(names), ({}).polluted ?? "clean", refused];
    "#;
    let expected = json!([true, true, true, "clean", []]);
    on_each_transport(stage.browser, body, &expected).await;
}
