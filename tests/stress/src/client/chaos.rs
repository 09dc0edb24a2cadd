//! Follows a chaotic stream to its end.

use std::{cell::RefCell, rc::Rc, time::Duration};

use serde::Deserialize;
use typed_eventsource::{
    Backoff, CloseReason, Decision, Error, Event, EventSource, Gap, LimitAction, Policy,
};
use wasm_bindgen::{JsError, prelude::wasm_bindgen};

use super::{builder, collector::Collector, parse_task, to_json};

const RESUME_PARAMETER: &str = "lastEventId";

#[derive(Deserialize)]
struct Task {
    url: String,
    transport: String,
    /// How many ids to remember for de-duplication; `None` for no de-duplication.
    deduplicate: Option<usize>,
    resumes: Resumes,
    /// The limit on silence, in milliseconds.
    idle: u64,
    /// The limit on opening, in milliseconds.
    opening: u64,
}

/// How the server is told the last event id.
#[derive(Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Resumes {
    /// By the transport.
    Header,
    /// By a query parameter. Over the browser's own source, the source is then reopened after every loss.
    Parameter,
}

#[derive(Deserialize)]
struct NumberedData {
    n: u64,
    text: String,
}

type SharedCollector = Rc<RefCell<Collector>>;

/// Follows a stream until the server has finished, and returns the report.
#[wasm_bindgen]
pub async fn follow(task: String) -> Result<String, JsError> {
    let task: Task = parse_task(&task)?;
    let source = open(&task)?;
    let collector = SharedCollector::default();
    let gaps = Rc::clone(&collector);
    let errors = Rc::clone(&collector);
    let _listeners = [
        listen(&source, "tick", &collector)?,
        listen(&source, "message", &collector)?,
        source.on("bad", |_: Event<NumberedData>| {})?,
        source.on_gap(move |gap: Gap| {
            let Gap {
                after,
                before,
                missed,
                ..
            } = gap;
            gaps.borrow_mut().add_gap(&after, &before, missed);
        }),
        source.on_error(move |error| {
            let mut collector = errors.borrow_mut();
            match error {
                Error::Decode(error) if error.event().name() == "bad" => collector.undecoded += 1,
                Error::Decode(error) => collector.add_fault(error.to_string()),
                // Errors of the connection are expected.
                _ => {}
            }
        }),
    ];
    match source.closed().await {
        CloseReason::Finished => {}
        reason => collector.borrow_mut().add_fault(reason.to_string()),
    }
    let collector = collector.borrow();
    to_json(&*collector)
}

fn open(task: &Task) -> Result<EventSource, Error> {
    let mut builder = builder(&task.url, &task.transport)
        .policy(policy(task))
        .terminal_event("done");
    if task.transport == "browser" || task.resumes == Resumes::Parameter {
        builder = builder.resume_parameter(RESUME_PARAMETER);
    }
    if let Some(window) = task.deduplicate {
        builder = builder.deduplicate(window);
    }
    builder.open()
}

fn policy(task: &Task) -> Policy {
    let backoff = Backoff::new()
        .initial(Duration::from_millis(10))
        .max(Duration::from_millis(200));
    let policy = Policy::resilient()
        .backoff(backoff)
        .on_idle(Duration::from_millis(task.idle), LimitAction::Reopen)
        .on_slow_open(Duration::from_millis(task.opening), LimitAction::Reopen);
    if task.transport == "fetch" || task.resumes == Resumes::Header {
        return policy;
    }
    let after = Duration::from_millis(10);
    policy.rule(move |context| match context.error {
        Error::ConnectionLost { .. } => Decision::Reopen { after },
        _ => context.proposed,
    })
}

fn listen(
    source: &EventSource,
    name: &'static str,
    collector: &SharedCollector,
) -> Result<typed_eventsource::Listener, Error> {
    let collector = Rc::clone(collector);
    source.on(name, move |event: Event<NumberedData>| {
        let NumberedData { n, text } = &event.data;
        let mut collector = collector.borrow_mut();
        collector.add_event(event.name(), event.last_event_id(), *n, text);
    })
}
