//! The pages of the consumers, as their tools build or serve them, opened in Chromium. The streams that they listen to
//! are those of the test server.

use std::path::{Path, PathBuf};

use serde_json::Value;
use typed_eventsource_e2e::Browser;
use typed_eventsource_harness::{Process, Stage};
use typed_eventsource_server::{
    Config, Server,
    script::{Attempt, Script, Step},
};

use crate::tools;

pub(crate) const VITE: &str = "vite/bin/vite.js";
pub(crate) const VITE_6: &str = "vite-6/bin/vite.js";

/// A part of the name of the file with the engine in JavaScript, where the file has a name.
const ENGINE_IN_JAVASCRIPT: &str = "engine-in-javascript";

/// The text that each page has to show.
const EXPECTED: &str = "\
browser: AAPL 1.50
browser: validation
browser: decode
browser: AAPL 2.25
browser: finished
fetch: AAPL 1.50
fetch: validation
fetch: decode
fetch: AAPL 2.25
fetch: finished";

/// Pages, by how they are built and served. What the tests open are paths below the served folder.
pub(crate) struct Project {
    pub(crate) name: &'static str,
    folder: &'static str,
    build: Build,
    /// The folder that is served.
    www: &'static str,
    pages: &'static [Page],
    /// Those that are also opened as pages that share among tabs.
    sharing: &'static [Sharing],
}

enum Build {
    /// A tool builds the pages, with each of these lists of arguments.
    Tool(&'static str, &'static [&'static [&'static str]]),
    Nothing,
    /// The tool's development server serves the pages from the folder.
    Live(&'static str, &'static [&'static str]),
    /// A tool builds an app, which it serves afterwards.
    Server(
        &'static str,
        &'static [&'static str],
        &'static [&'static str],
    ),
}

/// A page by its path, and what it does about the file with the engine in JavaScript.
type Page = (&'static str, Fallback);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fallback {
    Loaded,
    NotLoaded,
}

use Fallback::{Loaded, NotLoaded};

/// A page that shares among tabs by its path, the URL that it names as that of its worker, if it does, and its role.
type Sharing = (&'static str, Option<&'static str>, &'static str);

/// The tool has built the worker.
const BY_WORKER: &[Sharing] = &[("index.html", None, "worker")];
const LIVE_BY_WORKER: &[Sharing] = &[("", None, "worker")];

/// The tool has not found the worker.
const LIVE_BY_LEADER: &[Sharing] = &[("", None, "leader")];

/// A page, the same with a policy that forbids WebAssembly, and the same where that was deleted.
const WITH_AND_WITHOUT: &[Page] = &[
    ("index.html", NotLoaded),
    ("policy.html", Loaded),
    ("deleted.html", Loaded),
];

const INDEX: &[Page] = &[("index.html", NotLoaded)];

/// The development server of Vite.
const DEVELOPMENT: &[&str] = &["--host=127.0.0.1", "--port=0", "--force"];
const NOT_OPTIMIZED: &[&str] = &[
    "--host=127.0.0.1",
    "--port=0",
    "--force",
    "--config=not-optimized.config.js",
];

const ESBUILD: &[&[&str]] = &[
    &["main.js", "--bundle", "--outfile=dist/main.js"],
    &[
        "main.js",
        "--bundle",
        "--splitting",
        "--format=esm",
        "--outdir=dist/split",
    ],
    &[
        "typed-eventsource/shared-worker",
        "--bundle",
        "--outfile=dist/split/typed-eventsource-worker.js",
    ],
];

/// All projects that have pages.
pub(crate) fn all() -> Vec<Project> {
    let project = |name, folder, build, www, pages, sharing| Project {
        name,
        folder,
        build,
        www,
        pages,
        sharing,
    };
    let built = |name, folder, tool, args, pages, sharing| {
        project(
            name,
            folder,
            Build::Tool(tool, args),
            folder,
            pages,
            sharing,
        )
    };
    let vite = |name, folder, tool, args, www, pages, sharing| {
        project(name, folder, Build::Tool(tool, args), www, pages, sharing)
    };
    let (plain, workers) = ("consumers/vite", "consumers/workers");
    let live = |name, tool, args, sharing| {
        project(
            name,
            plain,
            Build::Live(tool, args),
            "",
            &[("", NotLoaded)],
            sharing,
        )
    };
    let in_workers: &[Page] = &[("index.html", NotLoaded), ("shared.html", NotLoaded)];
    let (new, old): (&[&[_]], &[&[_]]) = (
        &[&["build", "--outDir=dist/new"]],
        &[&["build", "--outDir=dist/6"]],
    );
    vec![
        project(
            "static files",
            "consumers/static/",
            Build::Nothing,
            "",
            WITH_AND_WITHOUT,
            &[
                ("index.html", None, "worker"),
                // The worker has no WebAssembly.
                ("index.html", Some("worker-without-wasm.js"), "leader"),
            ],
        ),
        built(
            "webpack",
            "consumers/webpack",
            "webpack/bin/webpack.js",
            &[&["--mode=production", "--optimization-chunk-ids=named"]],
            WITH_AND_WITHOUT,
            BY_WORKER,
        ),
        built(
            "rspack",
            "consumers/rspack",
            ".bin/rspack",
            &[&["build"]],
            WITH_AND_WITHOUT,
            BY_WORKER,
        ),
        built(
            "esbuild",
            "consumers/esbuild",
            ".bin/esbuild",
            ESBUILD,
            &[
                ("index.html", NotLoaded),
                ("split.html", NotLoaded),
                ("split-policy.html", Loaded),
            ],
            &[
                ("index.html", None, "leader"),
                (
                    "index.html",
                    Some("dist/split/typed-eventsource-worker.js"),
                    "worker",
                ),
                ("split.html", None, "worker"),
            ],
        ),
        // What is in one file loads no other.
        built(
            "Rollup, one file",
            "consumers/rollup",
            "rollup/dist/bin/rollup",
            &[&["-c"]],
            &[
                ("index.html", NotLoaded),
                ("inlined.html", NotLoaded),
                ("inlined-deleted.html", NotLoaded),
            ],
            &[
                ("index.html", None, "worker"),
                ("inlined.html", None, "worker"),
            ],
        ),
        built(
            "service worker",
            "consumers/service-worker",
            "rollup/dist/bin/rollup",
            &[&["-c"]],
            INDEX,
            &[],
        ),
        vite(
            "Vite 6",
            plain,
            VITE_6,
            old,
            "consumers/vite/dist/6",
            WITH_AND_WITHOUT,
            BY_WORKER,
        ),
        live("Vite 6, development", VITE_6, DEVELOPMENT, LIVE_BY_LEADER),
        live(
            "Vite 6, development, not optimized",
            VITE_6,
            NOT_OPTIMIZED,
            LIVE_BY_WORKER,
        ),
        vite(
            "Vite 6, workers",
            workers,
            VITE_6,
            old,
            "consumers/workers/dist/6",
            in_workers,
            &[],
        ),
        vite(
            "Vite",
            plain,
            VITE,
            new,
            "consumers/vite/dist/new",
            WITH_AND_WITHOUT,
            BY_WORKER,
        ),
        live("Vite, development", VITE, DEVELOPMENT, LIVE_BY_WORKER),
        vite(
            "Vite, workers",
            workers,
            VITE,
            new,
            "consumers/workers/dist/new",
            in_workers,
            &[],
        ),
        project(
            "Next.js",
            "consumers/next",
            Build::Server(
                ".bin/next",
                &["build"],
                &["start", "--hostname=127.0.0.1", "--port=0"],
            ),
            "",
            &[("", NotLoaded)],
            LIVE_BY_WORKER,
        ),
    ]
}

pub(crate) async fn try_out(project: &Project, stage: &Stage) -> Result<(), String> {
    let folder = project.folder;
    match project.build {
        Build::Tool(tool, runs) => {
            for args in runs {
                tools::run(folder, tool, args)?;
            }
            open(stage, &tools::installed().join(project.www), "", project).await;
        }
        Build::Nothing => open(stage, &tools::installed(), folder, project).await,
        Build::Live(tool, args) => open_live(stage, tool, args, project).await,
        Build::Server(tool, build, start) => {
            tools::run(folder, tool, build)?;
            open_live(stage, tool, start, project).await;
        }
    }
    Ok(())
}

/// Opens pages that are files. Each has a server, and so an origin, since a browser does not tell of what it has in its cache.
async fn open(stage: &Stage, www: &Path, below: &str, project: &Project) {
    let browser = stage.browser().await;
    for &(page, fallback) in project.pages {
        let server = serve(www.to_owned()).await;
        let url = format!("{}/{below}{page}", server.origin());
        assert_shows_events(&browser, &url, &server, fallback).await;
        server.stop().await;
    }
    for &sharing in project.sharing {
        let server = serve(www.to_owned()).await;
        let folder = format!("{}/{below}", server.origin());
        assert_shares_among_tabs(&browser, &folder, &server, sharing).await;
        server.stop().await;
    }
}

/// Opens pages that the server of a tool serves. The lock on the browser lets only one such server run at a time, since those of Vite
/// keep their bundled dependencies in one folder.
async fn open_live(stage: &Stage, tool: &str, args: &[&str], project: &Project) {
    let browser = stage.browser().await;
    let server = serve(tools::installed().join("consumers")).await;
    let mut command = tools::tool(project.folder, tool);
    command.args(args);
    let (_process, origin) = Process::start_announced(command.into()).await;
    let folder = format!("{}/", origin.trim_end_matches('/'));
    for &(page, fallback) in project.pages {
        assert_shows_events(&browser, &format!("{folder}{page}"), &server, fallback).await;
    }
    for &sharing in project.sharing {
        assert_shares_among_tabs(&browser, &folder, &server, sharing).await;
    }
    server.stop().await;
}

/// Starts a test server that also serves this folder.
pub(crate) async fn serve(www: PathBuf) -> Server {
    let config = Config {
        www: Some(www),
        ..Config::default()
    };
    Server::start(config).await.expect("the server starts")
}

/// Opens a page with a stream, and asserts that the page shows the events and the end of that stream, and loads the engine in
/// JavaScript only without WebAssembly.
async fn assert_shows_events(browser: &Browser, page: &str, server: &Server, fallback: Fallback) {
    let url = format!("{page}?stream={}", play(server));
    assert_eq!(shown(browser, &url).await, EXPECTED, "{page}");
    let is_deleted = browser.run("return !('WebAssembly' in globalThis);", Value::Null);
    assert_eq!(is_deleted.await, page.contains("deleted"), "{page}");
    let loaded = "return performance.getEntriesByType('resource').some(({ name }) => name.includes(argument));";
    assert_eq!(
        browser.run(loaded, Value::from(ENGINE_IN_JAVASCRIPT)).await,
        fallback == Loaded,
        "{page} has loaded the engine in JavaScript"
    );
}

/// Opens a page in this folder that shares among tabs, and asserts that it has this role.
async fn assert_shares_among_tabs(
    browser: &Browser,
    folder: &str,
    server: &Server,
    (page, worker, role): Sharing,
) {
    let stream = play(server);
    let worker = worker.map_or_else(String::new, |url| format!("&worker={url}"));
    let url = format!("{folder}{page}?stream={stream}&shared=tabs{worker}");
    let expected = EXPECTED.replace(": AAPL", &format!(" by {role}: AAPL"));
    assert_eq!(shown(browser, &url).await, expected, "{url}");
}

/// Has the server play the stream that the pages expect. Returns its URL.
fn play(server: &Server) -> String {
    let price = |data: &str| format!("event: price\ndata: {data}\n\n");
    let text = [
        price(r#"{"symbol":"AAPL","price":1.5}"#),
        price(r#"{"symbol":"AAPL","price":"dear"}"#),
        price("?"),
        price(r#"{"symbol":"AAPL","price":2.25}"#),
        "event: bye\ndata: null\n\n".to_owned(),
    ]
    .concat();
    let stream = Attempt::playing([Step::Send(text), Step::Silence]);
    let put = server.put("feed", Script::always(stream));
    put.expect("it can be played");
    format!("{}/streams/feed", server.origin())
}

/// The text of the page at this URL, once that has read both streams.
async fn shown(browser: &Browser, url: &str) -> Value {
    browser.goto(url).await;
    browser
        .until("document.body.innerText.includes('fetch: finished')")
        .await;
    let text = "return document.body.innerText.trim().split(/\\s*\\n\\s*/).join('\\n');";
    browser.run(text, Value::Null).await
}
