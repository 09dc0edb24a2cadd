//! Callbacks that do anything: any method from any callback, exceptions, thousands of listeners, beside a model of who
//! hears what in which order. What is played is in `pages/reentry`, out of a seed.

use serde_json::json;

use crate::{
    Stage,
    npm::{BLANK, on_each_transport},
    tests,
};

tests! {
    everybody_hears_what_the_model_says,
    thousands_of_listeners_come_and_go,
}

/// As many sources at a time as a browser has connections to a server, less those of other requests.
async fn everybody_hears_what_the_model_says(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    on_each_transport(
        stage.browser,
        r#"
        const { attemptsOf, shapeOf } = await import("/pages/reentry/shape.js");
        const { expected } = await import("/pages/reentry/model.js");
        const { heard } = await import("/pages/reentry/play.js");
        let throws = 0;
        const count = (event) => { event.preventDefault(); throws += Number(event.message.includes("on purpose")); };
        addEventListener("error", count);
        const wrong = [];
        let calls = 0;
        const compare = async (seed) => {
            const shape = shapeOf(seed);
            const model = expected(shape, transport);
            const real = await heard(EventSource, transport, await play(...attemptsOf(shape)), shape);
            calls += real.journal.length;
            throws -= model.throws;
            for (const what of ["journal", "yielded"]) {
                const [wanted, is] = [model, real].map((all) => all[what].map((line) => JSON.stringify(line)));
                const at = Array.from({ length: Math.max(wanted.length, is.length) }).findIndex((_, at) => wanted[at] !== is[at]);
                if (at >= 0) wrong.push({ seed, what, at, wanted: wanted.slice(at, at + 3), is: is.slice(at, at + 3) });
            }
        };
        const seeds = Array.from({ length: 60 }, (_, seed) => seed);
        await Promise.all(Array.from({ length: 4 }, async () => {
            for (let seed; (seed = seeds.shift()) !== undefined; ) await compare(seed);
        }));
        removeEventListener("error", count);
        return { wrong, throws, plenty: calls > 1000 };
        "#,
        &json!({ "wrong": [], "throws": 0, "plenty": true }),
    )
    .await;
}

async fn thousands_of_listeners_come_and_go(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    on_each_transport(
        stage.browser,
        r#"
        const { dice } = await import("/pages/reentry/shape.js");
        const random = dice(7);
        const rounds = 5;
        const events = Array.from({ length: rounds }, (_, round) => [{ send: `data: ${round}\n\n` }, "wait"]);
        const url = await play({ steps: [...events.flat(), "silence"] });
        const source = new EventSource(url, { transport });
        let heard = [];
        let listening = [];
        let count = 0;
        const add = () => {
            const number = (count += 1);
            listening.push({ number, undo: source.on("message", () => heard.push(number)) });
        };
        const outcomes = [];
        for (let round = 0; round < rounds; round += 1) {
            for (let added = 0; added < 3000; added += 1) {
                add();
                if (random() < 0.6) listening.splice(Math.floor(random() * listening.length), 1)[0].undo();
            }
            const all = listening.map(({ number }) => number);
            if (round > 0) await release(url);
            await until(() => heard.length >= all.length);
            outcomes.push(JSON.stringify(heard) === JSON.stringify(all));
            heard = [];
        }
        for (const { undo } of listening) undo();
        await release(url);
        source.close();
        await closed(source);
        return { outcomes, count, heard };
        "#,
        &json!({ "outcomes": [true, true, true, true, true], "count": 15000, "heard": [] }),
    )
    .await;
}
