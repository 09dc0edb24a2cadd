//! A body: all that a [`Session`] needs to become a source of server-sent events.
//!
//! It connects, reads, reports, asks the rule, and keeps one timer. The session decides what to do, and when.

use std::{
    hash::{BuildHasher, RandomState},
    mem,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, SystemTime},
};

use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};
use typed_eventsource_core::{
    At, CloseReason, Decision, EventOutcome, Failure, FailureContext, Gap, IdField, Input,
    LimitReached, Loss, Options, Output, ReceivedEvent, Session, State, Terminal, Timestamp,
    Unfinished, digest,
    parser::{Item, ParsedEvent, Scalar},
};

use crate::connection::{Connection, Signal, WOULD_FAIL_AGAIN, parser_after};

/// Receives everything that a source reports. No method is called while another one runs.
pub(crate) trait Listener {
    /// An event has arrived. An error says that its data does not decode.
    fn event(&mut self, event: &Event) -> Result<(), String>;
    /// Events were missed while there was no connection.
    fn gap(&mut self, gap: &Gap);
    /// Something went wrong. If it was the connection, it has failed `attempt` times in a row.
    fn error(&mut self, error: &str, attempt: Option<u32>);
    /// The state of the source has changed.
    fn state(&mut self, state: State);
    /// Decides what to do about an error. Called if [`Options::has_rule`] is set.
    fn decide(&mut self, error: &str, context: &FailureContext) -> Decision;
}

/// An event, as a listener receives it.
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) name: String,
    pub(crate) data: String,
    pub(crate) last_event_id: String,
}

/// How the server says that it has finished.
#[derive(Clone, Debug, Default)]
pub(crate) struct TerminalEvents {
    /// By an event of this name, which is delivered.
    pub(crate) event: Option<String>,
    /// By this data, which is not delivered.
    pub(crate) data: Option<String>,
}

impl TerminalEvents {
    fn of(&self, name: &str, data: &str) -> Option<Terminal> {
        if self.data.as_deref() == Some(data) {
            Some(Terminal::Data)
        } else if self.event.as_deref() == Some(name) {
            Some(Terminal::Event)
        } else {
            None
        }
    }
}

/// Closes a source, even from within a listener.
#[derive(Clone, Debug, Default)]
pub(crate) struct Closer(Arc<(AtomicBool, Notify)>);

impl Closer {
    pub(crate) fn close(&self) {
        self.0.0.store(true, Relaxed);
        self.0.1.notify_one();
    }
}

/// Runs the source at an `http:` URL to its end. Returns why it closed, and the error if there was one.
pub(crate) async fn run(
    url: &str,
    mut options: Options,
    terminals: TerminalEvents,
    closer: &Closer,
    listener: &mut impl Listener,
) -> (CloseReason, Option<String>) {
    options.has_terminal = terminals.event.is_some() || terminals.data.is_some();
    let start = Instant::now();
    let mut body = Body {
        url,
        terminals,
        start,
        session: Session::new(options, at(start)),
        connection: None,
        told: String::new(),
        earlier: String::new(),
        closed: None,
        closer,
        listener,
    };
    loop {
        body.carry_out_outputs(None);
        match body.closed.take() {
            Some(closed) => return closed,
            None => body.handle_next_input().await,
        }
    }
}

/// The time since the start, and a random number.
fn at(start: Instant) -> At {
    // Each `RandomState` has different keys.
    let random = RandomState::new().hash_one(()) >> 11;
    At {
        now: Timestamp::from_origin(start.elapsed().into()),
        random: random as f64 / (1u64 << 53) as f64,
    }
}

struct Body<'a, L> {
    url: &'a str,
    terminals: TerminalEvents,
    start: Instant,
    session: Session,
    connection: Option<Connection>,
    /// The last error that the session was told about.
    told: String,
    /// The last error whose report had an attempt.
    earlier: String,
    closed: Option<(CloseReason, Option<String>)>,
    closer: &'a Closer,
    listener: &'a mut L,
}

/// Inputs.
impl<L: Listener> Body<'_, L> {
    async fn handle_next_input(&mut self) {
        // A moment beyond the range of the clock never comes.
        let deadline = self.session.next_timeout();
        let deadline = deadline.and_then(|at| self.start.checked_add(at.since_origin().into()));
        let timer = async {
            match deadline {
                Some(deadline) => sleep(deadline).await,
                None => std::future::pending().await,
            }
        };
        let signal = async {
            match &mut self.connection {
                Some(connection) => connection.signals.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = self.closer.0.1.notified() => self.handle(Input::Close(CloseReason::Requested)),
            late = timer => self.handle(Input::Timeout { late: late.into() }),
            signal = signal => self.receive(signal),
        }
    }

    fn handle(&mut self, input: Input<'_>) {
        self.session.handle(input, at(self.start));
    }

    fn receive(&mut self, signal: Option<Signal>) {
        match signal {
            Some(Signal::Opened) => self.handle(Input::Opened),
            Some(Signal::Chunk(chunk)) => self.read(&chunk),
            Some(Signal::Ended(error)) => self.end(error),
            Some(Signal::Finished) => self.handle(Input::Finished),
            Some(Signal::Lost(error, loss)) => self.lose(error, loss),
            None => self.lose(
                "the connection's task has panicked".into(),
                WOULD_FAIL_AGAIN,
            ),
        }
    }

    /// The response has ended, with an error where it broke.
    fn end(&mut self, error: Option<String>) {
        let is_whole = error.is_none();
        self.told = error.unwrap_or_else(|| "the server has ended the response".into());
        let connection = self.connection.as_mut();
        let unfinished = match connection.and_then(|connection| connection.parser.unfinished()) {
            None => Unfinished::Nothing,
            Some(event) => match self.terminals.of(&event.name(), &event.data()) {
                Some(terminal) => Unfinished::Terminal(terminal),
                None => Unfinished::Event,
            },
        };
        self.handle(Input::BodyEnded {
            is_whole,
            unfinished,
        });
    }

    fn lose(&mut self, error: String, loss: Loss) {
        self.told = error;
        self.handle(Input::Lost(loss));
    }

    /// Reads one chunk. Each item is an input, whose outputs are carried out before the next one.
    fn read(&mut self, chunk: &[u8]) {
        let Some(Connection { parser, .. }) = &mut self.connection else {
            return;
        };
        let mut parser = mem::replace(parser, parser_after(""));
        let mut items = parser.parse(chunk);
        while let Some(item) = items.next() {
            match item {
                Ok(Item::Event(event)) => self.receive_event(event),
                Ok(Item::Comment) => self.handle(Input::Comment),
                Ok(Item::Retry(time)) => self.handle(Input::Retry(time)),
                Err(too_large) => {
                    let error = format!("an event takes more than {} bytes", too_large.limit);
                    self.lose(error, WOULD_FAIL_AGAIN);
                }
            }
            self.carry_out_outputs(None);
            if self.connection.is_none() {
                // The session is told nothing about a closed connection.
                return;
            }
        }
        // An `id` counts even without an event, and every byte is a sign of life.
        self.handle(Input::Unlistened {
            is_event: false,
            last_event_id: Some(parser.last_event_id()),
        });
        if let Some(connection) = &mut self.connection {
            connection.parser = parser;
        }
    }

    fn receive_event(&mut self, event: ParsedEvent<'_, Scalar>) {
        let last_event_id = Arc::clone(event.last_event_id());
        let id_field = match event.has_own_id() {
            true => IdField::Present,
            false => IdField::Absent,
        };
        let event = Event {
            name: event.name().into_owned(),
            data: event.into_data().into_owned(),
            last_event_id: last_event_id.to_string(),
        };
        let received = ReceivedEvent {
            last_event_id: Some(&last_event_id),
            id_field,
            digest: digest(&event.data),
            terminal: self.terminals.of(&event.name, &event.data),
        };
        match self.session.event(received, || at(self.start).now) {
            EventOutcome::Deliver => self.deliver(&event),
            EventOutcome::Poll => self.carry_out_outputs(Some(&event)),
            EventOutcome::Skip => {}
        }
    }
}

/// Outputs.
impl<L: Listener> Body<'_, L> {
    /// Carries out all outputs, one after the other. `event` is the current event, if there is one.
    fn carry_out_outputs(&mut self, event: Option<&Event>) {
        while let Some(output) = self.session.poll() {
            match output {
                Output::Connect => {
                    let last_event_id = self.session.last_event_id();
                    self.connection = Some(Connection::open(self.url, last_event_id));
                }
                Output::Disconnect => self.connection = None,
                Output::Deliver => {
                    if let Some(event) = event {
                        self.deliver(event);
                    }
                }
                Output::Gap(gap) => self.listener.gap(&gap),
                Output::Decide(context) => {
                    let error = self.error(context.failure);
                    let decision = self.listener.decide(&error, &context);
                    self.handle(Input::Decided(decision));
                }
                Output::Report(report) => {
                    let error = self.error(report.failure);
                    self.listener.error(&error, report.attempt);
                    if report.attempt.is_some() {
                        self.earlier = error;
                    }
                }
                Output::State(state) => self.listener.state(state),
                Output::Closed(reason) => {
                    self.connection = None;
                    self.closed = Some((reason, self.closing_error(reason)));
                }
                other => unreachable!("there is no {other:?}"),
            }
            self.close_if_requested();
        }
    }

    fn deliver(&mut self, event: &Event) {
        let decoded = self.listener.event(event);
        self.close_if_requested();
        match decoded {
            Ok(()) if self.session.wants_decoded() => self.handle(Input::Decoded),
            Ok(()) => {}
            Err(error) => {
                self.told = error;
                self.handle(Input::DecodeFailed);
            }
        }
    }

    /// A listener may have closed the source. The session is told at once.
    fn close_if_requested(&mut self) {
        if self.closer.0.0.load(Relaxed) {
            self.handle(Input::Close(CloseReason::Requested));
        }
    }

    fn error(&self, failure: Failure) -> String {
        match failure {
            Failure::Told => self.told.clone(),
            Failure::UnfinishedEvent => format!("{} within an event", self.told),
            Failure::Earlier => self.earlier.clone(),
            Failure::OpenTimeout => {
                let time = self.session.time_limit();
                format!("the connection was not open after {time:?}")
            }
            Failure::Idle => format!("no data received for {:?}", self.session.time_limit()),
            Failure::Suspended => "the connection may not have survived".into(),
            // This body reports no failure events.
            other => format!("{other:?}"),
        }
    }

    fn closing_error(&self, reason: CloseReason) -> Option<String> {
        let CloseReason::Failed { failure, limit } = reason else {
            return None;
        };
        let error = self.error(failure);
        Some(match limit {
            None => error,
            Some(LimitReached::TooMany { count }) => {
                format!("gave up after {count} consecutive failures; last error: {error}")
            }
            Some(LimitReached::DownTooLong { limit }) => {
                format!("no healthy connection for {limit}; last error: {error}")
            }
            Some(other) => format!("{other:?}; last error: {error}"),
        })
    }
}

/// Sleeps until a deadline. Returns how late it is then by the wall clock, which goes on while the machine sleeps.
async fn sleep(deadline: Instant) -> Duration {
    let due = SystemTime::now() + deadline.saturating_duration_since(Instant::now());
    sleep_until(deadline).await;
    SystemTime::now().duration_since(due).unwrap_or_default()
}
