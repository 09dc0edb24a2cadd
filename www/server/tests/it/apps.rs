//! Tests of the example apps' routes.

use std::{fs, path::PathBuf};

use typed_eventsource_server::{
    Config, Server,
    client::{WholeResponse, fetch},
};
use typed_eventsource_showcase::Showcase;

use crate::start;

/// A server with an example app. Beside the folder of the apps is a secret file.
async fn server_with_apps(name: &str) -> Server {
    let root = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let files = [
        ("apps/yew/index.html", "<!doctype html>app"),
        ("apps/yew/app_bg.wasm", "\0asm"),
        ("apps/unfinished/app_bg.wasm", "\0asm"),
        ("apps/file.txt", "no folder"),
        ("secret.txt", "secret"),
    ];
    for (path, content) in files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, content).expect("a file");
    }
    let showcase = Showcase {
        apps: Some(root.join("apps")),
        ..Showcase::default()
    };
    let server = showcase.start(Config::default()).await;
    server.expect("it starts")
}

fn assert_has_content_security_policy(answer: &WholeResponse) {
    let policy = answer.header("content-security-policy");
    assert!(policy.is_some_and(|policy| policy.starts_with("default-src 'none'")));
}

#[tokio::test]
async fn apps_have_their_content_types_and_a_content_security_policy() {
    let server = server_with_apps("apps").await;
    let expected = [
        ("/apps/yew/", "text/html", "<!doctype html>app"),
        ("/apps/yew/app_bg.wasm", "application/wasm", "\0asm"),
    ];
    for (path, kind, content) in expected {
        let answer = fetch(format!("{}{path}", server.origin())).await;
        assert_eq!((answer.status, answer.text()), (200, content), "{path}");
        assert_eq!(answer.header("content-type"), Some(kind), "{path}");
        assert_has_content_security_policy(&answer);
    }
    let elsewhere = format!("{}/apps/%2e%2e/secret.txt", server.origin());
    assert_eq!(fetch(elsewhere).await.status, 404);
}

#[tokio::test]
async fn the_server_lists_the_apps() {
    let server = server_with_apps("names").await;
    let names = fetch(format!("{}/apps.json", server.origin())).await;
    assert_eq!((names.status, names.text()), (200, r#"["yew"]"#));
    assert_eq!(names.header("content-type"), Some("application/json"));
    assert_has_content_security_policy(&names);
    let without = start().await;
    let none = fetch(format!("{}/apps.json", without.origin())).await;
    assert_eq!((none.status, none.text()), (200, "[]"));
}
