//! The prices, with each fault.

use super::{
    OPEN, WAITING, assert_no_page_errors, open_stream, press, until_more_events, until_noted,
    until_text,
};
use crate::{Stage, cause_fault, tests};

tests! {
    prices_are_shown_and_change,
    the_source_reconnects_after_a_dropped_connection,
    the_source_reconnects_after_503s,
    malformed_data_is_an_error_and_the_stream_continues,
    a_stream_that_the_server_has_finished_can_be_opened_again,
    prices_continue_after_a_restart_of_the_server,
    two_tabs_share_one_connection_and_say_so,
}

const PRICES: &str = "document.querySelectorAll('#price-rows tr').length === 6";

async fn start_prices(stage: &Stage<'_>) {
    open_stream(stage, "prices").await;
    stage.browser.until(PRICES).await;
}

async fn prices_are_shown_and_change(stage: &mut Stage<'_>) {
    start_prices(stage).await;
    until_more_events(stage.browser).await;
    let price = "document.querySelector('#price-rows td.price').textContent";
    stage
        .browser
        .until(&format!("/^\\d+\\.\\d\\d$/.test({price}.trim())"))
        .await;
    assert_no_page_errors(stage).await;
}

async fn the_source_reconnects_after_a_dropped_connection(stage: &mut Stage<'_>) {
    start_prices(stage).await;
    press(stage.browser, "drop").await;
    until_noted(stage.browser, "state", "waiting for attempt 1").await;
    until_noted(stage.browser, "connection-lost", "was lost").await;
    stage.browser.until(OPEN).await;
    until_more_events(stage.browser).await;
    stage
        .browser
        .until("document.querySelector('#timeline [data-state=waiting]')")
        .await;
    assert_no_page_errors(stage).await;
}

async fn the_source_reconnects_after_503s(stage: &mut Stage<'_>) {
    start_prices(stage).await;
    press(stage.browser, "unavailable").await;
    // There are more 503s than after a press of the button, so that the test has time to see how the badge counts down.
    cause_fault(stage.browser, "unavailable?attempts=1000").await;
    until_noted(stage.browser, "given-up", "gave up").await;
    stage
        .browser
        .until("/in \\d+\\.\\d s/.test(document.querySelector('#badge-more').textContent)")
        .await;
    cause_fault(stage.browser, "unavailable?attempts=0").await;
    stage.browser.until(OPEN).await;
    until_more_events(stage.browser).await;
    assert_no_page_errors(stage).await;
}

async fn malformed_data_is_an_error_and_the_stream_continues(stage: &mut Stage<'_>) {
    start_prices(stage).await;
    press(stage.browser, "malformed").await;
    until_noted(stage.browser, "decode", "event \"price\" is not JSON").await;
    until_noted(stage.browser, "validation", "at symbol: expected a string").await;
    until_more_events(stage.browser).await;
    stage.browser.until(OPEN).await;
    assert_no_page_errors(stage).await;
}

async fn a_stream_that_the_server_has_finished_can_be_opened_again(stage: &mut Stage<'_>) {
    start_prices(stage).await;
    press(stage.browser, "finish").await;
    until_noted(stage.browser, "state", "closed: finished by the server").await;
    press(stage.browser, "toggle").await;
    stage.browser.until(OPEN).await;
    until_more_events(stage.browser).await;
    press(stage.browser, "toggle").await;
    until_noted(stage.browser, "state", "closed: as you asked").await;
    assert_no_page_errors(stage).await;
}

async fn prices_continue_after_a_restart_of_the_server(stage: &mut Stage<'_>) {
    start_prices(stage).await;
    stage.restart_after(WAITING).await;
    stage.browser.until(OPEN).await;
    until_more_events(stage.browser).await;
    assert_no_page_errors(stage).await;
}

async fn two_tabs_share_one_connection_and_say_so(stage: &mut Stage<'_>) {
    let browser = stage.browser;
    start_prices(stage).await;
    until_text(browser, "#role", "worker").await;
    until_text(browser, "#prices-sharing", "Open a second tab").await;
    let first = browser.tab().await;
    let second = browser.open_tab().await;
    start_prices(stage).await;
    for tab in [&first, &second] {
        browser.switch_to(tab).await;
        until_text(browser, "#sharing-tabs", "2").await;
        until_text(browser, "#prices-sharing", "2 tabs share one connection").await;
        until_more_events(browser).await;
    }
    // A fault concerns the stream of both.
    press(browser, "malformed").await;
    browser.switch_to(&first).await;
    until_noted(browser, "decode", "is not JSON").await;
    assert_no_page_errors(stage).await;
    browser.close_tab(&second).await;
    until_text(browser, "#prices-sharing", "Open a second tab").await;
    until_more_events(browser).await;
}
