//! The language model, which answers a POST token by token.

use serde_json::json;
use typed_eventsource_e2e::{Browser, Key};

use super::{
    OPEN, WAITING, assert_no_page_errors, click, focus, open_panel, press, text, until_noted,
    until_text,
};
use crate::{Stage, tests};

tests! {
    an_answer_loses_no_token_when_its_connection_is_lost,
    an_answer_can_be_stopped_and_the_server_notices,
    an_answer_is_complete_after_a_503_and_malformed_data,
    the_server_can_finish_early,
    a_refusal_is_shown,
    an_answer_continues_after_a_restart_of_the_server,
}

const ANSWER: &str = "#conversation .message:last-child .text";
const POEM: &str = "One line held open,\nwords fall through it one by one.\nThe last one says: done.\n\nShall I go on?\n\
    The wire hums, and so do I,\na token, then a token more,\nuntil you stop me at the door.";

/// A prompt whose answer is the poem. The answer falls silent after its first words, until the connection is lost.
pub(crate) const HESITATE: &str = "A poem, but hesitate!";

/// Asks by the keyboard.
pub(crate) async fn ask(browser: &Browser, prompt: &str) {
    focus(browser, "#prompt").await;
    browser
        .type_keys(&format!("{prompt}{}", char::from(Key::Enter)))
        .await;
}

async fn until_words(browser: &Browser) {
    browser
        .until(&format!(
            "document.querySelector({})?.textContent.length > 8",
            json!(ANSWER)
        ))
        .await;
}

/// Waits for the end of the answer, and asserts that the whole poem is shown.
async fn until_poem(browser: &Browser) {
    until_text(browser, "#model-status", "the server said [DONE]").await;
    assert_eq!(text(browser, ANSWER).await, POEM);
}

async fn an_answer_loses_no_token_when_its_connection_is_lost(stage: &mut Stage<'_>) {
    open_panel(stage, "model").await;
    until_text(stage.browser, "#badge-state", "Not open yet").await;
    ask(stage.browser, HESITATE).await;
    stage
        .browser
        .until("document.querySelector('#conversation[aria-busy=true]')")
        .await;
    stage.browser.until(OPEN).await;
    until_words(stage.browser).await;
    stage
        .browser
        .until("document.querySelector('#ask').disabled")
        .await;
    press(stage.browser, "drop").await;
    until_noted(stage.browser, "connection-lost", "was lost").await;
    until_poem(stage.browser).await;
    until_noted(stage.browser, "state", "closed: finished by the server").await;
    stage
        .browser
        .until("document.querySelector('#conversation[aria-busy=false]')")
        .await;
    // A conversation has more than one question.
    ask(stage.browser, "What is a WebSocket?").await;
    until_text(stage.browser, ANSWER, "A WebSocket talks both ways").await;
    until_text(stage.browser, "#model-status", "[DONE]").await;
    assert_no_page_errors(stage).await;
}

async fn an_answer_can_be_stopped_and_the_server_notices(stage: &mut Stage<'_>) {
    open_panel(stage, "model").await;
    ask(stage.browser, HESITATE).await;
    until_words(stage.browser).await;
    click(stage.browser, "#stop").await;
    until_text(
        stage.browser,
        "#model-status",
        "Stopped. The server saw the connection close after",
    )
    .await;
    let status = text(stage.browser, "#model-status").await;
    let numbers: Vec<u32> = status
        .split(' ')
        .filter_map(|word| word.parse().ok())
        .collect();
    assert!(
        matches!(numbers[..], [tokens, of] if tokens > 0 && tokens < of),
        "{status}"
    );
    assert!(POEM.starts_with(&text(stage.browser, ANSWER).await));
    until_noted(stage.browser, "state", "closed: as you asked").await;
    ask(stage.browser, "A poem!").await;
    until_poem(stage.browser).await;
    assert_no_page_errors(stage).await;
}

async fn an_answer_is_complete_after_a_503_and_malformed_data(stage: &mut Stage<'_>) {
    open_panel(stage, "model").await;
    ask(stage.browser, HESITATE).await;
    until_words(stage.browser).await;
    press(stage.browser, "malformed").await;
    until_noted(stage.browser, "decode", "event \"message\" is not JSON").await;
    until_noted(stage.browser, "validation", "content: expected a string").await;
    press(stage.browser, "unavailable").await;
    until_noted(stage.browser, "status", "status 503").await;
    until_poem(stage.browser).await;
    assert_no_page_errors(stage).await;
}

async fn the_server_can_finish_early(stage: &mut Stage<'_>) {
    open_panel(stage, "model").await;
    ask(stage.browser, HESITATE).await;
    until_words(stage.browser).await;
    press(stage.browser, "finish").await;
    until_text(stage.browser, "#model-status", "the server said [DONE]").await;
    assert!(text(stage.browser, ANSWER).await.len() < POEM.len());
    assert_no_page_errors(stage).await;
}

async fn a_refusal_is_shown(stage: &mut Stage<'_>) {
    open_panel(stage, "model").await;
    stage
        .browser
        .run(
            "const prompt = document.querySelector('#prompt');
             prompt.removeAttribute('maxlength');
             prompt.value = 'x'.repeat(2001);
             document.querySelector('#ask').click();",
            serde_json::Value::Null,
        )
        .await;
    until_text(
        stage.browser,
        "#model-status",
        "The prompt has 2001 characters, and 2000 are the most.",
    )
    .await;
    until_noted(stage.browser, "status", "status 422").await;
    assert_no_page_errors(stage).await;
}

async fn an_answer_continues_after_a_restart_of_the_server(stage: &mut Stage<'_>) {
    open_panel(stage, "model").await;
    ask(stage.browser, HESITATE).await;
    until_words(stage.browser).await;
    stage.restart_after(WAITING).await;
    until_poem(stage.browser).await;
    assert_no_page_errors(stage).await;
}
