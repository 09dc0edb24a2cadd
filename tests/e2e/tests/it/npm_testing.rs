//! `typed-eventsource/testing` in browsers: tests may run there too.

use serde_json::json;

use crate::{
    Stage,
    npm::{BLANK, on_each_transport},
    tests,
};

tests! {
    a_fake_server_stands_in_for_the_network_until_it_is_closed,
}

async fn a_fake_server_stands_in_for_the_network_until_it_is_closed(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const { FakeServer } = await import('/pkg/testing.js');
        const url = await play({ steps: [{ send: "data: 2\n\n" }, "silence"] });
        const heard = [];
        const listen = () => {
            const source = open(url, { policy: "resilient" });
            source.addEventListener("message", ({ data, origin }) => heard.push(`DOM ${data} ${origin}`));
            source.on("message", ({ data }) => heard.push(data));
            source.onError(({ code }) => heard.push(code));
            return source;
        };
        const server = new FakeServer();
        const faked = listen();
        server.send("message", 1);
        server.fail(503);
        const { attempt, retryIn } = faked.state;
        server.clock.advance(retryIn);
        server.open();
        heard.push(attempt, retryIn, faked.readyState, server.attempts.map(({ url }) => url === faked.url));
        server.close();
        const { attempts } = await seen(url, "attempts=0");
        const real = listen();
        await until(() => heard.includes(2));
        server.send("message", 3);
        faked.close();
        real.close();
        heard[2] = heard[2] === (transport === "fetch" ? "status" : "given-up");
        return { heard: heard.map((what) => String(what).replace(location.origin, "here")), attempts: attempts.length };
    "#;
    let expected = json!({
        "heard": [
            "DOM 1 fake:", "1", "true", "1", "1000", "1", "true,true",
            "DOM 2 here", "2", "DOM 3 fake:", "3",
        ],
        "attempts": 0,
    });
    on_each_transport(stage.browser, body, &expected).await;
}
