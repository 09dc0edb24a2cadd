//! The chat room, in two tabs.

use serde_json::{Value, json};
use typed_eventsource_e2e::{Browser, Key};

use super::{
    OPEN, WAITING, assert_no_page_errors, focus, open_stream, press, text, until_noted, until_text,
};
use crate::{Stage, cause_fault, tests};

tests! {
    two_tabs_exchange_messages,
    a_name_can_be_changed,
    a_message_that_is_sent_while_the_source_is_closed_or_waits_is_shown_later,
    a_message_that_is_refused_stays_in_the_input,
    no_message_is_missing_after_a_restart_of_the_server,
}

/// Sends a message by the keyboard.
async fn say(browser: &Browser, words: &str) {
    focus(browser, "#chat-text").await;
    browser
        .type_keys(&format!("{words}{}", char::from(Key::Enter)))
        .await;
}

/// The messages, in the order in which they are shown.
async fn messages(browser: &Browser) -> Value {
    let texts = "return [...document.querySelectorAll('#messages .message .text')].map((text) => text.textContent);";
    browser.run(texts, Value::Null).await
}

async fn two_tabs_exchange_messages(stage: &mut Stage<'_>) {
    let browser = stage.browser;
    open_stream(stage, "chat").await;
    until_text(browser, "#people-count", "1").await;
    say(browser, "Is anybody there?").await;
    until_text(
        browser,
        "#messages .message[data-kind=own]",
        "Is anybody there?",
    )
    .await;
    let value = "return document.querySelector('#chat-text').value;";
    browser
        .until("document.querySelector('#chat-text').value === ''")
        .await;

    let first = browser.tab().await;
    let second = browser.open_tab().await;
    open_stream(stage, "chat").await;
    until_text(
        browser,
        "#messages .message[data-kind=other]",
        "Is anybody there?",
    )
    .await;
    until_text(browser, "#people-count", "2").await;
    say(browser, "Yes <b>me</b>").await;
    until_text(
        browser,
        "#messages .message[data-kind=own]",
        "Yes <b>me</b>",
    )
    .await;
    assert_no_page_errors(stage).await;

    browser.switch_to(&first).await;
    until_text(
        browser,
        "#messages .message[data-kind=other]",
        "Yes <b>me</b>",
    )
    .await;
    until_text(browser, "#messages .notice", "has joined").await;
    assert_eq!(
        messages(browser).await,
        json!(["Is anybody there?", "Yes <b>me</b>"])
    );
    browser.switch_to(&second).await;
    browser.close_tab(&first).await;
    until_text(browser, "#messages .notice:last-child", "has left").await;
    until_text(browser, "#people-count", "1").await;
    assert_eq!(browser.run(value, Value::Null).await, "");
    assert_no_page_errors(stage).await;
}

async fn a_name_can_be_changed(stage: &mut Stage<'_>) {
    open_stream(stage, "chat").await;
    until_text(stage.browser, "#people", "(you)").await;
    say(stage.browser, "before").await;
    until_text(stage.browser, "#messages", "before").await;
    stage
        .browser
        .run(
            "const name = document.querySelector('#chat-name');
             name.value = 'Äda <i>';
             name.dispatchEvent(new Event('change'));",
            Value::Null,
        )
        .await;
    until_text(stage.browser, "#people", "Äda <i> (you)").await;
    say(stage.browser, "after").await;
    until_text(
        stage.browser,
        "#messages .message:last-child .author",
        "Äda <i>",
    )
    .await;
    assert_eq!(messages(stage.browser).await, json!(["before", "after"]));
    assert_no_page_errors(stage).await;
}

/// Sends a message as another person, by a request.
async fn somebody_says(browser: &Browser, words: &str) {
    let status = browser
        .run(
            "const answer = await fetch('/demo/chat', {
                 method: 'POST',
                 headers: { 'Content-Type': 'application/json' },
                 body: JSON.stringify({ client: 'somebody', name: 'Somebody', text: argument }),
             });
             return answer.status;",
            words.into(),
        )
        .await;
    assert_eq!(status, 204);
}

async fn a_message_that_is_sent_while_the_source_is_closed_or_waits_is_shown_later(
    stage: &mut Stage<'_>,
) {
    open_stream(stage, "chat").await;
    somebody_says(stage.browser, "one").await;
    until_text(stage.browser, "#messages", "one").await;
    press(stage.browser, "toggle").await;
    until_noted(stage.browser, "state", "closed: as you asked").await;
    somebody_says(stage.browser, "two").await;
    somebody_says(stage.browser, "three").await;
    press(stage.browser, "toggle").await;
    until_text(stage.browser, "#messages", "three").await;
    press(stage.browser, "unavailable").await;
    // The stream stays unavailable until the fault is set to 0 attempts.
    cause_fault(stage.browser, "unavailable?stream=chat&attempts=1000").await;
    stage.browser.until(WAITING).await;
    somebody_says(stage.browser, "four").await;
    cause_fault(stage.browser, "unavailable?stream=chat&attempts=0").await;
    stage.browser.until(OPEN).await;
    until_text(stage.browser, "#messages", "four").await;
    assert_eq!(
        messages(stage.browser).await,
        json!(["one", "two", "three", "four"])
    );
    assert_no_page_errors(stage).await;
}

async fn a_message_that_is_refused_stays_in_the_input(stage: &mut Stage<'_>) {
    open_stream(stage, "chat").await;
    // This sends messages until the server refuses one as too fast. On a busy machine that takes more than the few messages that
    // the server takes at once.
    let speak = r#"
        const [form, text, status] = ["form", "text", "status"].map((part) => document.querySelector(`#chat-${part}`));
        let last;
        for (let number = 0; status.textContent === ""; number += 1) {
            text.value = last = `quick ${number}`;
            form.requestSubmit();
            while (text.value !== "" && status.textContent === "") await new Promise((resolve) => setTimeout(resolve));
        }
        return last;
    "#;
    let last = stage.browser.run(speak, Value::Null).await;
    until_text(stage.browser, "#chat-status", "That was too fast").await;
    let value = stage
        .browser
        .run(
            "return document.querySelector('#chat-text').value;",
            Value::Null,
        )
        .await;
    assert_eq!(value, last);
    assert_no_page_errors(stage).await;
}

async fn no_message_is_missing_after_a_restart_of_the_server(stage: &mut Stage<'_>) {
    stage.keep_state("chat-restart").await;
    open_stream(stage, "chat").await;
    say(stage.browser, "one").await;
    until_text(stage.browser, "#messages", "one").await;
    somebody_says(stage.browser, "two").await;
    stage.restart_after(WAITING).await;
    // This message is sent before the page has reconnected.
    somebody_says(stage.browser, "three").await;
    stage.browser.until(OPEN).await;
    until_text(stage.browser, "#messages", "three").await;
    say(stage.browser, "four").await;
    until_text(stage.browser, "#messages", "four").await;
    assert_eq!(
        messages(stage.browser).await,
        json!(["one", "two", "three", "four"])
    );
    let ids = "return [...document.querySelectorAll('#messages .message')].map((message) => message.dataset.id);";
    assert_eq!(
        stage.browser.run(ids, Value::Null).await,
        json!(["1", "2", "3", "4"])
    );
    assert_eq!(text(stage.browser, "#people-count").await, "1");
    // A tab that opens now gets all messages.
    stage.browser.reload().await;
    until_text(stage.browser, "#messages", "four").await;
    assert_eq!(
        messages(stage.browser).await,
        json!(["one", "two", "three", "four"])
    );
}
