//! Tests of the showcase. They use it as a person does.

pub(crate) mod chat;
pub(crate) mod game;
pub(crate) mod log;
pub(crate) mod model;
pub(crate) mod page;
pub(crate) mod playground;
pub(crate) mod prices;

use serde_json::{Value, json};
use typed_eventsource_e2e::Browser;

use crate::{Stage, assert_no_page_errors};

const OPEN: &str = "document.querySelector('#badge').dataset.state === 'open'";
const WAITING: &str = "document.querySelector('#badge').dataset.state === 'waiting'";

/// Opens the page and then a panel on it, in the tab in front.
async fn open_panel(stage: &Stage<'_>, panel: &str) {
    open_panel_of(stage, stage.server.origin(), panel).await;
}

/// As [`open_panel`], on the page of an origin. Storage belongs to an origin, so the page of the second one is another person, as in
/// another browser.
async fn open_panel_of(stage: &Stage<'_>, origin: &str, panel: &str) {
    // The URL is opened without the hash: geckodriver takes a page with the same hash for loaded already.
    stage.browser.goto(&format!("{origin}/")).await;
    stage.watch_for_errors().await;
    stage.browser.until(&is_shown("prices")).await;
    select(stage.browser, panel).await;
}

/// Opens the page and a panel, and waits until the panel's stream is open.
async fn open_stream(stage: &Stage<'_>, panel: &str) {
    open_panel(stage, panel).await;
    stage.browser.until(OPEN).await;
}

/// Selects another panel on the open page.
async fn select(browser: &Browser, panel: &str) {
    click(browser, &format!("#tab-{panel}")).await;
    browser.until(&is_shown(panel)).await;
}

fn is_shown(panel: &str) -> String {
    format!("document.querySelector('#panel-{panel}:not([hidden])')")
}

async fn click(browser: &Browser, selector: &str) {
    browser
        .run("document.querySelector(argument).click();", selector.into())
        .await;
}

/// Presses one of the inspector's buttons.
async fn press(browser: &Browser, button: &str) {
    click(browser, &format!("#{button}")).await;
}

async fn focus(browser: &Browser, selector: &str) {
    browser
        .run("document.querySelector(argument).focus();", selector.into())
        .await;
}

async fn text(browser: &Browser, selector: &str) -> String {
    let text = browser
        .run(
            "return document.querySelector(argument).textContent;",
            selector.into(),
        )
        .await;
    text.as_str().expect("text").to_owned()
}

/// Waits until an element's text contains these words.
async fn until_text(browser: &Browser, selector: &str, words: &str) {
    let (selector, words) = (json!(selector), json!(words));
    browser
        .until(&format!(
            "document.querySelector({selector})?.textContent.includes({words})"
        ))
        .await;
}

/// Waits for an entry of the inspector's list with this label and these words.
async fn until_noted(browser: &Browser, label: &str, words: &str) {
    let (label, words) = (json!(label), json!(words));
    browser
        .until(&format!(
            "[...document.querySelectorAll('#happenings li')].some((entry) =>
                 entry.querySelector('.kind').textContent === {label}
                 && entry.querySelector('.text').textContent.includes({words}))"
        ))
        .await;
}

async fn until_more_events(browser: &Browser) {
    let events = "Number(document.querySelector('#events').textContent.replace(/\\D/g, ''))";
    let now = browser.run(&format!("return {events};"), Value::Null).await;
    browser.until(&format!("{events} > {now}")).await;
}
