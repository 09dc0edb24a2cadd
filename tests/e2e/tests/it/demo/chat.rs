//! The chat room: two persons, and two tabs of one person.

use serde_json::{Value, json};
use typed_eventsource_e2e::{Browser, Key};
use typed_eventsource_server::client::{Response, get};

use super::{
    OPEN, WAITING, assert_no_page_errors, focus, open_panel_of, open_stream, press, select, text,
    until_noted, until_text,
};
use crate::{Stage, cause_fault, tests};

tests! {
    two_persons_exchange_messages,
    two_tabs_are_one_person_with_one_connection,
    a_name_that_is_changed_in_one_tab_is_changed_in_the_other,
    a_tab_shows_what_was_said_while_its_panel_was_hidden,
    a_tab_shows_more_messages_than_the_stream_of_a_new_client_begins_with,
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

/// Waits until these are the messages, each once and in this order.
async fn until_messages(browser: &Browser, expected: &Value) {
    browser
        .until(&format!(
            "document.querySelectorAll('#messages .message').length >= {}",
            expected.as_array().map_or(0, Vec::len)
        ))
        .await;
    assert_eq!(messages(browser).await, *expected);
}

/// How many streams of the chat are open: the server has 64 places, and this takes those that are left.
async fn open_streams(stage: &Stage<'_>) -> usize {
    let url = format!(
        "{}/demo/chat?client=counter&name=Counter",
        stage.server.origin()
    );
    let mut taken: Vec<Response> = Vec::new();
    loop {
        let stream = get(&url).await.expect("a response");
        match stream.status {
            200 => taken.push(stream),
            503 => return 64 - taken.len(),
            status => panic!("the server answers {status}"),
        }
    }
}

async fn two_persons_exchange_messages(stage: &mut Stage<'_>) {
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
    open_panel_of(stage, stage.server.second_origin(), "chat").await;
    browser.until(OPEN).await;
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

async fn two_tabs_are_one_person_with_one_connection(stage: &mut Stage<'_>) {
    let browser = stage.browser;
    open_stream(stage, "chat").await;
    until_text(browser, "#chat-sharing", "Open a second tab").await;
    say(browser, "one").await;
    until_text(browser, "#messages", "one").await;
    somebody_says(browser, "two").await;
    let first = browser.tab().await;
    let second = browser.open_tab().await;
    open_stream(stage, "chat").await;
    // This tab joins the open connection, and has what was said before.
    until_messages(browser, &json!(["one", "two"])).await;
    say(browser, "three").await;
    for tab in [&first, &second] {
        browser.switch_to(tab).await;
        until_messages(browser, &json!(["one", "two", "three"])).await;
        until_text(browser, "#chat-sharing", "2 tabs share one connection").await;
        until_text(browser, "#sharing-tabs", "2").await;
        assert_eq!(text(browser, "#people-count").await, "1");
        let kinds = "return [...document.querySelectorAll('#messages .message')].map((message) => message.dataset.kind);";
        assert_eq!(
            browser.run(kinds, Value::Null).await,
            json!(["own", "other", "own"])
        );
        assert_no_page_errors(stage).await;
    }
    assert_eq!(open_streams(stage).await, 1);
    browser.close_tab(&first).await;
    until_text(browser, "#chat-sharing", "Open a second tab").await;
    say(browser, "four").await;
    until_messages(browser, &json!(["one", "two", "three", "four"])).await;
    assert_no_page_errors(stage).await;
}

async fn a_name_that_is_changed_in_one_tab_is_changed_in_the_other(stage: &mut Stage<'_>) {
    let browser = stage.browser;
    open_stream(stage, "chat").await;
    let first = browser.tab().await;
    browser.open_tab().await;
    open_stream(stage, "chat").await;
    until_text(browser, "#chat-sharing", "2 tabs share one connection").await;
    change_name(browser, "Zoë").await;
    until_text(browser, "#people", "Zoë (you)").await;
    let second = browser.tab().await;
    browser.switch_to(&first).await;
    browser
        .until("document.querySelector('#chat-name').value === 'Zoë'")
        .await;
    until_text(browser, "#people", "Zoë (you)").await;
    // Both have opened the source of the new URL.
    until_text(browser, "#chat-sharing", "2 tabs share one connection").await;
    say(browser, "hello").await;
    for tab in [&first, &second] {
        browser.switch_to(tab).await;
        until_text(browser, "#messages .message .author", "Zoë").await;
        assert_eq!(messages(browser).await, json!(["hello"]));
        assert_eq!(text(browser, "#people-count").await, "1");
        assert_no_page_errors(stage).await;
    }
    browser.close_tab(&first).await;
}

async fn a_tab_shows_what_was_said_while_its_panel_was_hidden(stage: &mut Stage<'_>) {
    let browser = stage.browser;
    open_stream(stage, "chat").await;
    somebody_says(browser, "one").await;
    until_text(browser, "#messages", "one").await;
    let first = browser.tab().await;
    // The other tab keeps the connection, so that this one joins it later and is sent nothing of before.
    let second = browser.open_tab().await;
    open_stream(stage, "chat").await;
    browser.switch_to(&first).await;
    select(browser, "log").await;
    browser.switch_to(&second).await;
    until_text(browser, "#chat-sharing", "Open a second tab").await;
    somebody_says(browser, "two").await;
    somebody_says(browser, "three").await;
    until_messages(browser, &json!(["one", "two", "three"])).await;
    browser.switch_to(&first).await;
    select(browser, "chat").await;
    until_messages(browser, &json!(["one", "two", "three"])).await;
    assert_no_page_errors(stage).await;
    browser.switch_to(&second).await;
    browser.close_tab(&first).await;
}

async fn a_tab_shows_more_messages_than_the_stream_of_a_new_client_begins_with(
    stage: &mut Stage<'_>,
) {
    let browser = stage.browser;
    open_stream(stage, "chat").await;
    somebody_says(browser, "0").await;
    until_text(browser, "#messages", "0").await;
    select(browser, "log").await;
    // The stream of a new client begins with 50 messages. Each of these has another sender, since the server limits what one sends;
    // what it refuses as too fast is sent again.
    let speak = r#"
        for (let number = 1; number <= 60; number += 1) {
            const message = { client: `sender-${number}`, name: "Somebody", text: String(number) };
            const request = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(message) };
            let status;
            do ({ status } = await fetch("/demo/chat", request));
            while (status === 429);
            if (status !== 204) return status;
        }
        return 204;
    "#;
    assert_eq!(browser.run(speak, Value::Null).await, 204);
    select(browser, "chat").await;
    let all: Vec<String> = (0..=60).map(|number: u8| number.to_string()).collect();
    until_messages(browser, &json!(all)).await;
    assert_no_page_errors(stage).await;
}

/// Gives the person another name, as by the keyboard.
async fn change_name(browser: &Browser, name: &str) {
    let change = "const name = document.querySelector('#chat-name');
        name.value = argument;
        name.dispatchEvent(new Event('change'));";
    browser.run(change, name.into()).await;
}

async fn a_name_can_be_changed(stage: &mut Stage<'_>) {
    open_stream(stage, "chat").await;
    until_text(stage.browser, "#people", "(you)").await;
    say(stage.browser, "before").await;
    until_text(stage.browser, "#messages", "before").await;
    change_name(stage.browser, "Äda <i>").await;
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
