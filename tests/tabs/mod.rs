//! Sources that are shared among tabs, against the test server: through the shared worker, and without one.

use typed_eventsource_test_support as support;

mod ends;
mod functions;
mod sharing;

use std::iter;

use js_sys::Reflect;
use typed_eventsource::{EventSource, EventSourceBuilder, Role, State};
use wasm_bindgen::JsValue;

use support::{Attempt, Heard, Script, Step, Transport, listen, run, run_over, send, states};

/// The global class of shared workers, which is missing while this lives.
struct NoSharedWorkers(JsValue);

const NAME: &str = "SharedWorker";

impl NoSharedWorkers {
    fn new() -> Self {
        let global = js_sys::global();
        let class = Reflect::get(&global, &NAME.into()).unwrap();
        Reflect::delete_property(&global, &NAME.into()).unwrap();
        Self(class)
    }
}

impl Drop for NoSharedWorkers {
    fn drop(&mut self) {
        let _ = Reflect::set(&js_sys::global(), &NAME.into(), &self.0);
    }
}

/// Runs the body of a test over each transport, through the shared worker and without one.
async fn run_in_each_way(body: impl AsyncFn()) {
    run(&body).await;
    let _none = NoSharedWorkers::new();
    run(&body).await;
}

/// Runs the body of a test over one transport, through the shared worker and without one.
async fn run_in_each_way_over(transport: Transport, body: impl AsyncFn()) {
    run_over(transport, &body).await;
    let _none = NoSharedWorkers::new();
    run_over(transport, &body).await;
}

/// Answers with an event stream that begins with a comment: Firefox tells of a response only once its body has begun.
fn playing(steps: impl IntoIterator<Item = Step>) -> Attempt {
    let steps: Vec<_> = iter::once(send(":\n\n")).chain(steps).collect();
    Attempt::playing(steps)
}

/// A builder of the script's stream that is shared among tabs.
fn shared(script: &Script) -> EventSourceBuilder {
    script.builder().shared_among_tabs()
}

fn open(script: &Script) -> EventSource {
    shared(script).open().expect("a valid URL")
}

async fn next_open(states: &mut Heard<State>) -> State {
    loop {
        let state = states.next().await;
        if matches!(state, State::Open { .. }) {
            return state;
        }
    }
}

/// Two sources of a stream, each with what listens to it, once they are open. It listens before that: a worker hears of a listener
/// later than the server may send.
async fn open_two<T>(
    builder: impl Fn() -> EventSourceBuilder,
    listen: impl Fn(&EventSource) -> T,
) -> ([EventSource; 2], [T; 2]) {
    let sources = [(); 2].map(|()| builder().open().expect("a valid URL"));
    let listeners = sources.each_ref().map(listen);
    for source in &sources {
        let mut states = states(source);
        if !matches!(source.state(), State::Open { .. }) {
            next_open(&mut states).await;
        }
    }
    (sources, listeners)
}

fn numbers(source: &EventSource) -> Heard<u32> {
    listen(source, "message")
}

/// Whether the two have one connection, and who has it.
fn assert_shared(sources: &[EventSource; 2]) {
    let roles = [0, 1].map(|index| sources[index].role());
    let has_worker = Reflect::has(&js_sys::global(), &NAME.into()).unwrap();
    match has_worker {
        true => assert_eq!(roles, [Role::Worker; 2]),
        false => assert!(
            roles.contains(&Role::Leader) && roles.contains(&Role::Follower),
            "{roles:?}"
        ),
    }
    assert_eq!([0, 1].map(|index| sources[index].tabs()), [1; 2]);
}
