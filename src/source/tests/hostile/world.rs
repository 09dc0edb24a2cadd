//! The sources themselves.

use std::{
    cell::{Cell, Ref, RefCell},
    collections::BTreeMap,
    pin::Pin,
    rc::{Rc, Weak},
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
    time::Duration,
};

use futures_core::Stream;

use super::{
    Backoff, CloseReason, Decision, Event, EventSource, EventStream, Listener, Policy, State, Text,
    acts::{Act, Kind, NAMES, PLAYS, SOURCES, Scripts, rule},
};

/// Before another connection; the least that there is.
pub(super) const WAIT: Duration = Duration::from_millis(10);

/// Where sources are.
pub(super) trait Stage: 'static {
    /// Opens the source of this number, which remembers the last id.
    fn open(&self, number: usize, policy: Policy) -> EventSource;

    /// Does what is not done on a page.
    fn act(&self, act: Act, last_id: u64);
}

/// What somebody holds who listens.
enum Held {
    Listener { _listener: Listener },
    Stream(EventStream<Text>),
}

pub(super) struct World<S> {
    this: Weak<Self>,
    stage: S,
    /// Whether the policy opens another connection in place of one that is lost.
    reopens: bool,
    scripts: Scripts,
    sources: RefCell<Vec<EventSource>>,
    /// By the numbers of their callbacks.
    held: RefCell<Vec<Option<Held>>>,
    journal: RefCell<Vec<String>>,
    calls: RefCell<BTreeMap<usize, usize>>,
    plays: Cell<usize>,
    last_id: Cell<u64>,
}

thread_local! {
    /// Calls a callback of the world that there is.
    static CALL: RefCell<Rc<dyn Fn(usize)>> = RefCell::new(Rc::new(|_| {}));
}

/// Wakers go from thread to thread, for all that the compiler knows.
struct Woken(usize);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        let call = CALL.with_borrow(Rc::clone);
        call(self.0);
    }
}

impl<S: Stage> World<S> {
    /// With one source.
    pub(super) fn new(stage: S, reopens: bool, scripts: Scripts) -> Rc<Self> {
        let world = Rc::new_cyclic(|this| Self {
            this: Weak::clone(this),
            stage,
            reopens,
            scripts,
            sources: RefCell::default(),
            held: RefCell::default(),
            journal: RefCell::default(),
            calls: RefCell::default(),
            plays: Cell::default(),
            last_id: Cell::default(),
        });
        let this = Rc::downgrade(&world);
        CALL.set(Rc::new(move |callback| call(&this, callback, "wake")));
        world.open_source();
        world
    }

    pub(super) fn journal(&self) -> Ref<'_, [String]> {
        Ref::map(self.journal.borrow(), Vec::as_slice)
    }

    fn called(&self, callback: usize, what: &str) {
        self.journal.borrow_mut().push(format!("{callback} {what}"));
        if self.plays.get() == PLAYS {
            return;
        }
        self.plays.set(self.plays.get() + 1);
        let call = {
            let mut calls = self.calls.borrow_mut();
            let call = calls.entry(callback).or_default();
            *call += 1;
            *call
        };
        for act in self.scripts.of(callback, call) {
            self.act(*act);
        }
    }

    pub(super) fn act(&self, act: Act) {
        match act {
            Act::Add(kind, source, name) => self.add(kind, source, NAMES[name]),
            Act::Drop(number) => {
                let held = self.with_held(number, Option::take);
                drop(held.flatten());
            }
            Act::Poll(number) => self.poll(number),
            Act::Close(source) => self.source(source).close(),
            Act::OpenSource => self.open_source(),
            Act::Send(_) | Act::Skip => {
                self.last_id.set(self.last_id.get() + 1);
                self.stage.act(act, self.last_id.get());
            }
            Act::Open | Act::Lose | Act::Fail | Act::Reconnect | Act::Panic => {
                self.stage.act(act, self.last_id.get());
            }
        }
    }

    pub(super) fn source(&self, number: usize) -> EventSource {
        let sources = self.sources.borrow();
        sources[number % sources.len()].clone()
    }

    fn with_held<T>(&self, number: usize, f: impl FnOnce(&mut Option<Held>) -> T) -> Option<T> {
        let mut held = self.held.borrow_mut();
        let count = held.len();
        (count > 0).then(|| f(&mut held[number % count]))
    }

    fn open_source(&self) {
        let number = self.sources.borrow().len();
        if number == SOURCES {
            return;
        }
        let (this, reopens) = (Weak::clone(&self.this), self.reopens);
        let backoff = Backoff::new().initial(WAIT).max(WAIT).jitter(false);
        let policy = Policy::browser()
            .back_off_after_losses(true)
            // No connection stays open for so long that its failures are forgotten.
            .healthy_after(Duration::from_secs(86_400))
            .backoff(backoff);
        let policy = policy.rule(move |context| {
            call(&this, rule(number), "rule");
            match context.proposed {
                Decision::KeepWaiting if reopens => Decision::Reopen { after: WAIT },
                _ => Decision::AsProposed,
            }
        });
        let source = self.stage.open(number, policy);
        self.sources.borrow_mut().push(source);
    }

    fn add(&self, kind: Kind, source: usize, name: &str) {
        let number = self.held.borrow().len();
        let (source, this) = (self.source(source), Weak::clone(&self.this));
        let listener = match kind {
            Kind::Event => source
                .on(name, move |event: Event<Text>| {
                    call(&this, number, &event.data.0)
                })
                .unwrap(),
            Kind::Gap => {
                source.on_gap(move |gap| call(&this, number, &format!("gap {}", gap.missed)))
            }
            Kind::Error => source.on_error(move |_| call(&this, number, "error")),
            Kind::State => source.on_state(move |state| call(&this, number, &shown(&state))),
            Kind::Stream => {
                let stream = source.stream(name).unwrap();
                return self.held.borrow_mut().push(Some(Held::Stream(stream)));
            }
        };
        let held = Held::Listener {
            _listener: listener,
        };
        self.held.borrow_mut().push(Some(held));
    }

    /// Polls a stream, where it is one, until it has no more.
    fn poll(&self, number: usize) {
        let number = number % self.held.borrow().len().max(1);
        let waker = Waker::from(Arc::new(Woken(number)));
        let mut items = Vec::new();
        self.with_held(number, |held| {
            let Some(Held::Stream(stream)) = held else {
                return;
            };
            loop {
                match Pin::new(&mut *stream).poll_next(&mut Context::from_waker(&waker)) {
                    Poll::Ready(Some(Ok(event))) => items.push(event.data.0),
                    Poll::Ready(Some(Err(_))) => items.push("error".to_owned()),
                    Poll::Ready(None) => return items.push("none".to_owned()),
                    Poll::Pending => return,
                }
            }
        });
        let lines = items.iter().map(|item| format!("{number} yields {item}"));
        self.journal.borrow_mut().extend(lines);
    }
}

fn call<S: Stage>(world: &Weak<World<S>>, callback: usize, what: &str) {
    if let Some(world) = world.upgrade() {
        world.called(callback, what);
    }
}

fn shown(state: &State) -> String {
    match state {
        State::Waiting { attempt, .. } => format!("waiting {attempt}"),
        State::Closed(CloseReason::Requested) => "closed".to_owned(),
        State::Closed(_) => "failed".to_owned(),
        state => state.to_string(),
    }
}
