//! The prices, and each fault.

use super::{OPEN, WAITING, finish, press, start, until_more_events, until_noted};
use crate::{Stage, fault, tests};

tests! {
    they_are_shown_and_move,
    a_dropped_connection_comes_back,
    a_503_is_waited_out,
    malformed_data_is_an_error_and_the_stream_goes_on,
    finishing_ends_it_and_it_can_be_opened_again,
    they_go_on_after_a_restart_of_the_server,
}

const PRICES: &str = "document.querySelectorAll('#price-rows tr').length === 6";

async fn start_prices(stage: &Stage<'_>) {
    start(stage, "prices").await;
    stage.browser.until(PRICES).await;
}

async fn they_are_shown_and_move(stage: &mut Stage<'_>) {
    start_prices(stage).await;
    until_more_events(stage.browser).await;
    let price = "document.querySelector('#price-rows td.price').textContent";
    stage
        .browser
        .until(&format!("/^\\d+\\.\\d\\d$/.test({price}.trim())"))
        .await;
    finish(stage).await;
}

async fn a_dropped_connection_comes_back(stage: &mut Stage<'_>) {
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
    finish(stage).await;
}

async fn a_503_is_waited_out(stage: &mut Stage<'_>) {
    start_prices(stage).await;
    press(stage.browser, "unavailable").await;
    // Not three times alone, so that nobody has to be quick to see how the badge counts down.
    fault(stage.browser, "unavailable?attempts=1000").await;
    until_noted(stage.browser, "given-up", "gave up").await;
    stage
        .browser
        .until("/in \\d+\\.\\d s/.test(document.querySelector('#badge-more').textContent)")
        .await;
    fault(stage.browser, "unavailable?attempts=0").await;
    stage.browser.until(OPEN).await;
    until_more_events(stage.browser).await;
    finish(stage).await;
}

async fn malformed_data_is_an_error_and_the_stream_goes_on(stage: &mut Stage<'_>) {
    start_prices(stage).await;
    press(stage.browser, "malformed").await;
    until_noted(stage.browser, "decode", "event \"price\" is not JSON").await;
    until_noted(stage.browser, "validation", "at symbol: expected a string").await;
    until_more_events(stage.browser).await;
    stage.browser.until(OPEN).await;
    finish(stage).await;
}

async fn finishing_ends_it_and_it_can_be_opened_again(stage: &mut Stage<'_>) {
    start_prices(stage).await;
    press(stage.browser, "finish").await;
    until_noted(stage.browser, "state", "closed: finished by the server").await;
    press(stage.browser, "toggle").await;
    stage.browser.until(OPEN).await;
    until_more_events(stage.browser).await;
    press(stage.browser, "toggle").await;
    until_noted(stage.browser, "state", "closed: as you asked").await;
    finish(stage).await;
}

async fn they_go_on_after_a_restart_of_the_server(stage: &mut Stage<'_>) {
    start_prices(stage).await;
    stage.restart_after(WAITING).await;
    stage.browser.until(OPEN).await;
    until_more_events(stage.browser).await;
    finish(stage).await;
}
