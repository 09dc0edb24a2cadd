//! What a component holds of its source.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use leptos::prelude::{
    ArcMemo, Effect, ReadUntracked, RwSignal, Set, SetValue, StoredValue, Track, UpdateValue,
    WithUntracked, WithValue, on_cleanup, untrack,
};
use send_wrapper::SendWrapper;
use serde_core::de::DeserializeOwned;
use typed_eventsource::{CloseReason, Error, Event, EventSourceBuilder, State};
use typed_eventsource_hooks::{Observer, Subscription};

use crate::source::IntoSource;

/// What of a component's source belongs to its owner. A server, where any thread may have it, has no hold.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Control {
    pub(crate) state: RwSignal<State>,
    pub(crate) error: RwSignal<Option<Error>>,
    /// Not after it was closed by hand.
    should_be_open: StoredValue<bool>,
    /// `None` before the component is there, and after it is gone.
    hold: StoredValue<Option<SendWrapper<Rc<ComponentSource>>>>,
}

impl Control {
    /// Opens the source once the component is there, and closes it when that is gone. `restart` is told when another
    /// source begins.
    pub(crate) fn new<E: DeserializeOwned + 'static, M>(
        source: impl IntoSource<M>,
        on_event: impl Fn(Event<E>) + 'static,
        restart: impl Fn() + 'static,
    ) -> Self {
        let control = Self {
            state: RwSignal::new(State::Connecting),
            error: RwSignal::new(None),
            should_be_open: StoredValue::new(true),
            hold: StoredValue::new(None),
        };
        let mut parts = Some((source.into_source(), on_event, restart));
        // Effects run where there is a browser, and after what a server has rendered was compared.
        Effect::new(move |_| {
            if let Some((source, on_event, restart)) = parts.take() {
                let subscribe = subscribing(control, on_event);
                let hold =
                    ComponentSource::new(control, wanted(source), subscribe, Box::new(restart));
                control
                    .hold
                    .try_set_value(Some(SendWrapper::new(Rc::new(hold))));
            }
            if let Some(hold) = control.hold() {
                hold.follow();
            }
        });
        on_cleanup(move || drop(control.hold.try_update_value(Option::take)));
        control
    }

    fn hold(&self) -> Option<Rc<ComponentSource>> {
        let hold = self.hold.try_with_value(|hold| hold.as_deref().cloned());
        hold.flatten()
    }

    fn should_be_open(&self) -> bool {
        self.should_be_open
            .try_with_value(|should_be_open| *should_be_open)
            == Some(true)
    }

    /// `None` where the component is gone.
    fn is_closed(&self) -> Option<bool> {
        self.state.try_with_untracked(State::is_closed)
    }

    pub(crate) fn close(&self) {
        if self.is_closed() != Some(false) {
            return;
        }
        self.should_be_open.try_set_value(false);
        let subscription = self.hold().and_then(|hold| hold.subscription.take());
        drop(subscription);
        self.show_state(State::Closed(CloseReason::Requested));
    }

    pub(crate) fn open(&self) {
        if self.is_closed() != Some(true) {
            return;
        }
        self.should_be_open.try_set_value(true);
        self.begin();
        if let Some(hold) = self.hold() {
            hold.reopen();
        }
    }

    /// Shows what there is to show of a source that is yet to open.
    fn begin(&self) {
        if self.error.try_with_untracked(Option::is_some) == Some(true) {
            self.show_error(None);
        }
        let is_new = |was: &State| !matches!(was, State::Connecting);
        if self.state.try_with_untracked(is_new) == Some(true) {
            self.show_state(State::Connecting);
        }
    }

    fn show_error(&self, error: Option<Error>) {
        self.error.try_set(error);
    }

    fn show_state(&self, state: State) {
        self.state.try_set(state);
    }
}

/// What is to be open.
struct Wanted {
    builder: EventSourceBuilder,
    /// Another one for each that differs from the last.
    version: u32,
}

type WantedMemo = ArcMemo<SendWrapper<Wanted>>;

fn wanted(source: impl Fn() -> EventSourceBuilder + 'static) -> WantedMemo {
    let source = SendWrapper::new(source);
    ArcMemo::new_owning(move |last: Option<SendWrapper<Wanted>>| {
        let builder = source();
        let version = match last {
            Some(last) if last.builder == builder => return (last, false),
            Some(last) => last.version.wrapping_add(1),
            None => 0,
        };
        (SendWrapper::new(Wanted { builder, version }), true)
    })
}

/// One of those that were wanted.
#[derive(Clone)]
struct Version {
    wanted: WantedMemo,
    number: u32,
}

impl Version {
    /// Whether it is what is wanted still. The effect that follows a change runs later, and what is left of a chunk may
    /// come before that.
    fn is_current(&self) -> bool {
        let wanted = self.wanted.try_read_untracked();
        wanted.is_some_and(|wanted| wanted.version == self.number)
    }
}

/// Opens a source and listens to it for as long as it is current.
type Subscribe = dyn Fn(EventSourceBuilder, Version) -> Subscription;

fn subscribing<E: DeserializeOwned + 'static>(
    control: Control,
    on_event: impl Fn(Event<E>) + 'static,
) -> Box<Subscribe> {
    let on_event = Rc::new(on_event);
    Box::new(move |builder, version| {
        let on_event = Rc::clone(&on_event);
        let observer = WhileCurrent {
            control,
            on_event,
            version,
        };
        Subscription::open(builder, observer)
    })
}

/// Shows what is told of one of the sources.
struct WhileCurrent<F> {
    control: Control,
    on_event: Rc<F>,
    version: Version,
}

impl<E, F: Fn(Event<E>) + 'static> Observer<E> for WhileCurrent<F> {
    fn event(&self, event: Event<E>) {
        if self.version.is_current() {
            untrack(|| (self.on_event)(event));
        }
    }

    fn state(&self, state: State) {
        if self.version.is_current() {
            self.control.show_state(state);
        }
    }

    fn error(&self, error: Option<Error>) {
        if self.version.is_current() {
            self.control.show_error(error);
        }
    }
}

/// What is held in a browser.
struct ComponentSource {
    control: Control,
    wanted: WantedMemo,
    /// Of what was opened last; `None` before the first.
    version: Cell<Option<u32>>,
    subscribe: Box<Subscribe>,
    restart: Box<dyn Fn()>,
    subscription: RefCell<Option<Subscription>>,
}

impl ComponentSource {
    fn new(
        control: Control,
        wanted: WantedMemo,
        subscribe: Box<Subscribe>,
        restart: Box<dyn Fn()>,
    ) -> Self {
        Self {
            control,
            wanted,
            version: Cell::default(),
            subscribe,
            restart,
            subscription: RefCell::default(),
        }
    }

    /// Opens what is wanted, and does so again whenever that is another one.
    fn follow(&self) {
        self.wanted.track();
        if self.turn() && self.control.should_be_open() {
            self.subscribe();
        }
    }

    fn reopen(&self) {
        self.turn();
        self.subscribe();
    }

    /// Lets go of what is not wanted any more, and tells whether something else is.
    fn turn(&self) -> bool {
        let number = self.wanted.read_untracked().version;
        let last = self.version.replace(Some(number));
        if last.is_some_and(|last| last != number) {
            drop(self.subscription.take());
            self.control.should_be_open.try_set_value(true);
            (self.restart)();
            self.control.begin();
        }
        last != Some(number)
    }

    fn subscribe(&self) {
        let (builder, version) = {
            let wanted = self.wanted.read_untracked();
            let version = Version {
                wanted: self.wanted.clone(),
                number: wanted.version,
            };
            (wanted.builder.clone(), version)
        };
        let subscription = untrack(|| (self.subscribe)(builder, version));
        drop(self.subscription.replace(Some(subscription)));
        // A callback that was told of its state at once may have closed it.
        if !self.control.should_be_open() {
            drop(self.subscription.take());
        }
    }
}
