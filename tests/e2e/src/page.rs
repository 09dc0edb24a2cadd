//! The page in the browser, as a visitor sees it.

use std::time::Duration;

use fantoccini::{Client, Locator, elements::Element};
use serde::Deserialize;
use serde_json::Value;
use tokio::time::{Instant, sleep};

use crate::{Result, script};

/// How long a page may take to show what it is to show: a few rounds of the policy's backoff.
const DEADLINE: Duration = Duration::from_secs(25);
const PERIOD: Duration = Duration::from_millis(50);

/// Notes, from now on, what violates the content security policy, and what the badge says.
const WATCH: &str = r##"
    const state = { violations: [], badges: [] };
    window.watched = () => state;
    document.addEventListener("securitypolicyviolation", (violation) => {
        state.violations.push(`${violation.violatedDirective}: ${violation.blockedURI}`);
    });
    const badge = document.querySelector("#badge");
    const note = () => state.badges.push(badge.innerText.replace(/\s+/g, " ").trim());
    if (badge) new MutationObserver(note).observe(badge, { childList: true, subtree: true, characterData: true });
"##;

const ENTRIES: &str = r##"
    return [...document.querySelectorAll("#log li")].reverse().map((entry) => ({
        kind: entry.dataset.kind,
        code: entry.dataset.code ?? "",
        text: entry.querySelector(".text").textContent,
    }));
"##;

/// An entry of the demo page's log.
#[derive(Clone, Debug, Deserialize)]
pub struct Entry {
    /// What it is about.
    pub kind: String,
    /// The error's code, or empty.
    pub code: String,
    /// What it says.
    pub text: String,
}

/// The page that the browser shows.
#[derive(Clone, Debug)]
pub struct Page {
    client: Client,
}

impl Page {
    pub(crate) async fn open(client: &Client, url: &str) -> Result<Self> {
        client.goto(url).await?;
        let page = Self {
            client: client.clone(),
        };
        page.run(WATCH).await?;
        Ok(page)
    }

    /// The driver's client, for what is not here.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Runs a script and returns what it returns.
    pub async fn run(&self, script: &str) -> Result<Value> {
        Ok(self.client.execute(script, Vec::new()).await?)
    }

    /// Runs an asynchronous script that uses the npm package, and returns what it returns.
    pub async fn run_with_package(&self, body: &str) -> Result<Value> {
        let script = script::with_package(body);
        let mut answer = self.client.execute_async(&script, Vec::new()).await?;
        match answer.get("error").and_then(Value::as_str) {
            Some(error) => Err(error.to_owned().into()),
            None => Ok(answer["value"].take()),
        }
    }

    /// Waits until a JavaScript expression holds.
    pub async fn until(&self, expression: &str) -> Result {
        let script = format!("return Boolean({expression});");
        let deadline = Instant::now() + DEADLINE;
        while self.run(&script).await? != true {
            if Instant::now() >= deadline {
                let shown = self.run("return document.body.innerText;").await?;
                let shown = shown.as_str().unwrap_or_default();
                return Err(
                    format!("in vain waited for: {expression}\nThe page shows:\n{shown}").into(),
                );
            }
            sleep(PERIOD).await;
        }
        Ok(())
    }

    /// Waits until the badge shows this state.
    pub async fn until_badge(&self, state: &str) -> Result {
        let expression = format!("document.querySelector('#badge').dataset.state === '{state}'");
        self.until(&expression).await
    }

    /// Waits until the log has an entry whose text contains this.
    pub async fn until_logged(&self, text: &str) -> Result {
        let text = Value::from(text);
        self.until(&format!(
            "[...document.querySelectorAll('#log li')].some((entry) => entry.textContent.includes({text}))"
        ))
        .await
    }

    /// Waits until the list of prices has changed.
    pub async fn until_prices_move(&self) -> Result {
        let prices = self.text("#prices").await?;
        let prices = Value::from(prices);
        self.until(&format!(
            "document.querySelector('#prices').innerText !== {prices}"
        ))
        .await
    }

    /// The element that this CSS selector finds.
    pub async fn find(&self, selector: &str) -> Result<Element> {
        Ok(self.client.find(Locator::Css(selector)).await?)
    }

    /// What an element shows.
    pub async fn text(&self, selector: &str) -> Result<String> {
        let script = "return document.querySelector(arguments[0]).innerText;";
        let text = self.client.execute(script, vec![selector.into()]).await?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// Clicks as a visitor would: what is hidden or covered cannot be clicked.
    pub async fn click(&self, selector: &str) -> Result {
        Ok(self.find(selector).await?.click().await?)
    }

    /// The log's entries, the oldest first.
    pub async fn entries(&self) -> Result<Vec<Entry>> {
        Ok(serde_json::from_value(self.run(ENTRIES).await?)?)
    }

    /// What followed in the log after this button was pressed.
    pub async fn entries_since(&self, button: &str) -> Result<Vec<Entry>> {
        let mut entries = self.entries().await?;
        let pressed = entries
            .iter()
            .rposition(|entry| entry.kind == "you" && entry.text == button);
        let start = pressed.ok_or_else(|| format!("{button:?} is not in the log"))?;
        Ok(entries.split_off(start + 1))
    }

    /// All that the badge has said since the page was opened.
    pub async fn badges(&self) -> Result<Vec<String>> {
        Ok(serde_json::from_value(
            self.run("return watched().badges;").await?,
        )?)
    }

    /// What has violated the content security policy since the page was opened.
    pub async fn violations(&self) -> Result<Vec<String>> {
        Ok(serde_json::from_value(
            self.run("return watched().violations;").await?,
        )?)
    }
}
