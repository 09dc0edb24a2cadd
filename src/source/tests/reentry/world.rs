//! The real sources, over a fake server.

use std::{
    cell::{Cell, Ref, RefCell},
    collections::BTreeMap,
    panic::resume_unwind,
    pin::Pin,
    rc::{Rc, Weak},
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
    time::Duration,
};

use futures_core::Stream;

use super::{
    FakeServer, Panicked,
    acts::{ACTING_CALLS, Act, Kind, NAMES, SOURCES, Scripts, Setting, rule_number},
    open_from,
};
use crate::{
    Backoff, CloseReason, Decision, Event, EventSource, EventStream, Listener, Policy, State, Text,
};

/// The sources continue from this id, so that the browser's own source is never replaced, which would lose the id.
const START: &str = "0";

/// The wait before another connection: the shortest possible.
const WAIT: Duration = Duration::from_millis(10);

/// The handle of a listener or a stream.
enum Held {
    Listener { _listener: Listener },
    Stream(EventStream<Text>),
}

pub(super) struct World {
    this: Weak<Self>,
    pub(super) server: FakeServer,
    setting: Setting,
    scripts: Scripts,
    sources: RefCell<Vec<EventSource>>,
    /// The handles, by the numbers of their callbacks.
    held: RefCell<Vec<Option<Held>>>,
    journal: RefCell<Vec<String>>,
    calls: RefCell<BTreeMap<usize, usize>>,
    acting_calls: Cell<usize>,
    last_id: Cell<u64>,
}

thread_local! {
    /// Calls a callback of the current world.
    static CALL: RefCell<Rc<dyn Fn(usize)>> = RefCell::new(Rc::new(|_| {}));
}

/// Wakers have to be `Send`, so this holds only a number.
struct Woken(usize);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        let call = CALL.with_borrow(Rc::clone);
        call(self.0);
    }
}

impl World {
    /// A world with one source.
    pub(super) fn new(setting: Setting, scripts: Scripts) -> Rc<Self> {
        let world = Rc::new_cyclic(|this| Self {
            this: Weak::clone(this),
            server: FakeServer::new(),
            setting,
            scripts,
            sources: RefCell::default(),
            held: RefCell::default(),
            journal: RefCell::default(),
            calls: RefCell::default(),
            acting_calls: Cell::default(),
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
        if self.acting_calls.get() == ACTING_CALLS {
            return;
        }
        self.acting_calls.set(self.acting_calls.get() + 1);
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
            Act::Send(name) => {
                let id = self.next_id();
                self.server.send_with_id(NAMES[name], &id, &id);
            }
            Act::Skip => drop(self.next_id()),
            Act::Open => self.server.open(),
            Act::Lose => self.server.lose(),
            Act::Fail => self.server.fail(503),
            Act::Reconnect => self.server.clock().advance(WAIT),
            Act::Panic => resume_unwind(Box::new(Panicked)),
        }
    }

    fn next_id(&self) -> String {
        self.last_id.set(self.last_id.get() + 1);
        self.last_id.get().to_string()
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
        if number == SOURCES {
            return;
        }
        let (this, Setting { is_fetch, reopens }) = (Weak::clone(&self.this), self.setting);
        let backoff = Backoff::new().initial(WAIT).max(WAIT).jitter(false);
        let policy = Policy::browser()
            .back_off_after_losses(true)
            // No connection stays open for so long that its failures are forgotten.
            .healthy_after(Duration::from_secs(86_400))
            .backoff(backoff);
        let policy = policy.rule(move |context| {
            call(&this, rule_number(number), "rule");
            match context.proposed {
                Decision::KeepWaiting if reopens => Decision::Reopen { after: WAIT },
                _ => Decision::AsProposed,
            }
        });
        let source = open_from(&self.server, is_fetch, START, |builder| {
            builder.policy(policy).deduplicate(1)
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
            Kind::State => source.on_state(move |state| call(&this, number, &state_text(&state))),
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

    /// Polls until there are no more items, if the handle is a stream.
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

fn state_text(state: &State) -> String {
    match state {
        State::Waiting { attempt, .. } => format!("waiting {attempt}"),
        State::Closed(CloseReason::Requested) => "closed".to_owned(),
        State::Closed(_) => "failed".to_owned(),
        state => state.to_string(),
    }
}
