//! All panels together: how they are reached, the connections that they share, and hostile data.

use serde_json::{Value, json};
use typed_eventsource_e2e::Key;

use super::{
    OPEN, assert_no_page_errors, click, focus, is_shown,
    model::{HESITATE, ask},
    open_panel, open_panel_of, open_stream, press, select, text, until_more_events, until_noted,
    until_text,
};
use crate::{Stage, tests};

tests! {
    the_arrow_keys_move_between_panels,
    a_stream_is_open_while_its_panel_is_shown,
    the_inspector_shows_attempts_and_what_was_counted,
    three_tabs_have_enough_connections,
    a_reload_keeps_the_person,
    hostile_data_stays_text_in_every_panel,
    each_panel_shows_the_code_that_it_runs,
}

const PANELS: [&str; 5] = ["prices", "chat", "game", "log", "model"];

async fn the_arrow_keys_move_between_panels(stage: &mut Stage<'_>) {
    open_stream(stage, "prices").await;
    focus(stage.browser, "#tab-prices").await;
    let keys = [
        (Key::Right, "chat"),
        (Key::Right, "game"),
        (Key::End, "model"),
        (Key::Right, "prices"),
        (Key::Left, "model"),
        (Key::Left, "log"),
        (Key::Home, "prices"),
    ];
    for (key, panel) in keys {
        stage.browser.type_keys(&char::from(key).to_string()).await;
        stage.browser.until(&is_shown(panel)).await;
        stage
            .browser
            .until(&format!("document.activeElement.id === 'tab-{panel}'"))
            .await;
        let state = stage
            .browser
            .run(
                "return [
                     [...document.querySelectorAll('[role=tab]')].filter((tab) => tab.tabIndex === 0).map((tab) => tab.id),
                     [...document.querySelectorAll('[role=tab][aria-selected=true]')].map((tab) => tab.id),
                     document.querySelectorAll('[role=tabpanel]:not([hidden])').length,
                     location.hash,
                 ];",
                Value::Null,
            )
            .await;
        let tab = format!("tab-{panel}");
        assert_eq!(state, json!([[tab], [tab], 1, format!("#{panel}")]));
    }
    assert_no_page_errors(stage).await;
}

async fn a_stream_is_open_while_its_panel_is_shown(stage: &mut Stage<'_>) {
    open_stream(stage, "log").await;
    until_more_events(stage.browser).await;
    select(stage.browser, "chat").await;
    until_text(stage.browser, "#stream-url", "/demo/chat").await;
    stage.browser.until(OPEN).await;
    select(stage.browser, "log").await;
    until_noted(stage.browser, "state", "closed: as you asked").await;
    stage.browser.until(OPEN).await;
    until_more_events(stage.browser).await;
    assert_eq!(text(stage.browser, "#lines-missing").await, "0");
    assert_eq!(text(stage.browser, "#connections").await, "2");
    assert_no_page_errors(stage).await;
}

async fn the_inspector_shows_attempts_and_what_was_counted(stage: &mut Stage<'_>) {
    let browser = stage.browser;
    open_stream(stage, "log").await;
    until_text(browser, "#attempts [data-outcome=opened] .why", "first").await;
    until_text(browser, "#attempts [data-outcome=opened] .took", "ms").await;
    until_text(browser, "#bytes", "B").await;
    press(browser, "unavailable").await;
    until_text(browser, "#attempts [data-outcome=refused] .outcome", "503").await;
    browser
        .until("document.querySelectorAll('#attempts [data-outcome=refused]').length === 3")
        .await;
    let last = "document.querySelector('#attempts li').textContent";
    browser
        .until(&format!(
            "{last}.includes('reconnection') && {last}.includes('opened')"
        ))
        .await;
    assert_eq!(text(browser, "#tries").await, "5");
    assert_eq!(text(browser, "#connections").await, "2");
    assert_no_page_errors(stage).await;
}

/// A browser allows six connections to a server, for all tabs together.
async fn three_tabs_have_enough_connections(stage: &mut Stage<'_>) {
    let mut tabs = vec![stage.browser.tab().await];
    for _ in 0..2 {
        tabs.push(stage.browser.open_tab().await);
    }
    for tab in &tabs {
        stage.browser.switch_to(tab).await;
        open_stream(stage, "prices").await;
        for panel in PANELS {
            select(stage.browser, panel).await;
        }
        click(stage.browser, "#suggestions button").await;
        until_noted(stage.browser, "state", "open").await;
        select(stage.browser, "chat").await;
        stage.browser.until(OPEN).await;
    }
    for (number, tab) in tabs.iter().enumerate() {
        stage.browser.switch_to(tab).await;
        let words = format!("from tab {number}");
        stage
            .browser
            .run(
                "document.querySelector('#chat-text').value = argument;",
                json!(words),
            )
            .await;
        click(stage.browser, "#chat-form [type=submit]").await;
        until_text(stage.browser, "#messages", &words).await;
        select(stage.browser, "model").await;
        until_text(stage.browser, "#model-status", "[DONE]").await;
        assert_no_page_errors(stage).await;
    }
    for next in tabs.iter().rev().skip(1) {
        stage.browser.close_tab(next).await;
    }
}

async fn a_reload_keeps_the_person(stage: &mut Stage<'_>) {
    open_stream(stage, "chat").await;
    until_text(stage.browser, "#people", "(you)").await;
    let people = text(stage.browser, "#people").await;
    stage.browser.reload().await;
    until_text(stage.browser, "#people", &people).await;
    // Another tab is the same person, and a page with another storage is another one.
    let first = stage.browser.tab().await;
    let second = stage.browser.open_tab().await;
    open_stream(stage, "chat").await;
    until_text(stage.browser, "#people", &people).await;
    assert_eq!(text(stage.browser, "#people-count").await, "1");
    stage.browser.open_tab().await;
    open_panel_of(stage, stage.server.second_origin(), "chat").await;
    until_text(stage.browser, "#people-count", "2").await;
    stage.browser.close_tab(&second).await;
    until_text(stage.browser, "#people-count", "1").await;
    stage.browser.close_tab(&first).await;
    assert_eq!(text(stage.browser, "#people").await, people);
}

async fn hostile_data_stays_text_in_every_panel(stage: &mut Stage<'_>) {
    let browser = stage.browser;
    for (panel, place) in [
        ("prices", "#happenings"),
        ("chat", "#messages"),
        ("game", "#moves"),
        ("log", "#lines"),
        ("model", "#conversation"),
    ] {
        open_panel(stage, panel).await;
        if panel == "model" {
            ask(browser, HESITATE).await;
        }
        browser.until(OPEN).await;
        browser
            .until("document.querySelector('#events').textContent !== '0'")
            .await;
        let elements = "return document.querySelectorAll('img, script, iframe, b, svg, [onclick], [onload], [onerror]').length;";
        let before = browser.run(elements, Value::Null).await;
        if panel == "log" {
            // Without this other lines would soon replace it.
            focus(browser, "#filter").await;
            browser.type_keys("mallory").await;
        }
        press(browser, "hostile").await;
        until_text(browser, place, "<img src=x onerror=").await;
        until_text(browser, place, "<script>document.title='injected'</script>").await;
        let after = browser.run(elements, Value::Null).await;
        // Each row of the prices has an image, and rows may have been added meanwhile.
        if panel != "prices" {
            assert_eq!(after, before, "{panel}");
        }
        let markup = "return document.querySelectorAll('main img, main script, main iframe, main b, [onerror]').length;";
        assert_eq!(browser.run(markup, Value::Null).await, 0, "{panel}");
        let title = browser.run("return document.title;", Value::Null).await;
        assert!(
            title
                .as_str()
                .is_some_and(|title| title.ends_with("– typed-eventsource")),
            "{title}"
        );
        assert_no_page_errors(stage).await;
    }
    press(browser, "drop").await;
    until_text(browser, "#model-status", "[DONE]").await;
}

async fn each_panel_shows_the_code_that_it_runs(stage: &mut Stage<'_>) {
    open_panel(stage, "prices").await;
    for panel in PANELS {
        select(stage.browser, panel).await;
        until_text(stage.browser, "#code-path", &format!("feeds/{panel}.js")).await;
        until_text(stage.browser, "#code", "new EventSource(").await;
    }
    assert_no_page_errors(stage).await;
}
