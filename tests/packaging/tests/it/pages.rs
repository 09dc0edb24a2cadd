//! The pages of the consumers, as their tools build or serve them, opened in Chromium. The streams that they listen to
//! are those of the test server.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    sync::{Mutex, OnceCell},
    time::{Duration, timeout},
};
use typed_eventsource_e2e::{Browser, Kind};
use typed_eventsource_server::{Config, Server};

use crate::tools;

const VITE: &str = "vite/bin/vite.js";
const VITE_6: &str = "vite-6/bin/vite.js";
/// The first version of Node.js that the current Vite runs on.
const VITE_NEEDS: (u32, u32) = (20, 19);

const PATIENCE: Duration = Duration::from_secs(120);

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

pub(crate) struct Page {
    pub(crate) name: &'static str,
    needs: (u32, u32),
    served: Served,
}

/// How a page comes to be.
enum Served {
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

pub(crate) fn all() -> Vec<Page> {
    let page = |name, needs, served| Page {
        name,
        needs,
        served,
    };
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
    let (new, old) = ("consumers/vite/dist/new", "consumers/vite/dist/6");
    vec![
        page("static files", (0, 0), Served::AsItIs("consumers/static/")),
        page("webpack", (0, 0), webpack),
        page(
            "Vite 6",
            (0, 0),
            vite(VITE_6, &["build", "--outDir=dist/6"], old),
        ),
        page("Vite 6, development", (0, 0), live(VITE_6)),
        page(
            "Vite",
            VITE_NEEDS,
            vite(VITE, &["build", "--outDir=dist/new"], new),
        ),
        page("Vite, development", VITE_NEEDS, live(VITE)),
    ]
}

impl Page {
    pub(crate) fn can_run(&self) -> bool {
        tools::node_version() >= self.needs
    }
}

/// The browser that shows them, one after the other, once one is needed.
#[derive(Default)]
pub(crate) struct Pages(OnceCell<Mutex<Browser>>);

impl Pages {
    pub(crate) async fn try_out(&self, page: &Page) -> Result<(), String> {
        match &page.served {
            Served::Built {
                folder,
                tool,
                args,
                www,
            } => {
                tools::run(folder, tool, args)?;
                self.open(&tools::installed().join(www), "").await
            }
            Served::AsItIs(path) => self.open(&tools::installed(), path).await,
            Served::Live { folder, tool } => self.open_live(folder, tool).await,
        }
        Ok(())
    }

    async fn open(&self, www: &Path, path: &str) {
        let browser = self.browser().await.lock().await;
        let server = serve(www.to_owned()).await;
        look(&browser, &format!("{}/{path}", server.origin()), &server).await;
        server.stop().await;
    }

    /// One at a time: Vite keeps what it has bundled beforehand where the other would too.
    async fn open_live(&self, folder: &str, tool: &str) {
        let browser = self.browser().await.lock().await;
        let server = serve(tools::installed().join("consumers")).await;
        let (mut vite, url) = start(folder, tool).await;
        look(&browser, &url, &server).await;
        vite.kill().await.expect("Vite ends");
        server.stop().await;
    }

    pub(crate) async fn browser(&self) -> &Mutex<Browser> {
        let launch = || async { Mutex::new(Browser::launch(Kind::Chromium).await) };
        self.0.get_or_init(launch).await
    }

    pub(crate) async fn close(&self) {
        if let Some(browser) = self.0.get() {
            browser.lock().await.close().await;
        }
    }
}

/// Serves the folder, with streams to script.
pub(crate) async fn serve(www: PathBuf) -> Server {
    let config = Config {
        www: Some(www),
        ..Config::default()
    };
    Server::start(config).await.expect("the server starts")
}

/// Vite's own server, on a free port, and the address that it prints.
async fn start(folder: &str, tool: &str) -> (Child, String) {
    let mut command = Command::from(tools::tool(folder, tool));
    let mut vite = command
        .args(["--host=127.0.0.1", "--port=0", "--force"])
        .stdout(std::process::Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("node runs");
    let mut lines = BufReader::new(vite.stdout.take().expect("its output is piped")).lines();
    let url = timeout(PATIENCE, async {
        while let Some(line) = lines.next_line().await.expect("Vite can be read") {
            if let Some(at) = line.find("http://127.0.0.1:") {
                return line[at..].trim().to_owned();
            }
        }
        panic!("Vite ended before it listened")
    });
    let url = url.await.expect("Vite says where it listens");
    // Nobody reads what else it may say; it must not meet a closed pipe.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    (vite, url)
}

async fn look(browser: &Browser, page: &str, server: &Server) {
    let origin = server.origin();
    // Any page of the origin will do: this one says that there is no such script yet.
    browser.goto(&format!("{origin}/scripts/feed/seen")).await;
    let price = |data: &str| format!("event: price\ndata: {data}\n\n");
    let text = [
        price(r#"{"symbol":"AAPL","price":1.5}"#),
        price(r#"{"symbol":"AAPL","price":"dear"}"#),
        price("?"),
        price(r#"{"symbol":"AAPL","price":2.25}"#),
        "event: bye\ndata: null\n\n".to_owned(),
    ]
    .concat();
    let script = json!({ "attempts": [{ "steps": [{ "send": text }, "silence"] }] });
    let put = "await fetch('/scripts/feed', { method: 'PUT', body: JSON.stringify(argument) });";
    browser.run(put, script).await;
    browser
        .goto(&format!("{page}?stream={origin}/streams/feed"))
        .await;
    browser
        .until("document.body.innerText.includes('fetch: finished')")
        .await;
    let shown = "return document.body.textContent.trim().split(/\\s*\\n\\s*/).join('\\n');";
    assert_eq!(browser.run(shown, Value::Null).await, HEARD);
}
