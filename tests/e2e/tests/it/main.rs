//! Tests the showcase, the example apps and the book's live demos as a person uses them, and compares the class of the npm package with the browser's
//! own. A few browsers of each kind run the tests; each test has a separate server.

mod apps;
mod book;
mod demo;
mod leaving;
mod lifecycle;
mod pool;
mod side_by_side;

use std::{
    path::{Path, PathBuf},
    pin::Pin,
    process::ExitCode,
    sync::Arc,
};

use libtest_mimic::{Arguments, Trial};
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use typed_eventsource_e2e::{Browser, BrowserKind};
use typed_eventsource_server::{Config, Server};
use typed_eventsource_showcase::Showcase;

use pool::Pool;

type Test = for<'a> fn(&'a mut Stage<'_>) -> Pin<Box<dyn Future<Output = ()> + 'a>>;

/// Lists the tests of a module.
macro_rules! tests {
    ($($test:ident),+ $(,)?) => {
        pub(crate) const TESTS: &[(&str, crate::Test)] = &[
            $((concat!(module_path!(), "::", stringify!($test)), |stage| Box::pin($test(stage)))),+
        ];
    };
}
pub(crate) use tests;

const TESTS: &[&[(&str, Test)]] = &[
    // The longest test starts first.
    side_by_side::TESTS,
    apps::TESTS,
    book::TESTS,
    leaving::TESTS,
    lifecycle::TESTS,
    apps::leptos::TESTS,
    apps::yew::TESTS,
    demo::page::TESTS,
    demo::prices::TESTS,
    demo::chat::TESTS,
    demo::game::TESTS,
    demo::log::TESTS,
    demo::model::TESTS,
    demo::playground::TESTS,
];

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // Most threads wait, for a browser or for a page.
    arguments.test_threads.get_or_insert(16);
    let runtime = Arc::new(Runtime::new().expect("threads can be started"));
    let pools = [BrowserKind::Chromium, BrowserKind::Firefox].map(|kind| Arc::new(Pool::new(kind)));
    let mut trials = Vec::new();
    // The tests of both kinds alternate, so that both kinds of browsers are busy.
    for &(name, test) in TESTS.iter().copied().flatten() {
        for pool in &pools {
            let (runtime, pool) = (Arc::clone(&runtime), Arc::clone(pool));
            trials.push(Trial::test(
                format!("{name} ({:?})", pool.kind()),
                move || {
                    runtime.block_on(play(&pool, test));
                    Ok(())
                },
            ));
        }
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    runtime.block_on(async {
        for pool in pools {
            pool.close().await;
        }
    });
    conclusion.exit_code()
}

async fn play(pool: &Pool, test: Test) {
    let browser = pool.borrow().await;
    let mut stage = Stage {
        server: serve(0, None).await,
        browser: &browser,
        state_folder: None,
    };
    test(&mut stage).await;
    // The next test in this browser would wait for a page that is hidden.
    let is_visible = "document.visibilityState === 'visible'";
    stage.browser.until(is_visible).await;
    stage.server.stop().await;
}

/// What a test uses: a server of the showcase and the npm package, and a browser.
struct Stage<'a> {
    server: Server,
    browser: &'a Browser,
    /// The folder where the server keeps its state over restarts.
    state_folder: Option<PathBuf>,
}

impl Stage<'_> {
    async fn goto(&self, path: &str) {
        self.browser
            .goto(&format!("{}{path}", self.server.origin()))
            .await;
    }

    /// Notes from now on the errors on the page, for [`assert_no_page_errors`].
    async fn watch_for_errors(&self) {
        let watch = "window.pageErrors = [];
            const pageErrors = window.pageErrors;
            addEventListener('error', (event) => pageErrors.push(event.message));
            addEventListener('unhandledrejection', (event) => pageErrors.push(String(event.reason)));
            document.addEventListener('securitypolicyviolation', (event) => pageErrors.push(event.violatedDirective));";
        self.browser.run(watch, Value::Null).await;
    }

    /// Restarts the server with an empty state folder.
    async fn keep_state(&mut self, test: &str) {
        let folder = format!("{test}-{:?}", self.browser.kind());
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(folder);
        let _ = std::fs::remove_dir_all(&folder);
        self.state_folder = Some(folder);
        let server = serve(0, self.state_folder.as_deref()).await;
        std::mem::replace(&mut self.server, server).stop().await;
    }

    /// Stops the server, waits until an expression is true on the page, and starts the server again at the same address.
    async fn restart_after(&mut self, expression: &str) {
        let (_, port) = self.server.origin().rsplit_once(':').expect("a port");
        let port = port.parse().expect("a number");
        // The stage has a server at any time: until the port is free, it is one on another port.
        let stand_in = serve(0, None).await;
        std::mem::replace(&mut self.server, stand_in).stop().await;
        self.browser.until(expression).await;
        let server = serve(port, self.state_folder.as_deref()).await;
        std::mem::replace(&mut self.server, server).stop().await;
    }
}

/// Has the page ask the server for a fault.
async fn cause_fault(browser: &Browser, name: &str) {
    let ask = "await fetch(`/demo/faults/${argument}`, { method: 'POST' });";
    browser.run(ask, name.into()).await;
}

/// Notes from now on every text of an element, for [`until_text_was_shown`]. A test that polls would miss a text that is shown only
/// for a moment.
async fn note_texts(browser: &Browser, selector: &str) {
    let note = "const element = document.querySelector(argument);
        const texts = (window.texts ??= []);
        new MutationObserver(() => texts.push(element.textContent))
            .observe(element, { childList: true, characterData: true, subtree: true });";
    browser.run(note, selector.into()).await;
}

/// Waits until one of the [noted](note_texts) texts contains these words.
async fn until_text_was_shown(browser: &Browser, words: &str) {
    let words = json!(words);
    browser
        .until(&format!(
            "window.texts.some((text) => text.includes({words}))"
        ))
        .await;
}

/// Asserts that there was no error on the page since it is [watched](Stage::watch_for_errors).
async fn assert_no_page_errors(stage: &Stage<'_>) {
    let page_errors = stage
        .browser
        .run("return window.pageErrors;", Value::Null)
        .await;
    assert_eq!(page_errors, json!([]), "there were errors on the page");
}

async fn serve(port: u16, state_folder: Option<&Path>) -> Server {
    let (pkg, apps) = (root().join("pkg"), root().join("target/apps"));
    for folder in [&pkg, &apps] {
        assert!(
            folder.is_dir(),
            "there is no {}: `cargo xtask test e2e` builds it",
            folder.display()
        );
    }
    let showcase = Showcase {
        apps: Some(apps),
        state: state_folder.map(Path::to_owned),
    };
    let config = Config {
        port,
        www: Some(root().join("www")),
        pkg: Some(pkg),
        pages: Some(root().join("tests/e2e/pages")),
        ..Config::default()
    };
    showcase.start(config).await.expect("the server starts")
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
