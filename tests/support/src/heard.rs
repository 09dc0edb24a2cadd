//! Collects what callbacks are called with, so that a test can wait for it.

use super::transport::Transport;
use futures::{
    StreamExt,
    channel::mpsc::{UnboundedReceiver, unbounded},
};
use typed_eventsource::{Error, Event, EventSource, EventStream, Listener, Payload, State, Text};

/// What callbacks were called with, in order. When this is dropped, its listeners are too.
#[derive(Debug)]
pub struct Heard<T> {
    receiver: UnboundedReceiver<T>,
    listeners: Vec<Listener>,
}

impl<T: 'static> Heard<T> {
    /// A callback, and what it is called with.
    pub fn new() -> (impl Fn(T) + Clone + 'static, Self) {
        let (sender, receiver) = unbounded();
        // The test may have dropped the receiver.
        let hear = move |argument| drop(sender.unbounded_send(argument));
        let listeners = Vec::new();
        let heard = Self {
            receiver,
            listeners,
        };
        (hear, heard)
    }

    /// Waits for the next call.
    pub async fn next(&mut self) -> T {
        let next = self.receiver.next().await;
        next.expect("a call before the source drops the callback")
    }

    /// Waits for the next `count` calls.
    pub async fn take(&mut self, count: usize) -> Vec<T> {
        self.receiver.by_ref().take(count).collect().await
    }

    /// Waits until the source has dropped the callbacks, and returns the calls up to then.
    pub async fn rest(&mut self) -> Vec<T> {
        self.receiver.by_ref().collect().await
    }

    /// The calls so far that were not taken yet. This does not wait.
    pub fn so_far(&mut self) -> Vec<T> {
        std::iter::from_fn(|| self.receiver.try_recv().ok()).collect()
    }
}

/// Collects the data of events of this name.
pub fn listen<T: Payload>(source: &EventSource, name: &str) -> Heard<T> {
    let (hear, mut heard) = Heard::new();
    let listener = source.on(name, move |event: Event<T>| hear(event.data));
    heard.listeners.push(listener.expect("a valid name"));
    heard
}

/// Collects the errors of a source.
pub fn errors(source: &EventSource) -> Heard<Error> {
    let (hear, mut heard) = Heard::new();
    let listener = source.on_error(hear);
    heard.listeners.push(listener);
    heard
}

/// Collects the changes of state of a source.
pub fn states(source: &EventSource) -> Heard<State> {
    let (hear, mut heard) = Heard::new();
    heard.listeners.push(source.on_state(hear));
    heard
}

/// Collects everything as text: events of these names as `name: data`, errors, and states.
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

/// The data of the stream's next item, which has to be an event.
pub async fn next_data<T: 'static>(stream: &mut EventStream<T>) -> T {
    let item = stream.next().await.expect("the stream goes on");
    item.expect("an event, not an error").data
}

/// The stream's next item, which has to be an error.
pub async fn next_error<T: 'static>(stream: &mut EventStream<T>) -> Error {
    let item = stream.next().await.expect("the stream goes on");
    item.map(|_| ()).expect_err("an error")
}

/// Whether this is the error of a source that got this status. Over the browser's own source, which does not tell the status, it is
/// that the browser has given up.
pub fn is_refusal(error: &Error, expected: u16) -> bool {
    match error {
        Error::Status { status, .. } => *status == expected,
        other => !Transport::selected().is_fetch() && matches!(other, Error::GivenUp { .. }),
    }
}

/// The code that JavaScript has for an error that an attack can lead to; `another` for any other error.
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
