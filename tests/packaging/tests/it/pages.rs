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

const VITE: &str = "vite/bin/vite.js";
pub(crate) const VITE_6: &str = "vite-6/bin/vite.js";
const ROLLUP: &str = "rollup/dist/bin/rollup";

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

/// A page, by how it is built and served.
pub(crate) enum Page {
    /// A tool builds the page in `folder`. The test server serves the folder `www`.
    Built {
        folder: &'static str,
        tool: &'static str,
        args: &'static [&'static str],
        www: &'static str,
    },
    /// Nothing is built. The test server serves the whole folder of the installed packages, with the page at this path.
    AsItIs(&'static str),
    /// The tool's development server serves the page from `folder`.
    Live {
        folder: &'static str,
        tool: &'static str,
    },
}

/// The pages by their names.
pub(crate) fn all() -> [(&'static str, Page); 8] {
    let vite = |tool, args, www| Page::Built {
        folder: "consumers/vite",
        tool,
        args,
        www,
    };
    let live = |tool| Page::Live {
        folder: "consumers/vite",
        tool,
    };
    let webpack = Page::Built {
        folder: "consumers/webpack",
        tool: "webpack/bin/webpack.js",
        args: &["--mode=production"],
        www: "consumers/webpack",
    };
    let rollup = |folder| Page::Built {
        folder,
        tool: ROLLUP,
        args: &["-c"],
        www: folder,
    };
    let (new, old) = ("consumers/vite/dist/new", "consumers/vite/dist/6");
    [
        ("static files", Page::AsItIs("consumers/static/")),
        ("webpack", webpack),
        ("Rollup, one file", rollup("consumers/rollup")),
        ("service worker", rollup("consumers/service-worker")),
        ("Vite 6", vite(VITE_6, &["build", "--outDir=dist/6"], old)),
        ("Vite 6, development", live(VITE_6)),
        ("Vite", vite(VITE, &["build", "--outDir=dist/new"], new)),
        ("Vite, development", live(VITE)),
    ]
}

pub(crate) async fn try_out(page: &Page, stage: &Stage) -> Result<(), String> {
    match page {
        Page::Built {
            folder,
            tool,
            args,
            www,
        } => {
            tools::run(folder, tool, args)?;
            open(stage, &tools::installed().join(www), "").await;
        }
        Page::AsItIs(path) => open(stage, &tools::installed(), path).await,
        Page::Live { folder, tool } => open_live(stage, folder, tool).await,
    }
    Ok(())
}

async fn open(stage: &Stage, www: &Path, path: &str) {
    let browser = stage.browser().await;
    let server = serve(www.to_owned()).await;
    assert_shows_events(&browser, &format!("{}/{path}", server.origin()), &server).await;
    server.stop().await;
}

/// Opens a page at its development server. The lock on the browser lets only one such server run at a time, since all of them keep
/// their bundled dependencies in one folder.
async fn open_live(stage: &Stage, folder: &str, tool: &str) {
    let browser = stage.browser().await;
    let server = serve(tools::installed().join("consumers")).await;
    let mut vite = tools::tool(folder, tool);
    vite.args(["--host=127.0.0.1", "--port=0", "--force"]);
    let (_vite, url) = Process::start_announced(vite.into()).await;
    assert_shows_events(&browser, &url, &server).await;
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

/// Opens a page with a stream, and asserts that the page shows the events and the end of that stream.
async fn assert_shows_events(browser: &Browser, page: &str, server: &Server) {
    let origin = server.origin();
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
    browser
        .goto(&format!("{page}?stream={origin}/streams/feed"))
        .await;
    browser
        .until("document.body.innerText.includes('fetch: finished')")
        .await;
    let shown = "return document.body.textContent.trim().split(/\\s*\\n\\s*/).join('\\n');";
    assert_eq!(browser.run(shown, Value::Null).await, EXPECTED);
}
