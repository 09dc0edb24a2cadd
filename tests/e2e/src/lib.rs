//! Drives real, headless browsers by WebDriver.
//!
//! The environment variables `CHROMEDRIVER`, `CHROMIUM`, `GECKODRIVER` and `FIREFOX` may name the programs. Other programs are
//! looked for on `PATH`.

mod devtools;

use std::{env, process::Stdio, time::Duration};

use devtools::DevTools;
pub use devtools::DevToolsConnection;
pub use fantoccini::key::Key;
use fantoccini::{
    Client, ClientBuilder,
    error::CmdError,
    wd::{Capabilities, WindowHandle},
};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    time::{Instant, sleep, timeout},
};

/// How long a driver, a page or a script may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(300);

const CHROMIUM_ARGUMENTS: &[&str] = &[
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    // With this a script can collect garbage by `gc()`.
    "--js-flags=--expose-gc",
    // With this a script can see exactly how much memory a page uses.
    "--enable-precise-memory-info",
    "--host-resolver-rules=MAP plain.test 127.0.0.1",
];
const FIREFOX_ARGUMENTS: &[&str] = &["-headless"];

/// A name of 127.0.0.1 in all browsers. Pages of its origins are no secure contexts, unlike those of 127.0.0.1 and localhost.
pub const PLAIN_HOST: &str = "plain.test";

/// The kinds of browsers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrowserKind {
    /// Chromium, by chromedriver.
    Chromium,
    /// Firefox, by geckodriver.
    Firefox,
}

/// A driver, which is killed when it is dropped.
#[derive(Debug)]
struct Driver {
    _process: Child,
    /// This keeps the pipe open, since a driver may write more.
    output: Lines<BufReader<ChildStdout>>,
}

impl Driver {
    /// The port that the driver listens on; `None` if the driver ends before it listens.
    async fn port(&mut self) -> Option<u16> {
        while let Ok(Some(line)) = self.output.next_line().await {
            if let Some(port) = port_in(&line) {
                return Some(port);
            }
        }
        None
    }
}

/// A browser with an empty profile. It has to be [closed](Self::close): when it is dropped, only its driver ends.
#[derive(Debug)]
pub struct Browser {
    kind: BrowserKind,
    client: Client,
    _driver: Driver,
}

/// A tab of a browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tab(WindowHandle);

impl Browser {
    /// Starts a driver on a free port, and a browser with it.
    ///
    /// # Panics
    ///
    /// If the driver or the browser cannot be started. The message says which.
    pub async fn launch(kind: BrowserKind) -> Self {
        let (driver, port) = start_driver(kind).await;
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities(kind))
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .unwrap_or_else(|error| panic!("{kind:?} does not start: {error}"));
        Self {
            kind,
            client,
            _driver: driver,
        }
    }

    /// The kind of this browser.
    pub fn kind(&self) -> BrowserKind {
        self.kind
    }

    /// Opens a page and waits until it is loaded.
    ///
    /// # Panics
    ///
    /// If it cannot be opened.
    pub async fn goto(&self, url: &str) {
        self.client.goto(url).await.expect("the page opens");
    }

    /// Reloads the page, and waits until it is loaded.
    ///
    /// # Panics
    ///
    /// If the page cannot be reloaded.
    pub async fn reload(&self) {
        self.client.refresh().await.expect("the page opens again");
    }

    /// Goes back to the page before this one.
    ///
    /// # Panics
    ///
    /// If the browser cannot go back.
    pub async fn back(&self) {
        self.client.back().await.expect("the last page is shown");
    }

    /// Opens a page, and runs a script before the page's scripts. Only Chromium can do this.
    ///
    /// # Panics
    ///
    /// If the page cannot be opened.
    pub async fn goto_prepared(&self, url: &str, script: &str) {
        let script = json!({ "source": script });
        let added = self
            .devtools("Page.addScriptToEvaluateOnNewDocument", script)
            .await;
        self.goto(url).await;
        self.devtools("Page.removeScriptToEvaluateOnNewDocument", added)
            .await;
    }

    /// Calls a method of the Chrome DevTools Protocol, and returns its answer. Only Chromium has it.
    ///
    /// # Panics
    ///
    /// If Chromium refuses the call.
    pub async fn devtools(&self, method: &'static str, params: Value) -> Value {
        let answer = self.client.issue_cmd(DevTools { method, params }).await;
        answer.unwrap_or_else(|error| panic!("Chromium refuses {method}: {error}"))
    }

    /// Connects to a tab besides the driver, to make it fail. Only Chromium can do this.
    ///
    /// # Panics
    ///
    /// If the tab is closed.
    pub async fn connect_to(&self, tab: &Tab) -> DevToolsConnection {
        let capabilities = self.client.capabilities();
        let options = capabilities.and_then(|all| all.get("goog:chromeOptions"));
        let address = options.and_then(|options| options["debuggerAddress"].as_str());
        let address = address.expect("Chromium says where it listens");
        // The driver names a tab as DevTools do.
        DevToolsConnection::open(address, &String::from(tab.0.clone())).await
    }

    /// The tab in front, in which all other methods act.
    ///
    /// # Panics
    ///
    /// If there is none.
    pub async fn tab(&self) -> Tab {
        Tab(self.client.window().await.expect("a tab is open"))
    }

    /// Opens another tab, and brings it to the front.
    ///
    /// # Panics
    ///
    /// If it cannot be opened.
    pub async fn open_tab(&self) -> Tab {
        let tab = self.client.new_window(true).await.expect("a tab opens");
        let tab = Tab(tab.handle);
        self.switch_to(&tab).await;
        tab
    }

    /// Brings a tab to the front.
    ///
    /// # Panics
    ///
    /// If the tab is closed.
    pub async fn switch_to(&self, tab: &Tab) {
        let switched = self.client.switch_to_window(tab.0.clone()).await;
        switched.expect("the tab is open");
    }

    /// Closes the tab in front, and brings another one to the front.
    ///
    /// # Panics
    ///
    /// If one of the tabs is closed already.
    pub async fn close_tab(&self, next: &Tab) {
        self.client.close_window().await.expect("the tab closes");
        self.switch_to(next).await;
    }

    /// Closes a tab that is not in front, also one that has crashed. Only Chromium can do this.
    ///
    /// # Panics
    ///
    /// If the tab is closed already.
    pub async fn close_other_tab(&self, tab: &Tab) {
        let id = json!({ "targetId": String::from(tab.0.clone()) });
        self.devtools("Target.closeTarget", id).await;
    }

    /// Presses keys, one after the other, in the focused element.
    ///
    /// # Panics
    ///
    /// If the keys cannot be pressed.
    pub async fn type_keys(&self, keys: &str) {
        let focused = self.client.active_element().await.expect("a focus");
        focused.send_keys(keys).await.expect("the keys are pressed");
    }

    /// Runs the body of an async function on the page, and returns its value.
    ///
    /// # Errors
    ///
    /// If the function throws, with the exception as text.
    ///
    /// # Panics
    ///
    /// If the browser does not answer in time.
    pub async fn try_run(&self, body: &str, argument: Value) -> Result<Value, String> {
        let script = format!(
            "const done = arguments[arguments.length - 1];
             (async (argument) => {{ {body} }})(arguments[0]).then(
                 (value) => done({{ value }}),
                 (error) => done({{ error: String(error) }}),
             );"
        );
        let mut answer = timeout(PATIENCE, self.client.execute_async(&script, vec![argument]))
            .await
            .unwrap_or_else(|_| panic!("no answer after {PATIENCE:?} from: {body}"))
            .unwrap_or_else(|error| panic!("{error}, from: {body}"));
        match answer.get("error").and_then(Value::as_str) {
            Some(error) => Err(error.to_owned()),
            None => Ok(answer["value"].take()),
        }
    }

    /// As [`try_run`](Self::try_run), for a function that must not throw.
    ///
    /// # Panics
    ///
    /// If the function throws, or the browser does not answer in time.
    pub async fn run(&self, body: &str, argument: Value) -> Value {
        match self.try_run(body, argument).await {
            Ok(value) => value,
            Err(error) => panic!("{error}, from: {body}"),
        }
    }

    /// Waits until an expression is true on the page.
    ///
    /// # Panics
    ///
    /// If the expression does not become true. The message has the text of the page.
    pub async fn until(&self, expression: &str) {
        let deadline = Instant::now() + PATIENCE;
        while !self
            .is_true(expression)
            .await
            .expect("the expression can be evaluated")
        {
            if Instant::now() > deadline {
                let page = self
                    .run("return document.body.innerText;", Value::Null)
                    .await;
                panic!(
                    "`{expression}` never became true; the page:\n{}",
                    page.as_str().unwrap_or_default()
                );
            }
            sleep(Duration::from_millis(20)).await;
        }
    }

    async fn is_true(&self, expression: &str) -> Result<bool, CmdError> {
        let value = self
            .client
            .execute(&format!("return Boolean({expression});"), Vec::new())
            .await?;
        Ok(value == true)
    }

    /// Closes the browser.
    ///
    /// # Panics
    ///
    /// If it does not close.
    pub async fn close(&self) {
        self.client.clone().close().await.expect("the browser ends");
    }
}

async fn start_driver(kind: BrowserKind) -> (Driver, u16) {
    let (variable, program) = match kind {
        BrowserKind::Chromium => ("CHROMEDRIVER", "chromedriver"),
        BrowserKind::Firefox => ("GECKODRIVER", "geckodriver"),
    };
    let program = env::var(variable).unwrap_or_else(|_| program.to_owned());
    // chromedriver ends if the port that it has chosen for IPv4 is taken for IPv6.
    for _ in 0..5 {
        if let Some(started) = try_to_start_driver(&program, variable).await {
            return started;
        }
    }
    panic!("{program} ended before it listened")
}

async fn try_to_start_driver(program: &str, variable: &str) -> Option<(Driver, u16)> {
    let mut process = Command::new(program)
        .arg("--port=0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap_or_else(|error| {
            panic!("{program} cannot be run ({error}): set {variable} or PATH")
        });
    let output = BufReader::new(process.stdout.take().expect("its output is piped")).lines();
    let mut driver = Driver {
        _process: process,
        output,
    };
    let port = timeout(PATIENCE, driver.port())
        .await
        .unwrap_or_else(|_| panic!("{program} does not print its port"))?;
    Some((driver, port))
}

/// The port in the line by which chromedriver or geckodriver says that it listens.
fn port_in(line: &str) -> Option<u16> {
    let (_, port) = line
        .split_once("successfully on port ")
        .or_else(|| line.split_once("Listening on 127.0.0.1:"))?;
    port.trim().trim_end_matches('.').parse().ok()
}

fn capabilities(kind: BrowserKind) -> Capabilities {
    let (key, args, binary) = match kind {
        BrowserKind::Chromium => (
            "goog:chromeOptions",
            CHROMIUM_ARGUMENTS,
            env::var("CHROMIUM"),
        ),
        BrowserKind::Firefox => ("moz:firefoxOptions", FIREFOX_ARGUMENTS, env::var("FIREFOX")),
    };
    let mut options = json!({ "args": args });
    if kind == BrowserKind::Firefox {
        options["prefs"] = json!({ "network.dns.localDomains": PLAIN_HOST });
    }
    if let Ok(binary) = binary {
        options["binary"] = binary.into();
    }
    Capabilities::from_iter([
        (key.to_owned(), options),
        // A driver's default limit is shorter.
        (
            "timeouts".to_owned(),
            json!({ "script": PATIENCE.as_millis() as u64 }),
        ),
        // Servers of tests have self-signed certificates.
        ("acceptInsecureCerts".to_owned(), true.into()),
    ])
}
