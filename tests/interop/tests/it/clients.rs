//! Clients of other projects before the test server.

use std::fs;

use serde_json::{Value, json};
use tokio::process::Command;
use typed_eventsource_harness::Stage;
use typed_eventsource_server::{
    Config, Server,
    script::{Attempt, Script, Step},
};
use typed_eventsource_showcase::Showcase;

use crate::{
    support::{crate_path, temp_dir, tool},
    tests,
};

tests! {
    sseclient_reads_and_resumes,
    sseclient_py_reads_and_resumes,
    httpx_sse_reads_and_resumes,
    curl_reads_and_resumes,
    curl_resumes_the_prices_of_the_showcase,
}

/// Two connections: the first ends after its second event, and the second continues.
fn attempts() -> Vec<Attempt> {
    let first = [
        ": a comment\n\n",
        "retry: 50\nid: 1\nevent: price\ndata: {\"price\":\n",
        "data: 1.5}\n\n",
        "id: 2\ndata: Grüße, ☃\n\n",
    ];
    let second = [
        "id: 3\nevent: price\nda",
        "ta: 2\n\n",
        "event: bye\ndata: over\nid: 4\n\n",
    ];
    vec![playing(&first), playing(&second)]
}

/// The same events for sseclient, each in one chunk, and with a charset. sseclient decodes text without a charset as Latin-1, and
/// takes the boundaries of HTTP chunks for ends of lines.
fn attempts_for_sseclient() -> Vec<Attempt> {
    let with_whole_events = |attempt: Attempt| {
        let events = text_of(&attempt);
        let events: Vec<_> = events.split_inclusive("\n\n").collect();
        playing(&events).header("content-type", "text/event-stream; charset=utf-8")
    };
    attempts().into_iter().map(with_whole_events).collect()
}

fn playing(chunks: &[&str]) -> Attempt {
    let sends = chunks.iter().map(|chunk| Step::Send((*chunk).to_owned()));
    Attempt::playing(sends.collect::<Vec<_>>())
}

/// The text that an attempt sends.
fn text_of(attempt: &Attempt) -> String {
    let text = |step: &Step| match step {
        Step::Send(text) => text.clone(),
        other => panic!("no text: {other:?}"),
    };
    attempt.steps.iter().map(text).collect()
}

fn events() -> Value {
    json!([
        ["price", "{\"price\":\n1.5}", "1"],
        ["message", "Grüße, ☃", "2"],
        ["price", "2", "3"],
        ["bye", "over", "4"],
    ])
}

async fn start(attempts: Vec<Attempt>) -> Server {
    let server = Server::start(Config::default()).await;
    let server = server.expect("the server starts");
    let put = server.put("others", Script { attempts });
    put.expect("it can be played");
    server
}

/// Runs a client to its end, and returns what it has printed.
async fn output(command: &mut Command) -> String {
    let output = command.kill_on_drop(true).output().await;
    let output = output.expect("the client can be run");
    let [printed, complaint] =
        [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    assert!(output.status.success(), "{printed}{complaint}");
    printed
}

/// Runs a client in Python, and asserts that it prints the events and resumes.
async fn run_python_client(python: &str, program: &str, attempts: Vec<Attempt>) {
    let server = start(attempts).await;
    let url = format!("{}/streams/others", server.origin());
    let script = crate_path("clients").join(program);
    let printed = output(tool(python).arg(script).arg(url).arg("4")).await;
    // Some clients also print that they reconnect.
    let events_read: Vec<Value> = printed
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .filter(Value::is_array)
        .collect();
    assert_eq!(Value::from(events_read), events(), "{printed}");
    assert_resumed(&server);
    server.stop().await;
}

fn assert_resumed(server: &Server) {
    let seen = server.seen("others");
    let last_ids: Vec<_> = seen
        .attempts
        .iter()
        .map(|attempt| attempt.headers.get("last-event-id").map(String::as_str))
        .collect();
    assert_eq!(last_ids, [None, Some("2")]);
}

async fn sseclient_reads_and_resumes(_: &Stage) {
    run_python_client("PYTHON", "read_with_sseclient.py", attempts_for_sseclient()).await;
}

async fn sseclient_py_reads_and_resumes(_: &Stage) {
    run_python_client(
        "PYTHON_SSECLIENT_PY",
        "read_with_sseclient_py.py",
        attempts(),
    )
    .await;
}

async fn httpx_sse_reads_and_resumes(_: &Stage) {
    run_python_client("PYTHON", "read_with_httpx_sse.py", attempts()).await;
}

/// What curl writes is exactly what the server sends.
async fn curl_reads_and_resumes(_: &Stage) {
    let server = start(attempts()).await;
    let folder = temp_dir();
    let url = format!("{}/streams/others", server.origin());
    let mut shell = Command::new("sh");
    shell
        .arg(crate_path("clients/read_with_curl.sh"))
        .arg(url)
        .current_dir(folder.path())
        .env("CURL", tool("CURL").as_std().get_program());
    output(&mut shell).await;
    for (file, attempt) in ["first.txt", "second.txt"].into_iter().zip(attempts()) {
        let read = fs::read_to_string(folder.path().join(file)).expect("curl has read it");
        assert_eq!(read, text_of(&attempt), "{file}");
    }
    assert_resumed(&server);
    server.stop().await;
}

/// The ids of the prices that curl reads from the showcase in two seconds, after the price with the id `last`.
async fn ids_of_prices(server: &Server, last: Option<u64>) -> Vec<u64> {
    let mut curl = tool("CURL");
    curl.args(["--silent", "--no-buffer", "--max-time", "2"]);
    if let Some(last) = last {
        curl.arg("--header").arg(format!("Last-Event-ID: {last}"));
    }
    let read = curl
        .arg(format!("{}/demo/prices", server.origin()))
        .kill_on_drop(true)
        .output()
        .await;
    let read = read.expect("curl can be run").stdout;
    String::from_utf8(read)
        .expect("UTF-8")
        .lines()
        .filter_map(|line| line.strip_prefix("id: ")?.parse().ok())
        .collect()
}

async fn curl_resumes_the_prices_of_the_showcase(_: &Stage) {
    let server = Showcase::default().start(Config::default()).await;
    let server = server.expect("the server starts");
    let before = ids_of_prices(&server, None).await;
    let last = *before.last().expect("there are prices");
    let after = ids_of_prices(&server, Some(last)).await;
    assert_eq!(after.first(), Some(&(last + 1)), "{before:?}, {after:?}");
    server.stop().await;
}
