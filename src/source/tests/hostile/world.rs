//! The sources themselves.

use std::{
    cell::{Cell, Ref, RefCell},
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    pin::Pin,
    rc::{Rc, Weak},
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
    time::Duration,
};

use futures_core::Stream;

use super::{Act, Kind, NAMES, PLAYS, rule, script};
use crate::{
    CloseReason, Event, EventSource, EventStream, Listener, Policy, State, Text,
    source::tests::{FakeServer, open},
};

/// What somebody holds who listens.
enum Held {
    Listener { _listener: Listener },
    Stream(EventStream<Text>),
}

pub(super) struct World {
    this: Weak<Self>,
    scripts: Vec<Vec<Act>>,
    server: FakeServer,
    sources: RefCell<Vec<EventSource>>,
    /// By the numbers of their callbacks.
    held: RefCell<Vec<Option<Held>>>,
    journal: RefCell<Vec<String>>,
    calls: RefCell<BTreeMap<usize, usize>>,
    plays: Cell<usize>,
    last_id: Cell<u64>,
}

thread_local! {
    static WORLD: RefCell<Weak<World>> = const { RefCell::new(Weak::new()) };
}

/// Wakers go from thread to thread, for all that the compiler knows.
struct Woken(usize);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        if let Some(world) = WORLD.with_borrow(Weak::upgrade) {
            world.called(self.0, "wake");
        }
    }
}

/// Thrown on purpose, and past the hook that would tell of it.
struct Panicked;

impl World {
    pub(super) fn new(scripts: Vec<Vec<Act>>) -> Rc<Self> {
        let world = Rc::new_cyclic(|this| Self {
            this: Weak::clone(this),
            scripts,
            server: FakeServer::new(),
            sources: RefCell::default(),
            held: RefCell::default(),
            journal: RefCell::default(),
            calls: RefCell::default(),
            plays: Cell::default(),
            last_id: Cell::default(),
        });
        WORLD.set(Rc::downgrade(&world));
        world.open_source();
        world
    }

    /// Does it from outside, and lets the event loop turn until nothing is left to do.
    pub(super) fn play(&self, act: Act) {
        self.try_to(|| self.act(act));
        while !self.try_to(|| self.server.clock().advance(Duration::ZERO)) {}
    }

    /// Those too that are opened meanwhile.
    pub(super) fn close_all(&self) {
        let mut source = 0;
        while source < self.sources.borrow().len() {
            self.play(Act::Close(source));
            source += 1;
        }
    }

    pub(super) fn journal(&self) -> Ref<'_, [String]> {
        Ref::map(self.journal.borrow(), Vec::as_slice)
    }

    pub(super) fn reports(&self) -> usize {
        self.server.clock().reports().len()
    }

    /// How many connections and timers there are.
    pub(super) fn left(&self) -> (usize, usize) {
        (self.server.connections(), self.server.clock().timers())
    }

    /// Whether nobody has panicked.
    fn try_to(&self, go: impl FnOnce()) -> bool {
        match catch_unwind(AssertUnwindSafe(go)) {
            Ok(()) => true,
            Err(panic) if panic.is::<Panicked>() => false,
            Err(panic) => resume_unwind(panic),
        }
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
        for act in script(&self.scripts, callback, call) {
            self.act(*act);
        }
    }

    fn act(&self, act: Act) {
        let server = &self.server;
        match act {
            Act::Send(name) => {
                let id = self.last_id.get() + 1;
                self.last_id.set(id);
                server.send_with_id(NAMES[name], &id.to_string(), &id.to_string());
            }
            Act::Skip => self.last_id.set(self.last_id.get() + 1),
            Act::Open => server.open(),
            Act::Lose => server.lose(),
            Act::Fail => server.fail(503),
            Act::Add(kind, source, name) => self.add(kind, source, NAMES[name]),
            Act::Drop(number) => {
                let held = self.with_held(number, Option::take);
                drop(held.flatten());
            }
            Act::Poll(number) => self.poll(number),
            Act::Close(source) => self.source(source).close(),
            Act::OpenSource => self.open_source(),
            Act::Panic => resume_unwind(Box::new(Panicked)),
        }
    }

    fn source(&self, number: usize) -> EventSource {
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
        if number == 3 {
            return;
        }
        let this = Weak::clone(&self.this);
        let policy = Policy::browser().rule(move |situation| {
            call(&this, rule(number), "rule");
            situation.proposed
        });
        let source = open(&self.server, |settings| {
            settings.policy = policy;
            settings.deduplicate = 1;
        });
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

fn call(world: &Weak<World>, callback: usize, what: &str) {
    if let Some(world) = world.upgrade() {
        world.called(callback, what);
    }
}

fn shown(state: &State) -> String {
    match state {
        State::Waiting { attempt, .. } => format!("waiting {attempt}"),
        State::Closed(CloseReason::Requested) => "closed".to_owned(),
        State::Closed(_) => "failed".to_owned(),
        State::Connecting | State::Open => state.to_string(),
    }
}
