//! The minefield, in two tabs.

use serde_json::{Value, json};
use typed_eventsource_e2e::{Browser, Key};

use super::{
    OPEN, WAITING, assert_no_page_errors, click, focus, open_stream, press, text, until_noted,
    until_text,
};
use crate::{Stage, tests};

tests! {
    two_tabs_play,
    the_game_can_be_played_by_the_keyboard,
    in_flag_mode_a_tap_puts_a_flag,
    a_move_that_cannot_be_made_is_explained,
    malformed_data_leaves_the_field_as_it_is,
    the_game_continues_after_a_restart_of_the_server,
}

async fn open_game(stage: &Stage<'_>) {
    open_stream(stage, "game").await;
    stage
        .browser
        .until("document.querySelectorAll('#board [role=gridcell]').length === 81")
        .await;
}

/// The cell at a place, counted from 0.
fn cell(number: usize) -> String {
    format!(
        "#board [role=row]:nth-child({}) [role=gridcell]:nth-child({})",
        number / 9 + 1,
        number % 9 + 1
    )
}

/// Waits until a cell shows this: `.` if it is closed, `f` for a flag, or the number of mines near it.
async fn until_cell_is(browser: &Browser, number: usize, seen: &str) {
    let cell = json!(cell(number));
    browser
        .until(&format!(
            "document.querySelector({cell}).dataset.seen === '{seen}'"
        ))
        .await;
}

/// What all cells show, one character each.
async fn field(browser: &Browser) -> Value {
    let seen = "return [...document.querySelectorAll('#board [role=gridcell]')].map((cell) => cell.dataset.seen).join('');";
    browser.run(seen, Value::Null).await
}

async fn two_tabs_play(stage: &mut Stage<'_>) {
    let browser = stage.browser;
    open_game(stage).await;
    let first = browser.tab().await;
    let second = browser.open_tab().await;
    open_game(stage).await;
    // The first cell has no mine near, so that other cells open with it.
    click(browser, &cell(40)).await;
    until_cell_is(browser, 40, "0").await;
    until_text(browser, "#players tr:first-child", "(you)1").await;
    until_text(
        browser,
        "#moves li:first-child",
        "opened row 5, column 5 +1",
    )
    .await;
    let seen = field(browser).await;
    assert_no_page_errors(stage).await;

    browser.switch_to(&first).await;
    until_cell_is(browser, 40, "0").await;
    assert_eq!(field(browser).await, seen);
    until_text(
        browser,
        "#moves li:first-child",
        "opened row 5, column 5 +1",
    )
    .await;
    until_text(browser, "#players tr:last-child", "(you)0").await;
    let hidden = seen
        .as_str()
        .and_then(|seen| seen.find('.'))
        .expect("a hidden cell");
    browser
        .run(
            "document.querySelector(argument).dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true }));",
            cell(hidden).into(),
        )
        .await;
    until_cell_is(browser, hidden, "f").await;
    assert_eq!(text(browser, "#mines-left").await, "11");
    assert_no_page_errors(stage).await;
    // A tab that opens now shows the same field.
    browser.switch_to(&second).await;
    open_game(stage).await;
    until_cell_is(browser, hidden, "f").await;
    browser.close_tab(&first).await;
    assert_no_page_errors(stage).await;
}

async fn the_game_can_be_played_by_the_keyboard(stage: &mut Stage<'_>) {
    let browser = stage.browser;
    open_game(stage).await;
    focus(browser, "#board [tabindex='0']").await;
    let key = |key| char::from(key).to_string();
    for (key, number) in [
        (key(Key::Up), 0),
        (key(Key::Down), 9),
        (key(Key::Right), 10),
        (key(Key::End), 17),
        (key(Key::Right), 17),
        (key(Key::Left), 16),
        (key(Key::Home), 9),
    ] {
        browser.type_keys(&key).await;
        let cell = json!(cell(number));
        browser
            .until(&format!(
                "document.activeElement === document.querySelector({cell})"
            ))
            .await;
    }
    browser.type_keys("f").await;
    until_cell_is(browser, 9, "f").await;
    browser.type_keys("f").await;
    until_cell_is(browser, 9, ".").await;
    browser.type_keys(&key(Key::Enter)).await;
    until_cell_is(browser, 9, "0").await;
    let label = "return document.activeElement.ariaLabel;";
    assert_eq!(
        browser.run(label, Value::Null).await,
        "row 2, column 1: no mine near"
    );
    assert_no_page_errors(stage).await;
}

async fn in_flag_mode_a_tap_puts_a_flag(stage: &mut Stage<'_>) {
    open_game(stage).await;
    click(stage.browser, "#flag-mode").await;
    click(stage.browser, &cell(5)).await;
    until_cell_is(stage.browser, 5, "f").await;
    click(stage.browser, &cell(5)).await;
    until_cell_is(stage.browser, 5, ".").await;
    click(stage.browser, "#flag-mode").await;
    click(stage.browser, &cell(5)).await;
    until_cell_is(stage.browser, 5, "0").await;
    assert_no_page_errors(stage).await;
}

async fn a_move_that_cannot_be_made_is_explained(stage: &mut Stage<'_>) {
    open_game(stage).await;
    click(stage.browser, &cell(0)).await;
    until_cell_is(stage.browser, 0, "0").await;
    click(stage.browser, &cell(0)).await;
    until_text(stage.browser, "#game-status", "that cell cannot be played").await;
    assert_no_page_errors(stage).await;
}

async fn malformed_data_leaves_the_field_as_it_is(stage: &mut Stage<'_>) {
    open_game(stage).await;
    click(stage.browser, &cell(0)).await;
    until_cell_is(stage.browser, 0, "0").await;
    let seen = field(stage.browser).await;
    press(stage.browser, "malformed").await;
    until_noted(stage.browser, "decode", "event \"field\" is not JSON").await;
    until_noted(stage.browser, "validation", "at round: expected a number").await;
    assert_eq!(field(stage.browser).await, seen);
    assert_no_page_errors(stage).await;
}

async fn the_game_continues_after_a_restart_of_the_server(stage: &mut Stage<'_>) {
    stage.keep_state("game-restart").await;
    open_game(stage).await;
    click(stage.browser, &cell(40)).await;
    until_cell_is(stage.browser, 40, "0").await;
    let seen = field(stage.browser).await;
    stage.restart_after(WAITING).await;
    stage.browser.until(OPEN).await;
    until_text(stage.browser, "#players", "(you)1").await;
    assert_eq!(field(stage.browser).await, seen);
    let hidden = seen
        .as_str()
        .and_then(|seen| seen.find('.'))
        .expect("a hidden cell");
    focus(stage.browser, &cell(hidden)).await;
    stage.browser.type_keys("f").await;
    until_cell_is(stage.browser, hidden, "f").await;
    assert_no_page_errors(stage).await;
}
