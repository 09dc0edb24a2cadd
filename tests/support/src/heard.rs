//! What callbacks heard, for a test to wait for.

use super::transport::Transport;
use futures::{
    StreamExt,
    channel::mpsc::{UnboundedReceiver, unbounded},
};
use typed_eventsource::{Error, Event, EventSource, EventStream, Listener, Payload, State, Text};

/// What callbacks heard, in order. Dropping it stops listening.
#[derive(Debug)]
pub struct Heard<T> {
    receiver: UnboundedReceiver<T>,
    listeners: Vec<Listener>,
}

impl<T: 'static> Heard<T> {
    /// Something to call, and what it heard.
    pub fn new() -> (impl Fn(T) + Clone + 'static, Self) {
        let (sender, receiver) = unbounded();
        // The test may have stopped hearing.
        let hear = move |what| drop(sender.unbounded_send(what));
        let listeners = Vec::new();
        let heard = Self {
            receiver,
            listeners,
        };
        (hear, heard)
    }

    /// Waits for the next.
    pub async fn next(&mut self) -> T {
        let next = self.receiver.next().await;
        next.expect("called once more before the source lets go of the callback")
    }

    /// Waits for the next so many.
    pub async fn take(&mut self, count: usize) -> Vec<T> {
        self.receiver.by_ref().take(count).collect().await
    }

    /// Waits until the source has let go of the callbacks, after which they cannot be called any
    /// more, and tells what they had heard before.
    pub async fn rest(&mut self) -> Vec<T> {
        self.receiver.by_ref().collect().await
    }

    /// What was heard and not taken yet; does not wait.
    pub fn so_far(&mut self) -> Vec<T> {
        std::iter::from_fn(|| self.receiver.try_recv().ok()).collect()
    }
}

/// Hears the data of events of this name.
pub fn listen<T: Payload>(source: &EventSource, name: &str) -> Heard<T> {
    let (hear, mut heard) = Heard::new();
    let listener = source.on(name, move |event: Event<T>| hear(event.data));
    heard.listeners.push(listener.expect("a valid name"));
    heard
}

/// Hears what goes wrong.
pub fn errors(source: &EventSource) -> Heard<Error> {
    let (hear, mut heard) = Heard::new();
    let listener = source.on_error(hear);
    heard.listeners.push(listener);
    heard
}

/// Hears the changes of state.
pub fn states(source: &EventSource) -> Heard<State> {
    let (hear, mut heard) = Heard::new();
    heard.listeners.push(source.on_state(hear));
    heard
}

/// Hears everything, in words: events of these names as `name: data`.
pub fn journal(source: &EventSource, names: &[&str]) -> Heard<String> {
    let (hear, mut heard) = Heard::new();
    for name in names {
        let hear = hear.clone();
        let listener = source.on(name, move |event: Event<Text>| {
            hear(format!("{}: {}", event.name(), event.data));
        });
        heard.listeners.push(listener.expect("a valid name"));
    }
    let hear_error = hear.clone();
    let errors = source.on_error(move |error| hear_error(format!("error: {error}")));
    let states = source.on_state(move |state| hear(state.to_string()));
    heard.listeners.extend([errors, states]);
    heard
}

/// A stream of events of this name.
pub fn stream<T: Payload>(source: &EventSource, name: &str) -> EventStream<T> {
    source.stream(name).expect("a valid name")
}

/// The data of the stream's next item; a test in which that is something else fails.
pub async fn next_data<T: 'static>(stream: &mut EventStream<T>) -> T {
    let item = stream.next().await.expect("the stream goes on");
    item.expect("an event, not an error").data
}

/// The stream's next item, which has to be an error.
pub async fn next_error<T: 'static>(stream: &mut EventStream<T>) -> Error {
    let item = stream.next().await.expect("the stream goes on");
    item.map(|_| ()).expect_err("an error")
}

/// Whether this is what a source makes of this status, which the browser's own does not tell.
pub fn is_refusal(error: &Error, expected: u16) -> bool {
    match error {
        Error::Status { status, .. } => *status == expected,
        other => !Transport::selected().is_fetch() && matches!(other, Error::GivenUp { .. }),
    }
}

/// What the client in JavaScript calls the errors that attacks lead to.
pub fn code(error: &Error) -> &'static str {
    match error {
        Error::ConnectionLost { .. } => "connection-lost",
        Error::GivenUp { .. } => "given-up",
        Error::EventTooLarge { .. } => "event-too-large",
        Error::Idle { .. } => "idle",
        Error::Decode(_) => "decode",
        _ => "another",
    }
}
