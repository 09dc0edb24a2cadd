//! What one test plays on: a server of its own, and a page of it.

use std::path::{Path, PathBuf};

use typed_eventsource_server::{Config, Server};
use url::Url;

use crate::{Browser, Page, Result, browser::Session};

/// A server with the demo and the package, and a browser to look at it.
#[derive(Debug)]
pub struct Stage<'a> {
    /// The browser.
    pub browser: Browser,
    session: &'a Session,
    server: Option<Server>,
    port: u16,
}

impl<'a> Stage<'a> {
    pub(crate) fn new(browser: Browser, session: &'a Session) -> Self {
        Self {
            browser,
            session,
            server: None,
            port: 0,
        }
    }

    /// Opens the demo page, and waits until it is live.
    pub async fn demo(&mut self) -> Result<Page> {
        let page = self.visit("/", true).await?;
        page.until_badge("open").await?;
        page.until("document.querySelectorAll('#prices tr').length === 6")
            .await?;
        Ok(page)
    }

    /// Opens something of the demo's origin that runs no script, for the test's own.
    pub async fn blank(&mut self) -> Result<Page> {
        self.visit("/style.css", true).await
    }

    /// Opens the demo page of a server that has no package.
    pub async fn demo_without_package(&mut self) -> Result<Page> {
        self.visit("/", false).await
    }

    async fn visit(&mut self, path: &str, with_package: bool) -> Result<Page> {
        self.start_server(with_package).await?;
        let url = format!("http://127.0.0.1:{}{path}", self.port);
        Page::open(self.session.client(), &url).await
    }

    /// Stops the server.
    pub async fn stop_server(&mut self) {
        if let Some(server) = self.server.take() {
            server.stop().await;
        }
    }

    /// Starts the server, on the port that it had before.
    pub async fn start_server(&mut self, with_package: bool) -> Result {
        let server = Server::start(Config {
            port: self.port,
            www: Some(root().join("www")),
            pkg: with_package.then(package),
            ..Config::default()
        })
        .await?;
        let origin = Url::parse(server.origin())?;
        self.port = origin.port().ok_or("the server's origin has no port")?;
        self.server = Some(server);
        Ok(())
    }

    /// Checks that no script did anything wrong, and clears the stage.
    pub(crate) async fn finish(mut self) -> Result {
        let errors = self.session.console_errors().await?;
        self.session.client().goto("about:blank").await?;
        self.stop_server().await;
        if errors.is_empty() {
            Ok(())
        } else {
            Err(format!("the console has errors: {errors:#?}").into())
        }
    }
}

/// The folder of the npm package.
pub(crate) fn package() -> PathBuf {
    root().join("pkg")
}

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}
