//! The page in a browser, and a server for its sources alone: the page comes from another one, so all connections of this one are
//! those of sources.

use std::fmt;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use typed_eventsource_e2e::BrowserKind;
use typed_eventsource_harness::{Page, catch_panic};
use typed_eventsource_server::{Config, Server};

use super::launch;

/// A client with its transport.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Contender {
    pub(crate) transport: &'static str,
    pub(crate) client: &'static str,
}

impl Contender {
    const fn new(transport: &'static str, client: &'static str) -> Self {
        Self { transport, client }
    }
}

impl fmt::Display for Contender {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{}, {}", self.transport, self.client)
    }
}

pub(crate) const CONTENDERS: [Contender; 4] = [
    Contender::new("browser", "js"),
    Contender::new("browser", "rust"),
    Contender::new("fetch", "js"),
    Contender::new("fetch", "rust"),
];

/// The memory that a page uses without the wasm memories, in KiB.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Heap {
    /// The objects of JavaScript, and the browser's objects behind them.
    pub(crate) objects: f64,
    /// The bytes of array buffers, and of strings that the browser keeps outside of the JavaScript heap.
    pub(crate) buffers: f64,
}

impl Heap {
    pub(crate) fn total(self) -> f64 {
        self.objects + self.buffers
    }
}

pub(crate) struct Stage {
    pub(crate) page: Page,
    pub(crate) stream_server: Server,
}

impl Stage {
    async fn start(kind: BrowserKind) -> Result<Self> {
        let stream_server = Server::start(Config::default()).await?;
        let page = launch(kind).await?;
        Ok(Self {
            page,
            stream_server,
        })
    }

    async fn stop(self) -> Result<()> {
        self.page.close().await;
        self.stream_server.stop().await;
        Ok(())
    }

    /// The task that the page gets: the contender's transport and client, the URL of this stream, and the fields of `more`.
    pub(crate) fn task(&self, contender: Contender, stream: &str, more: Value) -> Value {
        let Contender { transport, client } = contender;
        let mut task = more;
        task["transport"] = transport.into();
        task["client"] = client.into();
        task["url"] = format!("{}/streams/{stream}", self.stream_server.origin()).into();
        task
    }

    /// The memory in use after a collection of garbage. Only Chromium tells it.
    pub(crate) async fn heap(&self) -> Result<Option<Heap>> {
        let browser = self.page.browser();
        if browser.kind() != BrowserKind::Chromium {
            return Ok(None);
        }
        // Each collection takes what the one before it has released.
        for _ in 0..3 {
            browser
                .devtools("HeapProfiler.collectGarbage", json!({}))
                .await;
        }
        let usage = browser.devtools("Runtime.getHeapUsage", json!({})).await;
        let kib = |name: &str| {
            let bytes = usage[name].as_f64();
            bytes
                .map(|bytes| bytes / 1024.0)
                .with_context(|| format!("no number `{name}`"))
        };
        Ok(Some(Heap {
            objects: kib("usedSize")? + kib("embedderHeapUsedSize")?,
            buffers: kib("backingStorageSize")?,
        }))
    }
}

/// Runs a function on a separate stage, which is stopped in any case. Returns the result, and the errors on the page.
pub(crate) async fn on_stage<T>(
    kind: BrowserKind,
    act: impl AsyncFnOnce(&Stage) -> Result<T>,
) -> Result<(T, Vec<String>)> {
    let stage = catch_panic(Stage::start(kind)).await?;
    let outcome = catch_panic(async {
        let value = act(&stage).await?;
        Ok((value, stage.page.call("pageErrors", Value::Null).await?))
    });
    let outcome = outcome.await;
    let stopped = catch_panic(stage.stop()).await;
    outcome.and_then(|outcome| stopped.map(|()| outcome))
}
