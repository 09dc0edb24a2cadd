//! The log, which is fast, bounded, and without gaps.

use serde_json::Value;
use typed_eventsource_e2e::{Browser, Key};

use super::{
    OPEN, WAITING, assert_no_page_errors, click, focus, open_stream, press, text,
    until_more_events, until_noted,
};
use crate::{Stage, tests};

tests! {
    the_list_of_lines_is_bounded,
    a_paused_log_drops_the_oldest_lines_and_shows_how_many,
    the_log_can_be_filtered,
    the_log_can_be_paused_by_the_keyboard,
    no_line_is_missing_after_a_close_and_after_each_fault,
    no_line_is_missing_after_a_restart_of_the_server,
}

/// An expression for the number that an element shows.
fn number(id: &str) -> String {
    format!("Number(document.querySelector('#{id}').textContent.replace(/\\D/g, ''))")
}

/// How many lines there were so far, and the number of the newest line.
#[derive(Debug, Clone, Copy)]
struct LinesSoFar {
    count: u64,
    newest: u64,
}

impl LinesSoFar {
    async fn now(browser: &Browser) -> Self {
        let newest = "document.querySelector('#lines li:last-child')?.dataset.number";
        browser.until(newest).await;
        // The page shows both in the same frame.
        let seen = browser
            .run(
                &format!("return [{}, Number({newest})];", number("line-count")),
                Value::Null,
            )
            .await;
        let at = |index: usize| seen[index].as_u64().expect("a number");
        Self {
            count: at(0),
            newest: at(1),
        }
    }

    /// Asserts that as many lines have come since then as their numbers say, so that none is missing and none came twice.
    async fn assert_no_gap_since(self, browser: &Browser) {
        let now = Self::now(browser).await;
        assert!(now.count > self.count, "{now:?} after {self:?}");
        assert_eq!(
            now.count - self.count,
            now.newest - self.newest,
            "{now:?} after {self:?}"
        );
        assert_eq!(text(browser, "#lines-missing").await, "0");
    }
}

async fn the_list_of_lines_is_bounded(stage: &mut Stage<'_>) {
    open_stream(stage, "log").await;
    let begin = LinesSoFar::now(stage.browser).await;
    stage
        .browser
        .until(&format!("{} > 0", number("line-rate")))
        .await;
    stage
        .browser
        .until(&format!("{} > 1000", number("line-count")))
        .await;
    let rows = "return document.querySelectorAll('#lines li').length;";
    assert_eq!(stage.browser.run(rows, Value::Null).await, 400);
    begin.assert_no_gap_since(stage.browser).await;
    // The end of the list is in view.
    stage
        .browser
        .until("(({ scrollTop, scrollHeight, clientHeight }) => scrollHeight - scrollTop - clientHeight < 24)(document.querySelector('#lines'))")
        .await;
    assert_no_page_errors(stage).await;
}

async fn a_paused_log_drops_the_oldest_lines_and_shows_how_many(stage: &mut Stage<'_>) {
    open_stream(stage, "log").await;
    stage
        .browser
        .until(&format!("{} > 0", number("line-count")))
        .await;
    click(stage.browser, "#pause").await;
    until_more_events(stage.browser).await;
    let count = text(stage.browser, "#line-count").await;
    let until_dropped = format!("{} > 50", number("lines-dropped"));
    stage.browser.until(&until_dropped).await;
    assert_eq!(text(stage.browser, "#line-count").await, count);
    until_noted(
        stage.browser,
        "queue-overflow",
        "the queue of an iteration was full",
    )
    .await;
    click(stage.browser, "#pause").await;
    stage
        .browser
        .until(&format!(
            "{} > 0 && {} === {}",
            number("lines-missing"),
            number("lines-missing"),
            number("lines-dropped")
        ))
        .await;
    until_more_events(stage.browser).await;
    assert_no_page_errors(stage).await;
}

async fn the_log_can_be_filtered(stage: &mut Stage<'_>) {
    open_stream(stage, "log").await;
    stage
        .browser
        .until(&format!("{} > 100", number("line-count")))
        .await;
    focus(stage.browser, "#filter").await;
    stage.browser.type_keys("ORDERS/").await;
    let all = |test: &str| {
        format!(
            "[...document.querySelectorAll('#lines li')].length > 5 && [...document.querySelectorAll('#lines li')].every((row) => {test})"
        )
    };
    stage
        .browser
        .until(&all("row.textContent.includes('orders/')"))
        .await;
    click(stage.browser, "#only-trouble").await;
    stage
        .browser
        .until(&all(
            "row.dataset.level === 'warn' && row.textContent.includes('orders/')",
        ))
        .await;
    let rows = "return document.querySelectorAll('#lines li').length;";
    let few = stage
        .browser
        .run(rows, Value::Null)
        .await
        .as_u64()
        .expect("a number");
    click(stage.browser, "#only-trouble").await;
    stage
        .browser
        .until(&format!(
            "document.querySelectorAll('#lines li').length > {few}"
        ))
        .await;
    assert_eq!(text(stage.browser, "#lines-missing").await, "0");
    assert_no_page_errors(stage).await;
}

async fn the_log_can_be_paused_by_the_keyboard(stage: &mut Stage<'_>) {
    open_stream(stage, "log").await;
    focus(stage.browser, "#pause").await;
    let space = char::from(Key::Space).to_string();
    stage.browser.type_keys(&space).await;
    stage
        .browser
        .until("document.querySelector('#pause[aria-pressed=true]')?.textContent === 'Go on'")
        .await;
    until_more_events(stage.browser).await;
    let count = text(stage.browser, "#line-count").await;
    until_more_events(stage.browser).await;
    assert_eq!(text(stage.browser, "#line-count").await, count);
    stage.browser.type_keys(&space).await;
    stage
        .browser
        .until("document.querySelector('#pause[aria-pressed=false]')")
        .await;
    stage
        .browser
        .until(&format!(
            "document.querySelector('#line-count').textContent !== '{count}'"
        ))
        .await;
    // The keyboard can scroll the list, and screen readers do not read out three hundred lines a second.
    stage
        .browser
        .until("document.querySelector('#lines[tabindex=\"0\"][aria-live=off]')")
        .await;
    assert_no_page_errors(stage).await;
}

async fn no_line_is_missing_after_a_close_and_after_each_fault(stage: &mut Stage<'_>) {
    open_stream(stage, "log").await;
    let begin = LinesSoFar::now(stage.browser).await;
    until_more_events(stage.browser).await;
    // The log is paused, so that lines wait in the queue when the source is closed.
    click(stage.browser, "#pause").await;
    until_more_events(stage.browser).await;
    press(stage.browser, "toggle").await;
    until_noted(stage.browser, "state", "closed: as you asked").await;
    press(stage.browser, "toggle").await;
    stage.browser.until(OPEN).await;
    until_more_events(stage.browser).await;
    press(stage.browser, "drop").await;
    until_noted(stage.browser, "connection-lost", "was lost").await;
    stage.browser.until(OPEN).await;
    until_more_events(stage.browser).await;
    press(stage.browser, "unavailable").await;
    until_noted(stage.browser, "status", "status 503").await;
    stage.browser.until(OPEN).await;
    until_more_events(stage.browser).await;
    press(stage.browser, "malformed").await;
    until_noted(stage.browser, "decode", "event \"line\" is not JSON").await;
    begin.assert_no_gap_since(stage.browser).await;
    assert_no_page_errors(stage).await;
}

async fn no_line_is_missing_after_a_restart_of_the_server(stage: &mut Stage<'_>) {
    stage.keep_state("log-restart").await;
    open_stream(stage, "log").await;
    let begin = LinesSoFar::now(stage.browser).await;
    until_more_events(stage.browser).await;
    for _ in 0..2 {
        stage.restart_after(WAITING).await;
        stage.browser.until(OPEN).await;
        until_more_events(stage.browser).await;
    }
    begin.assert_no_gap_since(stage.browser).await;
    assert!(
        begin.newest < 100_000,
        "a log that is kept begins at 1: {begin:?}"
    );
    assert_no_page_errors(stage).await;
}
