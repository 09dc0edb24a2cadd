//! Many events, many sources, and slow consumers.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Duration,
};

use futures::{StreamExt, future::join_all};
use gloo_timers::future::sleep;
use serde::{Deserialize, Serialize};
use typed_eventsource::{
    CloseReason, Error, Event, EventSource, LimitAction, Listener, Policy, Queue, State,
};
use wasm_bindgen::{JsError, prelude::wasm_bindgen};

use super::{builder, parse_task, to_json};

/// How many sources are open at a time, since a browser has six connections to a server.
const AT_A_TIME: u32 = 5;

#[derive(Deserialize)]
struct Price {
    n: u64,
}

#[derive(Deserialize)]
struct FloodTask {
    url: String,
    transport: String,
    /// How many events there are before the numbers start again.
    round: u64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Heard {
    in_order: u64,
    faults: u64,
}

/// A source of many events. It closes when this is dropped.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Flood {
    heard: Rc<Cell<Heard>>,
    _source: EventSource,
    _listeners: [Listener; 2],
}

#[wasm_bindgen]
impl Flood {
    /// Opens the source.
    #[wasm_bindgen(constructor)]
    pub fn new(task: &str) -> Result<Self, JsError> {
        let FloodTask {
            url,
            transport,
            round,
        } = parse_task(task)?;
        let source = builder(&url, &transport).open()?;
        let heard = Rc::<Cell<Heard>>::default();
        let (events, errors) = (Rc::clone(&heard), Rc::clone(&heard));
        let listeners = [
            source.on("price", move |event: Event<Price>| {
                let Heard { in_order, faults } = events.get();
                let is_next = event.data.n == in_order % round;
                events.set(Heard {
                    in_order: in_order + u64::from(is_next),
                    faults: faults + u64::from(!is_next),
                });
            })?,
            source.on_error(move |_| {
                let Heard { in_order, faults } = errors.get();
                let faults = faults + 1;
                errors.set(Heard { in_order, faults });
            }),
        ];
        Ok(Self {
            heard,
            _source: source,
            _listeners: listeners,
        })
    }

    /// How many events were heard in the order in which they were sent.
    pub fn heard(&self) -> f64 {
        self.heard.get().in_order as f64
    }

    /// How many events were out of order, and how many errors there were.
    pub fn faults(&self) -> f64 {
        self.heard.get().faults as f64
    }
}

#[derive(Deserialize)]
struct CyclesTask {
    url: String,
    transport: String,
    count: u32,
}

/// Opens a source, hears one event in every possible way, and closes the source, as many times as the task says.
#[wasm_bindgen]
pub async fn cycles(task: String) -> Result<(), JsError> {
    let task: CyclesTask = parse_task(&task)?;
    let mut left = task.count;
    while left > 0 {
        let batch = left.min(AT_A_TIME);
        for outcome in join_all((0..batch).map(|index| cycle(&task, left - index))).await {
            outcome?;
        }
        left -= batch;
    }
    Ok(())
}

/// Opens, hears and closes one source. Each has a different URL, since sources of one URL open at a bounded rate.
async fn cycle(task: &CyclesTask, number: u32) -> Result<(), Error> {
    let url = format!("{}#{number}", task.url);
    let policy = Policy::resilient().on_idle(Duration::from_secs(60), LimitAction::Reopen);
    let source = builder(&url, &task.transport).policy(policy).open()?;
    let _states = source.on_state(|_: State| {});
    let _errors = source.on_error(|_| {});
    let _events = source.on("price", |_: Event<Price>| {})?;
    let mut events = source.stream::<Price>("price")?;
    while let Some(item) = events.next().await {
        item?;
        source.close();
    }
    Ok(())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SlowTask {
    url: String,
    transport: String,
    capacity: usize,
    when_full: WhenFull,
    /// The milliseconds that the consumer takes for an event.
    pace: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum WhenFull {
    DropOldest,
    KeepLatest,
    Close,
}

/// What came of a slow consumer.
#[derive(Default, Serialize)]
struct SlowReport {
    arrived: u64,
    received: u64,
    /// How many events the stream says, at its end, that it has dropped.
    dropped: u64,
    /// How many dropped events the stream's items have reported.
    reported: u64,
    /// How often `on_error` was called with an overflow.
    overflows: u64,
    faults: u64,
    ended: &'static str,
}

/// Consumes a flood slowly, and returns how many events arrived, were received and were dropped.
#[wasm_bindgen]
pub async fn slow(task: String) -> Result<String, JsError> {
    let task: SlowTask = parse_task(&task)?;
    let queue = match task.when_full {
        WhenFull::DropOldest => Queue::drop_oldest(task.capacity),
        WhenFull::KeepLatest => Queue::keep_latest(task.capacity),
        WhenFull::Close => Queue::close(task.capacity),
    };
    let source = builder(&task.url, &task.transport)
        .queue(queue)
        .terminal_event("done")
        .open()?;
    let report = Rc::<RefCell<SlowReport>>::default();
    let (arrivals, errors) = (Rc::clone(&report), Rc::clone(&report));
    let _events = source.on("price", move |_: Event<Price>| {
        arrivals.borrow_mut().arrived += 1
    })?;
    let _errors = source.on_error(move |error| {
        let mut report = errors.borrow_mut();
        match error {
            Error::QueueOverflow { .. } => report.overflows += 1,
            _ => report.faults += 1,
        }
    });
    let mut events = source.stream::<Price>("price")?;
    while let Some(item) = events.next().await {
        match item {
            Ok(_) => {
                report.borrow_mut().received += 1;
                if !matches!(source.state(), State::Closed(_)) {
                    sleep(Duration::from_millis(task.pace.into())).await;
                }
            }
            Err(Error::QueueOverflow { dropped, .. }) => report.borrow_mut().reported += dropped,
            Err(_) => report.borrow_mut().faults += 1,
        }
    }
    let ended = match source.closed().await {
        CloseReason::Finished => "finished",
        CloseReason::Policy(Error::QueueOverflow { .. }) => "queue-overflow",
        _ => "other",
    };
    let mut report = report.borrow_mut();
    (report.dropped, report.ended) = (events.dropped(), ended);
    to_json(&*report)
}
