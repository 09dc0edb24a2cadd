//! The playground: what is chosen is what the source does, what the URL has, and what the code says.

use serde_json::{Value, json};
use typed_eventsource_e2e::{Browser, Key};

use super::{
    OPEN, WAITING, assert_no_page_errors, click, focus, press, text, until_noted, until_text,
};
use crate::{Stage, tests};

tests! {
    the_source_does_what_is_chosen_as_the_server_sees_it,
    a_copied_url_has_all_choices,
    the_code_follows_the_choices_in_both_languages,
    faults_are_on_the_time_line,
    the_parts_of_a_url_that_are_not_understood_are_named_and_the_rest_is_used,
    a_value_that_a_field_does_not_take_is_said_and_not_used,
    faults_are_moved_and_removed_by_the_keyboard,
    a_run_can_be_closed_and_run_again,
}

const CLOSED: &str = "document.querySelector('#badge').dataset.state === 'closed'";

/// What the page shows of its state.
const SHOWN: &str = "return {
    fields: [...document.querySelectorAll('[id^=field-]')].map(({ id, value, checked }) => [id, value, checked]),
    faults: [...document.querySelectorAll('#plan li')].map((entry) => entry.dataset.fault),
    typescript: document.querySelector('#code-typescript').textContent,
    rust: document.querySelector('#code-rust').textContent,
};";

async fn open(stage: &Stage<'_>, fragment: &str) {
    // Without another page between, another fragment would not load the page again.
    stage.browser.goto("about:blank").await;
    stage.goto(&format!("/playground/#{fragment}")).await;
    stage.watch_for_errors().await;
    stage
        .browser
        .until("document.querySelector('#code-rust')?.textContent")
        .await;
}

/// Gives a field another value, as a person does.
async fn choose(browser: &Browser, field: &str, value: &str) {
    let choose = "const control = document.getElementById(`field-${argument[0]}`);
        control.value = argument[1];
        control.dispatchEvent(new Event('change', { bubbles: true }));";
    browser.run(choose, json!([field, value])).await;
}

/// The attempts that the server saw in this run, once there are this many.
async fn seen(browser: &Browser, attempts: usize) -> Vec<Value> {
    let ask = "const script = document.querySelector('#stream-url').textContent.replace('/streams/', '/scripts/');
        for (;;) {
            const answer = await fetch(`${script}/seen?attempts=${argument}`);
            if (answer.ok) return (await answer.json()).attempts;
        }";
    let seen = browser.run(ask, json!(attempts)).await;
    seen.as_array().expect("a list").clone()
}

async fn the_source_does_what_is_chosen_as_the_server_sees_it(stage: &mut Stage<'_>) {
    let browser = stage.browser;
    open(stage, "transport=fetch&preset=browser&faults=503").await;
    browser.until(CLOSED).await;
    assert_eq!(seen(browser, 1).await.len(), 1);

    choose(browser, "preset", "resilient").await;
    browser.until(OPEN).await;
    assert_eq!(text(browser, "#tries").await, "2");
    assert_eq!(seen(browser, 2).await.len(), 2);

    press(browser, "lost").await;
    choose(browser, "initial", "10").await;
    until_noted(browser, "price", "4: ").await;
    let attempts = seen(browser, 3).await;
    assert_eq!(attempts[2]["headers"]["last-event-id"], "3");

    click(browser, "#field-resumeParameter").await;
    until_noted(browser, "price", "4: ").await;
    let attempts = seen(browser, 3).await;
    let path = attempts[2]["path"].as_str().expect("a path");
    assert!(path.ends_with("?lastEventId=3"), "{path}");

    choose(browser, "transport", "browser").await;
    until_text(browser, "#transport", "EventSource").await;
    until_noted(browser, "price", "4: ").await;
    // The browser's own source shows no status of a refusal.
    until_noted(browser, "given-up", "gave up").await;
    assert!(seen(browser, 3).await.len() >= 3);
    assert_no_page_errors(stage).await;
}

async fn a_copied_url_has_all_choices(stage: &mut Stage<'_>) {
    let browser = stage.browser;
    open(stage, "").await;
    for (field, value) in [
        ("preset", "close-on-error"),
        ("maxAttempts", "7"),
        ("opening-then", "keep-waiting"),
        ("opening", "2500"),
        ("retryStatuses", "401, 503"),
        ("givenUp", "reopen"),
        ("retry", "20"),
    ] {
        choose(browser, field, value).await;
    }
    click(browser, "#field-jitter").await;
    click(browser, "#field-failureEvent").await;
    for fault in ["gap", "busy"] {
        press(browser, fault).await;
    }
    let before = browser.run(SHOWN, Value::Null).await;
    let url = browser
        .run("return document.querySelector('#url').value;", Value::Null)
        .await;
    let url = url.as_str().expect("a URL").to_owned();
    assert!(url.contains("opening=2500,keep-waiting"), "{url}");
    assert!(url.ends_with("malformed,silent,gap,busy"), "{url}");

    let first = browser.tab().await;
    browser.open_tab().await;
    browser.goto(&url).await;
    stage.watch_for_errors().await;
    browser
        .until("document.querySelector('#code-rust')?.textContent")
        .await;
    assert_eq!(browser.run(SHOWN, Value::Null).await, before);
    let is_hidden = "return document.querySelector('#not-understood').hidden && location.href;";
    assert_eq!(browser.run(is_hidden, Value::Null).await, json!(url));
    assert_no_page_errors(stage).await;
    browser.close_tab(&first).await;
}

async fn the_code_follows_the_choices_in_both_languages(stage: &mut Stage<'_>) {
    let browser = stage.browser;
    open(stage, "transport=browser").await;
    let typescript = text(browser, "#code-typescript").await;
    assert!(
        typescript.contains("new EventSource<Feed>(\"/prices\");"),
        "{typescript}"
    );
    choose(browser, "transport", "fetch").await;
    choose(browser, "idle", "4000").await;
    until_text(browser, "#code-typescript", "transport: \"fetch\"").await;
    until_text(
        browser,
        "#code-typescript",
        "idle: { after: 4_000, then: \"close\" }",
    )
    .await;
    // The panel of Rust is reached by the keyboard.
    focus(browser, "#tab-typescript").await;
    browser.type_keys(&char::from(Key::Right).to_string()).await;
    browser
        .until("document.querySelector('#panel-typescript').hidden && !document.querySelector('#panel-rust').hidden")
        .await;
    until_text(browser, "#code-rust", ".fetch(Fetch::new())").await;
    until_text(
        browser,
        "#code-rust",
        ".on_idle(Duration::from_millis(4_000), LimitAction::Close)",
    )
    .await;
    choose(browser, "idle", "").await;
    browser
        .until("!document.querySelector('#code-rust').textContent.includes('on_idle')")
        .await;
    assert_no_page_errors(stage).await;
}

async fn faults_are_on_the_time_line(stage: &mut Stage<'_>) {
    let browser = stage.browser;
    open(
        stage,
        "transport=fetch&preset=resilient&initial=300&jitter=no&faults=lost,503,malformed",
    )
    .await;
    for mark in [
        "[data-kind=attempt][data-label=opened]",
        "[data-kind=attempt][data-label=refused]",
        "[data-kind=event][data-label=price]",
        "[data-kind=error][data-label=connection-lost]",
        "[data-kind=error][data-label=status]",
        "[data-kind=error][data-label=decode]",
        "[data-state=waiting]",
        "[data-state=open]",
    ] {
        browser
            .until(&format!("document.querySelector('#timeline {mark}')"))
            .await;
    }
    until_noted(browser, "refused", "reconnection: refused 503").await;
    until_text(browser, "#attempts [data-outcome=refused] .outcome", "503").await;
    // Marks are in the order in which things happened.
    let places = "const place = (mark) => Number(document.querySelector(`#timeline ${mark}`).getAttribute('x'));
        return [place('[data-label=connection-lost]'), place('[data-label=status]'), place('[data-label=decode]')];";
    let places = browser.run(places, Value::Null).await;
    let at = |index: usize| places[index].as_f64().expect("a number");
    assert!(at(0) < at(1) && at(1) < at(2), "{places}");
    assert_no_page_errors(stage).await;
}

async fn the_parts_of_a_url_that_are_not_understood_are_named_and_the_rest_is_used(
    stage: &mut Stage<'_>,
) {
    let browser = stage.browser;
    open(
        stage,
        "transport=fetch&preset=brave&colour=%3Cb%3Ered&idle=5000,reopen&faults=lost,lightning&%E0%A4%A",
    )
    .await;
    for words in [
        "preset cannot be “brave”",
        "“colour” is unknown",
        "no fault “lightning”",
    ] {
        until_text(browser, "#not-understood", words).await;
    }
    browser
        .until("!document.querySelector('#not-understood').hidden")
        .await;
    let shown = browser.run(SHOWN, Value::Null).await;
    assert_eq!(shown["faults"], json!(["lost"]));
    until_text(
        browser,
        "#code-typescript",
        "idle: { after: 5_000, then: \"reopen\" }",
    )
    .await;
    browser.until(OPEN).await;
    // Another choice makes a URL that is understood.
    choose(browser, "preset", "resilient").await;
    browser
        .until("document.querySelector('#not-understood').hidden")
        .await;
    let hash = browser.run("return location.hash;", Value::Null).await;
    assert_eq!(
        hash,
        "#transport=fetch&preset=resilient&idle=5000,reopen&faults=lost"
    );
    // A URL that is edited by hand is read again.
    browser
        .run(
            "location.hash = 'transport=browser&faults=204,fog';",
            Value::Null,
        )
        .await;
    until_text(browser, "#not-understood", "no fault “fog”").await;
    until_text(browser, "#transport", "EventSource").await;
    assert_no_page_errors(stage).await;
}

async fn a_value_that_a_field_does_not_take_is_said_and_not_used(stage: &mut Stage<'_>) {
    let browser = stage.browser;
    open(stage, "transport=fetch").await;
    choose(browser, "maxAttempts", "1001").await;
    until_text(browser, "#problem-maxAttempts", "a number from 0 to 1000").await;
    choose(browser, "retryStatuses", "all of them").await;
    until_text(browser, "#problem-retryStatuses", "Not used").await;
    let hash = "return location.hash;";
    assert_eq!(
        browser.run(hash, Value::Null).await,
        "#transport=fetch&preset=browser"
    );
    choose(browser, "maxAttempts", "1000").await;
    browser
        .until("document.querySelector('#problem-maxAttempts').textContent === ''")
        .await;
    assert_eq!(
        browser.run(hash, Value::Null).await,
        "#transport=fetch&preset=browser&maxAttempts=1000"
    );
    assert_no_page_errors(stage).await;
}

async fn faults_are_moved_and_removed_by_the_keyboard(stage: &mut Stage<'_>) {
    let browser = stage.browser;
    open(stage, "transport=fetch&faults=lost,503,gap").await;
    let faults =
        "return [...document.querySelectorAll('#plan li')].map((entry) => entry.dataset.fault);";
    let enter = char::from(Key::Enter).to_string();
    focus(browser, "#plan li:nth-child(3) button").await;
    browser.type_keys(&enter).await;
    assert_eq!(
        browser.run(faults, Value::Null).await,
        json!(["lost", "gap", "503"])
    );
    // The focus stays with the fault that has moved.
    browser.type_keys(&enter).await;
    assert_eq!(
        browser.run(faults, Value::Null).await,
        json!(["gap", "lost", "503"])
    );
    focus(browser, "#plan li:nth-child(2) .remove").await;
    for left in [json!(["gap", "503"]), json!(["gap"]), json!([null])] {
        browser.type_keys(&enter).await;
        assert_eq!(browser.run(faults, Value::Null).await, left);
    }
    browser.until("document.activeElement.id === 'plan'").await;
    focus(browser, "#finish").await;
    browser.type_keys(&enter).await;
    until_text(browser, "#plan-status", "Added: Finish").await;
    assert_eq!(browser.run(faults, Value::Null).await, json!(["finish"]));
    assert_no_page_errors(stage).await;
}

async fn a_run_can_be_closed_and_run_again(stage: &mut Stage<'_>) {
    let browser = stage.browser;
    open(
        stage,
        "transport=fetch&preset=resilient&initial=600000&jitter=no&faults=503",
    )
    .await;
    browser.until(WAITING).await;
    press(browser, "toggle").await;
    until_noted(browser, "state", "closed: as you asked").await;
    press(browser, "toggle").await;
    browser.until(WAITING).await;
    assert_eq!(text(browser, "#tries").await, "1");
    assert_eq!(seen(browser, 1).await.len(), 1);
    assert_no_page_errors(stage).await;
}
