//! The demo page, its buttons pressed.

use serde_json::{Value, json};
use typed_eventsource_e2e::Browser;

use crate::{Stage, serve, tests};

tests! {
    prices_are_shown_and_move,
    a_dropped_connection_comes_back,
    a_503_is_waited_out,
    malformed_data_is_an_error_and_the_stream_goes_on,
    hostile_data_stays_text,
    finishing_ends_it_and_it_can_be_opened_again,
    the_page_goes_on_after_a_restart_of_the_server,
}

const OPEN: &str = "document.querySelector('#badge').dataset.state === 'open'";
const PRICES: &str = "document.querySelectorAll('#prices tr').length === 6";

async fn start(stage: &Stage<'_>) {
    stage.goto("/").await;
    stage
        .browser
        .run(
            "window.troubles = [];
             const troubles = window.troubles;
             addEventListener('error', (event) => troubles.push(event.message));
             addEventListener('unhandledrejection', (event) => troubles.push(String(event.reason)));
             document.addEventListener('securitypolicyviolation', (event) => troubles.push(event.violatedDirective));",
            Value::Null,
        )
        .await;
    stage.browser.until(OPEN).await;
    stage.browser.until(PRICES).await;
}

async fn finish(stage: &Stage<'_>) {
    let trouble = stage
        .browser
        .run("return window.troubles;", Value::Null)
        .await;
    assert_eq!(trouble, json!([]), "the page is in trouble");
}

async fn press(browser: &Browser, button: &str) {
    browser
        .run("document.getElementById(argument).click();", button.into())
        .await;
}

/// Waits for an entry in the log, with this kind or code and with these words.
async fn until_logged(browser: &Browser, label: &str, words: &str) {
    let words = words.replace('\'', "\\'");
    let entry = format!(
        "[...document.querySelectorAll('#log li')].some((entry) =>
             entry.querySelector('.kind').textContent === '{label}'
             && entry.querySelector('.text').textContent.includes('{words}'))"
    );
    browser.until(&entry).await;
}

async fn until_more_prices(browser: &Browser) {
    let events = "Number(document.querySelector('#events').textContent.replace(/\\D/g, ''))";
    let now = browser.run(&format!("return {events};"), Value::Null).await;
    browser.until(&format!("{events} > {now}")).await;
}

async fn prices_are_shown_and_move(stage: &mut Stage<'_>) {
    start(stage).await;
    until_more_prices(stage.browser).await;
    let price = "document.querySelector('#prices .number, #prices td:nth-child(3)').textContent";
    stage
        .browser
        .until(&format!("/^\\d+\\.\\d\\d$/.test({price}.trim())"))
        .await;
    finish(stage).await;
}

async fn a_dropped_connection_comes_back(stage: &mut Stage<'_>) {
    start(stage).await;
    press(stage.browser, "drop").await;
    until_logged(stage.browser, "state", "waiting for attempt 1").await;
    until_logged(stage.browser, "connection-lost", "was lost").await;
    stage.browser.until(OPEN).await;
    until_more_prices(stage.browser).await;
    finish(stage).await;
}

async fn a_503_is_waited_out(stage: &mut Stage<'_>) {
    start(stage).await;
    press(stage.browser, "unavailable").await;
    until_logged(stage.browser, "given-up", "gave up").await;
    stage
        .browser
        .until("/in \\d+\\.\\d s/.test(document.querySelector('#badge-more').textContent)")
        .await;
    stage.browser.until(OPEN).await;
    until_more_prices(stage.browser).await;
    finish(stage).await;
}

async fn malformed_data_is_an_error_and_the_stream_goes_on(stage: &mut Stage<'_>) {
    start(stage).await;
    press(stage.browser, "malformed").await;
    until_logged(stage.browser, "decode", "event \"price\" is no JSON").await;
    until_logged(stage.browser, "shape", "unknown shape").await;
    until_more_prices(stage.browser).await;
    stage.browser.until(OPEN).await;
    finish(stage).await;
}

async fn hostile_data_stays_text(stage: &mut Stage<'_>) {
    start(stage).await;
    let elements = "return document.querySelectorAll('img, script, iframe, svg').length;";
    let before = stage.browser.run(elements, Value::Null).await;
    press(stage.browser, "hostile").await;
    until_logged(stage.browser, "notice", "<script>").await;
    until_logged(stage.browser, "market", "<img src=x").await;
    until_more_prices(stage.browser).await;
    assert_eq!(stage.browser.run(elements, Value::Null).await, before);
    let title = stage
        .browser
        .run("return document.title;", Value::Null)
        .await;
    assert_eq!(title, "typed-eventsource");
    finish(stage).await;
}

async fn finishing_ends_it_and_it_can_be_opened_again(stage: &mut Stage<'_>) {
    start(stage).await;
    press(stage.browser, "finish").await;
    until_logged(stage.browser, "state", "closed: finished by the server").await;
    press(stage.browser, "toggle").await;
    stage.browser.until(OPEN).await;
    until_more_prices(stage.browser).await;
    press(stage.browser, "toggle").await;
    until_logged(stage.browser, "state", "closed: as you asked").await;
    finish(stage).await;
}

async fn the_page_goes_on_after_a_restart_of_the_server(stage: &mut Stage<'_>) {
    start(stage).await;
    let port = stage
        .server
        .origin()
        .rsplit_once(':')
        .and_then(|(_, port)| port.parse().ok())
        .expect("an origin has a port");
    std::mem::replace(&mut stage.server, serve(0).await)
        .stop()
        .await;
    stage
        .browser
        .until("document.querySelector('#badge').dataset.state === 'waiting'")
        .await;
    std::mem::replace(&mut stage.server, serve(port).await)
        .stop()
        .await;
    stage.browser.until(OPEN).await;
    until_more_prices(stage.browser).await;
    finish(stage).await;
}
