//! Tests of the example apps. The same tests run for each app.

use serde_json::{Value, json};

use crate::{Stage, assert_no_page_errors, cause_fault, note_texts, tests, until_text_was_shown};

tests! {
    the_demo_page_links_to_the_built_apps,
}

/// The tests of one app.
macro_rules! tests_of {
    ($app:ident: $($test:ident),+ $(,)?) => {
        pub(crate) mod $app {
            use super::super::{Stage, tests};

            tests! { $($test),+ }

            $(
                async fn $test(stage: &mut Stage<'_>) {
                    super::$test(stage, stringify!($app)).await;
                }
            )+
        }
    };
}

macro_rules! tests_of_each {
    ($($app:ident),+) => {
        $(
            tests_of! {
                $app:
                prices_are_shown_and_change,
                the_app_reconnects_after_a_dropped_connection,
                an_error_is_shown_until_the_app_reconnects_after_a_503,
                malformed_data_is_shown_as_an_error_and_the_app_continues,
                a_source_can_be_closed_and_opened_again,
                a_source_stays_closed_after_the_server_has_finished,
            }
        )+
    };
}

tests_of_each!(leptos, yew);

async fn the_demo_page_links_to_the_built_apps(stage: &mut Stage<'_>) {
    stage.goto("/").await;
    stage
        .browser
        .until("document.querySelectorAll('#pages a').length === 3")
        .await;
    let links = stage
        .browser
        .run(
            "const links = [...document.querySelectorAll('#pages a')];
             return Promise.all(links.map(async ({ href }) => (await fetch(href)).status));",
            Value::Null,
        )
        .await;
    assert_eq!(links, json!([200, 200, 200]));
}

const PRICES: &str = "document.querySelectorAll('#price-rows tr').length === 6";
const EVENTS: &str = "Number(document.querySelector('#events').textContent)";
const ERROR_TEXT: &str = "document.querySelector('.problem').textContent";

async fn start(stage: &Stage<'_>, app: &str) {
    stage.goto(&format!("/apps/{app}/")).await;
    stage.watch_for_errors().await;
    until_state(stage, "open").await;
    stage.browser.until(PRICES).await;
}

async fn until_state(stage: &Stage<'_>, state: &str) {
    let shown = format!("document.querySelector('#badge')?.dataset.state === '{state}'");
    stage.browser.until(&shown).await;
}

async fn until_more_events(stage: &Stage<'_>) {
    let now = stage
        .browser
        .run(&format!("return {EVENTS};"), Value::Null)
        .await;
    stage.browser.until(&format!("{EVENTS} > {now}")).await;
}

async fn press(stage: &Stage<'_>, id: &str) {
    let press = "document.getElementById(argument).click();";
    stage.browser.run(press, id.into()).await;
}

async fn prices_are_shown_and_change(stage: &mut Stage<'_>, app: &str) {
    start(stage, app).await;
    until_more_events(stage).await;
    let prices = "[...document.querySelectorAll('#price-rows .price')]";
    let are_prices =
        format!("{prices}.every((price) => /^\\d+\\.\\d\\d$/.test(price.textContent))");
    stage.browser.until(&are_prices).await;
    let before = stage
        .browser
        .run(
            &format!("return {prices}.map((price) => price.textContent);"),
            Value::Null,
        )
        .await;
    stage
        .browser
        .until(&format!(
            "JSON.stringify({prices}.map((price) => price.textContent)) !== JSON.stringify({before})"
        ))
        .await;
    assert_no_page_errors(stage).await;
}

async fn the_app_reconnects_after_a_dropped_connection(stage: &mut Stage<'_>, app: &str) {
    start(stage, app).await;
    note_texts(stage.browser, "#badge-state").await;
    note_texts(stage.browser, ".problem").await;
    cause_fault(stage.browser, "drop").await;
    until_text_was_shown(stage.browser, "waiting for attempt 1").await;
    until_text_was_shown(stage.browser, "was lost").await;
    until_state(stage, "open").await;
    stage.browser.until(&format!("{ERROR_TEXT} === ''")).await;
    until_more_events(stage).await;
    assert_no_page_errors(stage).await;
}

async fn an_error_is_shown_until_the_app_reconnects_after_a_503(stage: &mut Stage<'_>, app: &str) {
    start(stage, app).await;
    note_texts(stage.browser, ".problem").await;
    cause_fault(stage.browser, "unavailable?attempts=1").await;
    until_text_was_shown(stage.browser, "gave up").await;
    until_state(stage, "open").await;
    stage.browser.until(&format!("{ERROR_TEXT} === ''")).await;
    until_more_events(stage).await;
    assert_no_page_errors(stage).await;
}

async fn malformed_data_is_shown_as_an_error_and_the_app_continues(
    stage: &mut Stage<'_>,
    app: &str,
) {
    start(stage, app).await;
    // The next event removes the error, so the test notes all texts.
    note_texts(stage.browser, ".problem").await;
    cause_fault(stage.browser, "malformed").await;
    until_text_was_shown(stage.browser, "does not decode").await;
    until_more_events(stage).await;
    until_state(stage, "open").await;
    assert_no_page_errors(stage).await;
}

async fn a_source_can_be_closed_and_opened_again(stage: &mut Stage<'_>, app: &str) {
    start(stage, app).await;
    press(stage, "toggle").await;
    until_state(stage, "closed").await;
    let kept = stage
        .browser
        .run(&format!("return {EVENTS};"), Value::Null)
        .await;
    press(stage, "toggle").await;
    until_state(stage, "open").await;
    stage.browser.until(&format!("{EVENTS} > {kept}")).await;
    assert_no_page_errors(stage).await;
}

async fn a_source_stays_closed_after_the_server_has_finished(stage: &mut Stage<'_>, app: &str) {
    start(stage, app).await;
    cause_fault(stage.browser, "finish").await;
    stage
        .browser
        .until("document.querySelector('#badge-state').textContent === 'closed: the server has finished'")
        .await;
    let farewell = "document.querySelector('#happenings .text').textContent.includes('Goodbye')";
    stage.browser.until(farewell).await;
    assert_no_page_errors(stage).await;
}
