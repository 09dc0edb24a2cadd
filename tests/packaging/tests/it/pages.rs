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

/// What each page is to show.
const HEARD: &str = "\
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

/// How a page comes to be.
pub(crate) enum Served {
    /// A tool is run in a folder, and then this is served.
    Built {
        folder: &'static str,
        tool: &'static str,
        args: &'static [&'static str],
        www: &'static str,
    },
    /// All that is installed is served, and the page is at this path.
    AsItIs(&'static str),
    /// A tool serves this folder itself.
    Live {
        folder: &'static str,
        tool: &'static str,
    },
}

/// The pages by their names.
pub(crate) fn all() -> [(&'static str, Served); 8] {
    let vite = |tool, args, www| Served::Built {
        folder: "consumers/vite",
        tool,
        args,
        www,
    };
    let live = |tool| Served::Live {
        folder: "consumers/vite",
        tool,
    };
    let webpack = Served::Built {
        folder: "consumers/webpack",
        tool: "webpack/bin/webpack.js",
        args: &["--mode=production"],
        www: "consumers/webpack",
    };
    let rollup = |folder| Served::Built {
        folder,
        tool: ROLLUP,
        args: &["-c"],
        www: folder,
    };
    let (new, old) = ("consumers/vite/dist/new", "consumers/vite/dist/6");
    [
        ("static files", Served::AsItIs("consumers/static/")),
        ("webpack", webpack),
        ("Rollup, one file", rollup("consumers/rollup")),
        ("service worker", rollup("consumers/service-worker")),
        ("Vite 6", vite(VITE_6, &["build", "--outDir=dist/6"], old)),
        ("Vite 6, development", live(VITE_6)),
        ("Vite", vite(VITE, &["build", "--outDir=dist/new"], new)),
        ("Vite, development", live(VITE)),
    ]
}

pub(crate) async fn try_out(page: &Served, stage: &Stage) -> Result<(), String> {
    match page {
        Served::Built {
            folder,
            tool,
            args,
            www,
        } => {
            tools::run(folder, tool, args)?;
            open(stage, &tools::installed().join(www), "").await;
        }
        Served::AsItIs(path) => open(stage, &tools::installed(), path).await,
        Served::Live { folder, tool } => open_live(stage, folder, tool).await,
    }
    Ok(())
}

async fn open(stage: &Stage, www: &Path, path: &str) {
    let browser = stage.browser().await;
    let server = serve(www.to_owned()).await;
    look(&browser, &format!("{}/{path}", server.origin()), &server).await;
    server.stop().await;
}

/// One at a time: Vite keeps what it has bundled beforehand where the other would too.
async fn open_live(stage: &Stage, folder: &str, tool: &str) {
    let browser = stage.browser().await;
    let server = serve(tools::installed().join("consumers")).await;
    let mut vite = tools::tool(folder, tool);
    vite.args(["--host=127.0.0.1", "--port=0", "--force"]);
    let (_vite, url) = Process::start_announced(vite.into()).await;
    look(&browser, &url, &server).await;
    server.stop().await;
}

/// Serves the folder, with streams to script.
pub(crate) async fn serve(www: PathBuf) -> Server {
    let config = Config {
        www: Some(www),
        ..Config::default()
    };
    Server::start(config).await.expect("the server starts")
}

async fn look(browser: &Browser, page: &str, server: &Server) {
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
    assert_eq!(browser.run(shown, Value::Null).await, HEARD);
}
