//! Scripts that use the npm package.

/// What each script finds: the package, and the server's scripted streams.
const PRELUDE: &str = r#"
const { default: init, EventSource } = await import("/pkg/typed_eventsource.js");
await init();

const ask = async (method, path, body) => {
    const answer = await fetch(path, { method, body: body && JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer;
};
const play = (id, ...attempts) => ask("PUT", `/scripts/${id}`, { attempts });
const release = (id) => ask("POST", `/scripts/${id}/release`);
const seen = async (id, query) => (await (await ask("GET", `/scripts/${id}/seen?${query}`)).json()).attempts;

/** Resolves with the reason when the source has closed. */
const closed = (source) => new Promise((resolve) => {
    const look = (state) => state.type === "closed" && resolve(state.reason);
    if (!look(source.state)) source.onState(look);
});
/** What a function throws. */
const thrownBy = (work) => {
    try { work(); } catch (error) { return { name: error.name, code: error.code, message: error.message }; }
    return null;
};
"#;

/// Makes a body that may `await` and `return` a script that ends by WebDriver's callback.
pub(crate) fn with_package(body: &str) -> String {
    format!(
        r#"
        const done = arguments[arguments.length - 1];
        const run = async () => {{ {PRELUDE} {body} }};
        run().then(
            (value) => done({{ value }}),
            (error) => done({{ error: `${{error}}\n${{error.stack}}` }}),
        );
        "#
    )
}
