//! A server starts, stops and restarts, both in this process and as a program.

use std::{env, fs, io::ErrorKind, path::PathBuf};

use crate::support::{put, send, start};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use typed_eventsource_server::{
    Config, Server,
    client::{Request, get},
    script::{Attempt, Step},
};

fn scratch_folder(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&path);
    path
}

fn port(origin: &str) -> u16 {
    let (_, port) = origin.rsplit_once(':').expect("a port");
    port.parse().expect("a number")
}

#[tokio::test]
async fn a_server_stops_with_open_streams_and_the_next_one_listens_on_the_same_ports() {
    let mut server = start().await;
    let ports = [port(server.origin()), port(server.second_origin())];
    for _ in 0..3 {
        let held = Attempt {
            before: vec![Step::Silence],
            ..Attempt::default()
        };
        let silent = Attempt::playing([send("x"), Step::Silence]);
        let script = put(&server, [silent, held]).await;
        let mut stream = script.open().await;
        assert_eq!(stream.text().await, "x");
        let held_request = tokio::spawn(get(script.url()));
        script.seen_attempts(2).await;

        server.stop().await;
        assert_eq!(stream.rest().await, (vec![], None));
        let error = held_request
            .await
            .expect("no panic")
            .expect_err("no response");
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);

        let config = Config {
            port: ports[0],
            second_port: ports[1],
            ..Config::default()
        };
        server = Server::start(config).await.expect("the port is free");
        assert_eq!(port(server.origin()), ports[0]);
        assert_eq!(port(server.second_origin()), ports[1]);
    }
}

// The paused clock advances when no task has anything else to do.
#[tokio::test(start_paused = true)]
async fn a_server_stops_although_clients_do_not_read() {
    let server = start().await;
    let flood = Step::Repeat {
        times: 1_000_000,
        send: "data: more than fits into any buffer\n\n".into(),
    };
    let floods = [vec![flood.clone()], vec![flood, Step::Reset]];
    let script = put(&server, floods.map(Attempt::playing)).await;
    let _unread = script.open().await;
    let _unread_until_reset = script.open().await;
    let address = server.origin().trim_start_matches("http://").to_owned();
    let mut half = tokio::net::TcpStream::connect(address).await.expect("open");
    half.write_all(b"GET / HT").await.expect("half a request");
    server.stop().await;
    let mut answer = Vec::new();
    let _ = half.read_to_end(&mut answer).await;
    assert!(answer.is_empty());
}

#[tokio::test]
async fn the_announcement_exists_as_long_as_its_server_listens() {
    let file = scratch_folder("announce").join("deep/server.json");
    let config = || Config {
        announce: Some(file.clone()),
        ..Config::default()
    };
    let read =
        || -> Value { serde_json::from_slice(&fs::read(&file).expect("a file")).expect("JSON") };
    let address_of = |server: &Server| json!({ "origin": server.origin(), "second_origin": server.second_origin() });

    let first = Server::start(config()).await.expect("it starts");
    assert_eq!(read(), address_of(&first));
    let second = Server::start(config()).await.expect("it starts");
    assert_eq!(read(), address_of(&second));
    first.stop().await;
    assert_eq!(
        read(),
        address_of(&second),
        "the file of the second server stays"
    );
    second.stop().await;
    let left = fs::read_dir(file.parent().expect("a folder")).expect("a folder");
    assert_eq!(left.count(), 0);
}

#[tokio::test]
async fn the_error_says_why_a_server_cannot_start() {
    let server = start().await;
    let taken = Config {
        port: port(server.origin()),
        ..Config::default()
    };
    let error = Server::start(taken).await.expect_err("the port is taken");
    assert!(error.to_string().contains("cannot listen on 127.0.0.1:"));
    let missing = Config {
        www: Some("no-such-folder".into()),
        ..Config::default()
    };
    let error = Server::start(missing).await.expect_err("no such folder");
    assert_eq!(error.to_string(), "no-such-folder is not a folder");
}

#[cfg(unix)]
mod command_line {
    use std::process::{Command, Stdio};

    use super::*;
    use tokio::io::{AsyncBufReadExt, BufReader};

    const PROGRAM: &str = env!("CARGO_BIN_EXE_typed-eventsource-server");

    #[tokio::test]
    async fn the_program_stops_on_ctrl_c_and_when_it_is_terminated() {
        let file = scratch_folder("command-line").join("server.json");
        for signal in ["-INT", "-TERM"] {
            let mut program = tokio::process::Command::new(PROGRAM)
                .arg("--announce")
                .arg(&file)
                .stdout(Stdio::piped())
                .kill_on_drop(true)
                .spawn()
                .expect("it runs");
            let stdout = program.stdout.take().expect("piped");
            let mut lines = BufReader::new(stdout).lines();
            let line = lines.next_line().await.expect("readable").expect("a line");
            let content = fs::read(&file).expect("a file");
            let address: Value = serde_json::from_slice(&content).expect("JSON");
            let origin = address["origin"].as_str().expect("an origin");
            let second = address["second_origin"].as_str().expect("an origin");
            assert_eq!(
                line,
                format!("listening on {origin} (second origin {second})")
            );

            let script = json!({ "attempts": [{ "steps": [{ "send": "x" }, "silence"] }] });
            let put =
                Request::new("PUT", format!("{origin}/scripts/demo")).body(script.to_string());
            assert_eq!(put.fetch().await.status, 204);
            let stream = get(format!("{origin}/streams/demo")).await;
            let mut stream = stream.expect("a response");
            assert_eq!(stream.text().await, "x");
            let pid = program.id().expect("it runs").to_string();
            let kill = Command::new("kill").args([signal, &pid]).status();
            assert!(kill.expect("kill runs").success());
            assert!(program.wait().await.expect("it ends").success());
            assert_eq!(stream.rest().await, (vec![], None));
            assert!(!file.exists());
            assert_eq!(lines.next_line().await.expect("readable"), None);
        }
    }

    #[test]
    fn the_help_explains_the_program() {
        let help = Command::new(PROGRAM)
            .arg("--help")
            .output()
            .expect("it runs");
        let help = String::from_utf8(help.stdout).expect("UTF-8");
        for word in ["--announce", "curl -X PUT", "\"silence\"", "/chaos/"] {
            assert!(help.contains(word), "{word} is missing in\n{help}");
        }
    }
}
