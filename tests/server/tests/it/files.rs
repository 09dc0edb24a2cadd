//! Static files have their types and headers, and the server serves nothing from outside of their folders.

use std::{fs, path::PathBuf};

use crate::support::start;
use typed_eventsource_server::{
    Config, Server,
    client::{Request, WholeResponse, fetch},
};

/// A server with the folders of a page, a package and test pages. Beside these folders is a secret file.
async fn server_with_files(name: &str) -> Server {
    let root = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let files = [
        ("www/index.html", "<!doctype html>page"),
        ("www/app.js", "export {}"),
        ("www/style.css", "a {}"),
        ("pkg/it.js", "export {}"),
        ("pkg/it_bg.wasm", "\0asm"),
        ("pages/test.html", "<!doctype html>test"),
        ("secret.txt", "secret"),
    ];
    for (path, content) in files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, content).expect("a file");
    }
    let config = Config {
        www: Some(root.join("www")),
        pkg: Some(root.join("pkg")),
        pages: Some(root.join("pages")),
        ..Config::default()
    };
    Server::start(config).await.expect("it starts")
}

fn assert_has_content_security_policy(answer: &WholeResponse) {
    let headers = [
        ("cache-control", "no-cache"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        (
            "content-security-policy",
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
             connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; \
             frame-ancestors 'none'",
        ),
    ];
    for (name, value) in headers {
        assert_eq!(answer.header(name), Some(value));
    }
}

#[tokio::test]
async fn files_of_the_page_and_the_package_have_their_content_types_and_a_content_security_policy()
{
    let server = server_with_files("types").await;
    let expected = [
        ("/", "text/html", "<!doctype html>page"),
        ("/index.html", "text/html", "<!doctype html>page"),
        ("/app.js", "text/javascript", "export {}"),
        ("/style.css", "text/css", "a {}"),
        ("/pkg/it.js", "text/javascript", "export {}"),
        ("/pkg/it_bg.wasm", "application/wasm", "\0asm"),
    ];
    for (path, kind, content) in expected {
        let answer = fetch(format!("{}{path}", server.origin())).await;
        assert_eq!((answer.status, answer.text()), (200, content), "{path}");
        assert_eq!(answer.header("content-type"), Some(kind), "{path}");
        assert_has_content_security_policy(&answer);
        let etag = answer.header("etag").expect("an etag").to_owned();
        let again = Request::new("GET", format!("{}{path}", server.origin()));
        let again = again.header("if-none-match", etag).fetch().await;
        assert_eq!(again.status, 304);
        assert_has_content_security_policy(&again);
    }
}

#[tokio::test]
async fn pages_of_tests_have_no_content_security_policy() {
    let server = server_with_files("pages").await;
    let answer = fetch(format!("{}/pages/test.html", server.origin())).await;
    assert_eq!((answer.status, answer.text()), (200, "<!doctype html>test"));
    assert_eq!(answer.header("cache-control"), Some("no-cache"));
    assert_eq!(answer.header("content-security-policy"), None);
    let nothing = fetch(format!("{}/pages/nothing.html", server.origin())).await;
    assert_eq!(nothing.status, 404);
}

#[tokio::test]
async fn files_outside_of_the_folders_are_not_found() {
    let server = server_with_files("elsewhere").await;
    let paths = [
        "/nothing.js",
        "/pkg/",
        "/pkg/nothing.js",
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/pkg/../../secret.txt",
        "/pkg/%2e%2e/secret.txt",
        "/..%5csecret.txt",
    ];
    for path in paths {
        let answer = fetch(format!("{}{path}", server.origin())).await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(!answer.text().contains("secret"), "{path}");
        assert_has_content_security_policy(&answer);
    }
}

#[tokio::test]
async fn a_server_without_folders_answers_404() {
    let server = start().await;
    let answer = fetch(format!("{}/", server.origin())).await;
    assert_eq!(answer.status, 404);
    assert_has_content_security_policy(&answer);
}
