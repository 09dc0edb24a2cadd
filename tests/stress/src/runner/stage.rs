//! The page in a browser, and a server that has no connections but those of sources.

use std::{any::Any, fmt, panic::AssertUnwindSafe};

use anyhow::{Context, Result, anyhow};
use futures::FutureExt;
use serde_json::{Value, json};
use typed_eventsource_e2e::Kind;
use typed_eventsource_server::{
    Config, Server,
    script::{Script, SeenAttempts},
};

use super::page::Page;

/// A client, and what carries its events.
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

/// What a page holds, the memories of wasm apart, in KiB.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Heap {
    /// The objects of JavaScript, and the browser's own behind them.
    pub(crate) objects: f64,
    /// The bytes of its array buffers and of the strings that were decoded from such.
    pub(crate) buffers: f64,
}

impl Heap {
    pub(crate) fn all(self) -> f64 {
        self.objects + self.buffers
    }
}

pub(crate) struct Stage {
    pub(crate) page: Page,
    pub(crate) streams: Server,
}

impl Stage {
    async fn start(kind: Kind) -> Result<Self> {
        let streams = Server::start(Config::default()).await?;
        let page = Page::launch(kind).await?;
        Ok(Self { page, streams })
    }

    async fn stop(self) -> Result<()> {
        self.page.close().await;
        self.streams.stop().await;
        Ok(())
    }

    /// What the stream of this name plays from now on.
    pub(crate) async fn put(&self, stream: &str, script: &Script) -> Result<()> {
        const PUT: &str = "const { url, script } = argument;
            const answer = await fetch(url, { method: 'PUT', body: JSON.stringify(script) });
            if (!answer.ok) throw new Error(await answer.text());";
        let task = json!({ "url": self.script(stream), "script": script });
        self.run(PUT, task).await.map(drop)
    }

    /// Lets a `wait` of that stream pass.
    pub(crate) async fn release(&self, stream: &str) -> Result<()> {
        let url = format!("{}/release", self.script(stream));
        let release = "await fetch(argument, { method: 'POST' });";
        self.run(release, url.into()).await.map(drop)
    }

    /// What the server has seen of that stream.
    pub(crate) async fn seen(&self, stream: &str) -> Result<SeenAttempts> {
        let url = format!("{}/seen", self.script(stream));
        let seen = self.run("return (await fetch(argument)).json();", url.into());
        Ok(serde_json::from_value(seen.await?)?)
    }

    /// The task of a contender with that stream, with what else it is told.
    pub(crate) fn task(&self, contender: Contender, stream: &str, more: Value) -> Value {
        let Contender { transport, client } = contender;
        let mut task = more;
        task["transport"] = transport.into();
        task["client"] = client.into();
        task["url"] = format!("{}/streams/{stream}", self.streams.origin()).into();
        task
    }

    /// What is in use once the garbage is collected. Chromium alone tells; none of it are the memories of wasm.
    pub(crate) async fn heap(&self) -> Result<Option<Heap>> {
        let browser = self.page.browser();
        if browser.kind() != Kind::Chromium {
            return Ok(None);
        }
        // What one collection lets go of, the next one takes.
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

    fn script(&self, stream: &str) -> String {
        format!("{}/scripts/{stream}", self.streams.origin())
    }

    async fn run(&self, body: &str, argument: Value) -> Result<Value> {
        let outcome = self.page.browser().try_run(body, argument).await;
        outcome.map_err(anyhow::Error::msg)
    }
}

/// What comes of this on a separate stage, which is taken down whatever happens, and what else went wrong on the page.
pub(crate) async fn on_stage<T>(
    kind: Kind,
    act: impl AsyncFnOnce(&Stage) -> Result<T>,
) -> Result<(T, Vec<String>)> {
    let stage = calmly(Stage::start(kind)).await?;
    let outcome = calmly(async {
        let value = act(&stage).await?;
        Ok((value, stage.page.troubles().await?))
    });
    let outcome = outcome.await;
    let stopped = calmly(stage.stop()).await;
    outcome.and_then(|outcome| stopped.map(|()| outcome))
}

/// A panic, such as that of a browser that answers no more, as an error.
pub(crate) async fn calmly<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    let outcome = AssertUnwindSafe(future).catch_unwind().await;
    outcome.unwrap_or_else(|panic| Err(anyhow!(message(&*panic))))
}

fn message(panic: &(dyn Any + Send)) -> String {
    let owned = panic.downcast_ref::<String>().map(String::as_str);
    let message = owned.or_else(|| panic.downcast_ref::<&str>().copied());
    message.unwrap_or("a panic").to_owned()
}

#[cfg(test)]
mod tests {
    use tokio::runtime::Builder;

    use super::calmly;

    #[test]
    fn a_panic_is_an_error() {
        let runtime = Builder::new_current_thread().build().expect("a runtime");
        let patience = 90;
        let plain = runtime.block_on(calmly::<()>(async { panic!("no answer") }));
        let made = async { panic!("no answer after {patience}") };
        let made = runtime.block_on(calmly::<()>(made));
        let told = [plain, made].map(|outcome| outcome.expect_err("it panicked").to_string());
        assert_eq!(told, ["no answer", "no answer after 90"]);
    }
}
