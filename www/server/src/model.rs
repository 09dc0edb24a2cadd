//! `POST /demo/model`: a language model's answer, token by token. It has the form that servers of language models use: chunks of
//! a chat completion, then `[DONE]`.
//!
//! The model has a few texts; the stream is real. Its events have ids, and the same question has the same answer, so a
//! request with a `Last-Event-ID` continues after that token. If the prompt has the word "hesitate", the model falls silent after a
//! few tokens, and continues only in answer to such a request. This gives tests the time to interrupt an answer.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
    time::Duration,
};

use async_fn_stream::fn_stream;
use axum::{
    Json,
    extract::{Query, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use fastrand::Rng;
use futures_util::Stream;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use crate::{
    answers,
    channel::{Channel, Visitor},
    faults::{Faults, Injection},
    feed::Feed,
    rate::{Rate, Rates},
    request::{self, Refusal},
};

const MAX_MESSAGES: usize = 64;
const MAX_PROMPT: usize = 2_000;
/// The most clients whose last answers are remembered.
const MOST_CLIENTS: usize = 64;
/// How many chunks the model sends before it hesitates.
const BEFORE_HESITATION: usize = 12;
/// How long `ended` waits for the end of an answer.
const LONG_POLL: Duration = Duration::from_secs(5);

const FAULTS: Faults = Faults {
    malformed: &[
        Injection::plain("message", r#"{"choices":[{"delta":{"content":"#),
        Injection::plain("message", r#"{"choices":[{"delta":{"content":42}}]}"#),
    ],
    hostile: &[Injection::plain(
        "message",
        r#"{"choices":[{"index":0,"delta":{"content":" <img src=x onerror=\"document.title='injected'\"><script>document.title='injected'</script> "},"finish_reason":null}]}"#,
    )],
    farewell: "data: [DONE]\n\n",
};

/// The model, and how far the last answer to each client has come.
#[derive(Debug)]
pub(crate) struct Model {
    pub(crate) channel: Arc<Channel>,
    progress: watch::Sender<HashMap<String, Progress>>,
    rates: Rates,
}

/// How far an answer has come.
#[derive(Debug, Clone, Serialize)]
struct Progress {
    /// How many tokens were sent.
    tokens: usize,
    /// How many tokens the whole answer has.
    of: usize,
    #[serde(skip)]
    has_ended: bool,
}

impl Model {
    pub(crate) fn start(stop: CancellationToken) -> Arc<Self> {
        let feed = Feed::new(0, 0, 0);
        Arc::new(Self {
            channel: Arc::new(Channel::new(feed, FAULTS, stop)),
            progress: watch::Sender::default(),
            rates: Rates {
                each: Rate::new(6, 0.5),
                all: Rate::new(30, 5.0),
            },
        })
    }

    fn note(&self, client: &str, progress: Progress) {
        self.progress.send_modify(|all| {
            if all.len() >= MOST_CLIENTS && !all.contains_key(client) {
                all.retain(|_, progress| !progress.has_ended);
            }
            if all.len() < MOST_CLIENTS || all.contains_key(client) {
                all.insert(client.to_owned(), progress);
            }
        });
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct Question {
    client: String,
    messages: Vec<Message>,
    stream: bool,
}

#[derive(Debug, Deserialize)]
struct Message {
    role: Role,
    content: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Role {
    System,
    User,
    Assistant,
}

/// Answers a question with a stream of tokens.
pub(crate) async fn complete(
    State(model): State<Arc<Model>>,
    mut visitor: Visitor,
    Json(question): Json<Question>,
) -> Result<Response, Refusal> {
    let prompt = checked_prompt(&question)?;
    let client = question.client;
    visitor.client = Some(client.clone());
    let last_id = visitor.last_id;
    let admission = model.channel.admit(visitor)?;
    if last_id.is_none() {
        model.rates.take(&client)?;
    }
    let chunks = chunks(&prompt);
    let received = usize::try_from(last_id.unwrap_or(0)).unwrap_or(usize::MAX);
    let hesitates = last_id.is_none() && prompt.to_lowercase().contains("hesitate");
    let answer = Answer {
        model: Arc::clone(&model),
        client,
        next: received.min(chunks.len()),
        silent_at: hesitates.then_some(BEFORE_HESITATION),
        chunks,
        pace: Rng::with_seed(seed(&prompt)),
    };
    answer.note(false);
    let subscription = model.channel.feed.subscribe(None);
    Ok(model
        .channel
        .answer(admission, subscription, [], answer.into_stream()))
}

/// Checks a question, and returns its prompt: the last message, which has to be of the user.
fn checked_prompt(question: &Question) -> Result<String, Refusal> {
    request::client(&question.client)?;
    if !question.stream {
        return Err(Refusal::unprocessable(
            "`stream` has to be true: this model does nothing else.",
        ));
    }
    if question.messages.len() > MAX_MESSAGES {
        let sentence = format!("{MAX_MESSAGES} messages are the most.");
        return Err(Refusal::unprocessable(sentence));
    }
    match question.messages.last() {
        Some(Message {
            role: Role::User,
            content,
        }) => prompt(content),
        _ => Err(Refusal::unprocessable(
            "The last message has to be of the role `user`.",
        )),
    }
}

/// Joins the lines of a prompt, and checks it.
fn prompt(content: &str) -> Result<String, Refusal> {
    let words: Vec<_> = content.split_whitespace().collect();
    request::text("prompt", &words.join(" "), MAX_PROMPT)
}

fn seed(prompt: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    prompt.hash(&mut hasher);
    hasher.finish()
}

/// The events of the whole answer to a prompt. The first has the id 1.
fn chunks(prompt: &str) -> Vec<Bytes> {
    let id = format!("chatcmpl-{:016x}", seed(prompt));
    let begin = (json!({ "role": "assistant" }), None);
    let tokens = answers::tokens(prompt).into_iter();
    let tokens = tokens.map(|token| (json!({ "content": token }), None));
    let end = (json!({}), Some("stop"));
    let chunk = |(number, (delta, finish_reason))| {
        let chunk = json!({
            "id": id,
            "object": "chat.completion.chunk",
            "model": "canned-1",
            "choices": [{ "index": 0, "delta": delta, "finish_reason": finish_reason }],
        });
        format!("id: {number}\ndata: {chunk}\n\n").into()
    };
    let all = [begin].into_iter().chain(tokens).chain([end]);
    (1..).zip(all).map(chunk).collect()
}

/// An answer that is being sent.
struct Answer {
    model: Arc<Model>,
    client: String,
    chunks: Vec<Bytes>,
    next: usize,
    /// The chunk before which the answer falls silent.
    silent_at: Option<usize>,
    /// Decides the pause before each chunk.
    pace: Rng,
}

impl Answer {
    fn into_stream(mut self) -> impl Stream<Item = Bytes> {
        fn_stream(|emitter| async move {
            while let Some(chunk) = self.chunks.get(self.next).cloned() {
                if self.silent_at == Some(self.next) {
                    std::future::pending::<()>().await;
                }
                sleep(Duration::from_millis(self.pace.u64(15..60))).await;
                self.next += 1;
                self.note(false);
                emitter.emit(chunk).await;
            }
            emitter.emit(Bytes::from_static(b"data: [DONE]\n\n")).await;
        })
    }

    fn note(&self, has_ended: bool) {
        // The first chunk names the role, and the last one the end: neither is a token.
        let of = self.chunks.len().saturating_sub(2);
        let tokens = self.next.saturating_sub(1).min(of);
        let progress = Progress {
            tokens,
            of,
            has_ended,
        };
        self.model.note(&self.client, progress);
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        // The answer is complete, the client has gone, or the server stops.
        self.note(true);
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct EndedQuery {
    #[serde(default)]
    client: String,
}

/// Tells how far a client's last answer has come, once that answer has ended or the wait is over.
pub(crate) async fn ended(
    State(model): State<Arc<Model>>,
    Query(EndedQuery { client }): Query<EndedQuery>,
) -> Result<impl IntoResponse, Refusal> {
    request::client(&client)?;
    let mut changes = model.progress.subscribe();
    let mut last = None;
    let ended = changes.wait_for(|all| {
        last = all.get(&client).cloned();
        last.as_ref().is_none_or(|progress| progress.has_ended)
    });
    let stop = &model.channel.stop;
    let stopped = stop.run_until_cancelled(timeout(LONG_POLL, ended)).await;
    // `last` has the newest state, also if the wait has timed out.
    drop(stopped);
    let progress = last.ok_or_else(|| {
        let sentence = "This client has had no answer yet.";
        Refusal::new(StatusCode::NOT_FOUND, sentence)
    })?;
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(progress)))
}
