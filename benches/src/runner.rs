//! Plays the rounds and reckons with what they took.

use std::{env, path::Path};

use serde_json::{Value, json};
use tokio::runtime::Runtime;
use typed_eventsource_e2e::{Browser, Kind};
use typed_eventsource_server::{Config, Server};

const EVENTS: u32 = 50_000;
const ROUNDS: usize = 25;

/// About 125 bytes of JSON, with a name and an id.
const EVENT: &str = "id: {n}\nevent: price\ndata: {\"symbol\":\"ACME\",\"price\":101.25,\"change\":-0.4,\
    \"volume\":123456,\"time\":1763660000000,\"note\":\"a bit of text to fill it up\",\"x\":1}\n\n";

/// The first is what the others are compared with.
const CONTENDERS: [(&str, &str); 3] = [
    ("raw", "EventSource + JSON.parse, by hand in JavaScript"),
    ("rust", "typed listener, from Rust"),
    (
        "npm",
        "typed listener, from JavaScript through the npm package",
    ),
];

/// How the server sends the events.
const TASKS: [(&str, &str); 2] = [
    ("series", "each event written by itself, as servers do"),
    ("repeat", "as many events to a write as fit in 64 KiB"),
];

pub(crate) fn main() {
    let page = env::args()
        .nth(1)
        .expect("an argument: the folder with the page");
    Runtime::new()
        .expect("threads can be started")
        .block_on(bench(Path::new(&page)));
}

async fn bench(page: &Path) {
    let server = Server::start(Config {
        www: Some(page.to_owned()),
        pkg: Some("pkg".into()),
        ..Config::default()
    })
    .await
    .expect("the server starts");
    let browser = Browser::launch(Kind::Chromium).await;
    browser.goto(server.origin()).await;
    browser.until("window.contenders").await;
    for (step, how) in TASKS {
        put_script(&browser, step).await;
        let times = play(&browser, step).await;
        print(how, &times);
    }
    browser.close().await;
    server.stop().await;
}

async fn put_script(browser: &Browser, step: &str) {
    let repeated = json!({ step: { "times": EVENTS, "send": EVENT } });
    let script = json!({ "attempts": [{ "steps": [repeated, "silence"] }] });
    let put = "const { step, script } = argument;
               const answer = await fetch(`/scripts/${step}`, { method: 'PUT', body: JSON.stringify(script) });
               if (!answer.ok) throw new Error(await answer.text());";
    browser
        .run(put, json!({ "step": step, "script": script }))
        .await;
}

/// The milliseconds of each contender in each round, after a round that does not count. The order turns around from
/// round to round.
async fn play(browser: &Browser, step: &str) -> [Vec<f64>; CONTENDERS.len()] {
    let mut times = CONTENDERS.map(|_| Vec::new());
    for round in 0..=ROUNDS {
        let mut order: Vec<_> = (0..CONTENDERS.len()).collect();
        if round % 2 == 1 {
            order.reverse();
        }
        for contender in order {
            let (name, _) = CONTENDERS[contender];
            // Each pays for its own garbage only.
            let call = format!("gc(); return contenders.{name}(`/streams/{step}`, {EVENTS});");
            let elapsed = browser.run(&call, Value::Null).await;
            if round > 0 {
                times[contender].push(elapsed.as_f64().expect("milliseconds"));
            }
        }
    }
    times
}

fn print(how: &str, times: &[Vec<f64>; CONTENDERS.len()]) {
    println!(
        "\n{EVENTS} events of {} bytes, {how}; {ROUNDS} rounds",
        EVENT.len()
    );
    println!(
        "{:>9} {:>10} {:>7} {:>13}",
        "ms", "events/s", "ratio", "ratios"
    );
    for ((_, what), own) in CONTENDERS.iter().zip(times) {
        let mut ratios: Vec<f64> = times[0]
            .iter()
            .zip(own)
            .map(|(raw, own)| raw / own)
            .collect();
        let ratio = median(&mut ratios);
        let (least, most) = (ratios[0], ratios[ratios.len() - 1]);
        let elapsed = median(&mut own.clone());
        let rate = f64::from(EVENTS) / elapsed * 1000.0;
        println!("{elapsed:9.1} {rate:10.0} {ratio:7.3} {least:5.2} … {most:5.2}  {what}");
    }
}

/// The median of the values, which are sorted by the way.
fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 {
        values[middle]
    } else {
        (values[middle - 1] + values[middle]) / 2.0
    }
}
