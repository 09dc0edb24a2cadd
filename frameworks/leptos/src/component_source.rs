//! The source of a component, from mounting to unmounting.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use leptos::{
    prelude::{
        ArcMemo, Effect, Get, ReadUntracked, RwSignal, Set, SetValue, Signal, StoredValue, Track,
        UpdateValue, WithUntracked, WithValue, on_cleanup, untrack,
    },
    task::{spawn_local, tick},
};
use send_wrapper::SendWrapper;
use typed_eventsource::{
    AttemptSummary, CloseReason, Error, Event, EventSource, EventSourceBuilder, Gap, State,
};
use typed_eventsource_hooks::{Callbacks, Observer, Selection, Subscription};

use crate::source::IntoSource;

/// The part of a component's source that its reactive owner stores.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Control {
    pub(crate) state: RwSignal<State>,
    pub(crate) error: RwSignal<Option<Error>>,
    /// The seconds until the next attempt, while the source waits for it.
    seconds: RwSignal<Option<u64>>,
    /// Whether the component has asked for these seconds.
    wants_countdown: StoredValue<bool>,
    /// Whether something has read the error, or a callback has taken it.
    is_error_shown: StoredValue<bool>,
    /// `None` on a server, which opens no source.
    callbacks: StoredValue<Option<SendWrapper<Rc<Callbacks>>>>,
    /// False after `close`.
    should_be_open: StoredValue<bool>,
    /// `None` before the component is mounted, after it is gone, and on a server.
    source: StoredValue<Option<SendWrapper<Rc<ComponentSource>>>>,
}

impl Control {
    /// Opens the source once the component is mounted, and closes it when the component is gone. `reset` is called when
    /// another source starts.
    pub(crate) fn new<E: 'static, M>(
        source: impl IntoSource<M>,
        selection: Selection<E>,
        on_event: impl Fn(Event<E>) + 'static,
        reset: impl Fn() + 'static,
    ) -> Self {
        let control = Self {
            state: RwSignal::new(State::Connecting),
            error: RwSignal::new(None),
            seconds: RwSignal::new(None),
            wants_countdown: StoredValue::new(false),
            is_error_shown: StoredValue::new(false),
            callbacks: StoredValue::new(is_browser().then(|| SendWrapper::new(Rc::default()))),
            should_be_open: StoredValue::new(true),
            source: StoredValue::new(None),
        };
        let mut parts = Some((source.into_builder_fn(), selection, on_event, reset));
        // Effects run only in a browser, after hydration.
        Effect::new(move |_| {
            if let Some((source, selection, on_event, reset)) = parts.take() {
                let subscribe = make_subscribe(control, selection, on_event);
                let source =
                    ComponentSource::new(control, wanted(source), subscribe, Box::new(reset));
                control
                    .source
                    .try_set_value(Some(SendWrapper::new(Rc::new(source))));
            }
            if let Some(source) = control.source() {
                source.follow();
            }
        });
        on_cleanup(move || drop(control.source.try_update_value(Option::take)));
        control
    }

    /// The error, as a signal that notes when it is read.
    pub(crate) fn error_signal(self) -> Signal<Option<Error>> {
        Signal::derive(move || {
            self.is_error_shown.try_set_value(true);
            self.error.get()
        })
    }

    fn callbacks(&self) -> Option<Rc<Callbacks>> {
        let callbacks = self
            .callbacks
            .try_with_value(|held| held.as_deref().cloned());
        callbacks.flatten()
    }

    pub(crate) fn on_error(&self, callback: impl Fn(Error) + 'static) {
        if let Some(callbacks) = self.callbacks() {
            callbacks.set_on_error(callback);
        }
    }

    pub(crate) fn on_gap(&self, callback: impl Fn(Gap) + 'static) {
        if let Some(callbacks) = self.callbacks() {
            callbacks.set_on_gap(callback);
        }
        if let Some(source) = self.source() {
            source.listen_to_gaps();
        }
    }

    pub(crate) fn on_attempt(&self, callback: impl Fn(AttemptSummary) + 'static) {
        if let Some(callbacks) = self.callbacks() {
            callbacks.set_on_attempt(callback);
        }
        if let Some(source) = self.source() {
            source.listen_to_attempts();
        }
    }

    pub(crate) fn countdown(&self) -> Signal<Option<u64>> {
        self.wants_countdown.try_set_value(true);
        if let Some(source) = self.source() {
            source.listen_to_countdown();
        }
        self.seconds.into()
    }

    fn wants_countdown(&self) -> bool {
        self.wants_countdown.try_with_value(|wants| *wants) == Some(true)
    }

    fn show_seconds(&self, seconds: Option<u64>) {
        if self.seconds.try_with_untracked(|shown| *shown != seconds) == Some(true) {
            self.seconds.try_set(seconds);
        }
    }

    fn source(&self) -> Option<Rc<ComponentSource>> {
        let source = self
            .source
            .try_with_value(|source| source.as_deref().cloned());
        source.flatten()
    }

    fn should_be_open(&self) -> bool {
        self.should_be_open
            .try_with_value(|should_be_open| *should_be_open)
            == Some(true)
    }

    /// Whether the source is closed; `None` if the component is gone.
    fn is_closed(&self) -> Option<bool> {
        self.state.try_with_untracked(State::is_closed)
    }

    pub(crate) fn close(&self) {
        if self.is_closed() != Some(false) {
            return;
        }
        self.should_be_open.try_set_value(false);
        let subscription = self.source().and_then(|source| source.subscription.take());
        drop(subscription);
        self.show_seconds(None);
        self.show_state(State::Closed(CloseReason::Requested));
    }

    pub(crate) fn open(&self) {
        if self.is_closed() != Some(true) {
            return;
        }
        self.should_be_open.try_set_value(true);
        self.show_connecting();
        if let Some(source) = self.source() {
            source.reopen();
        }
    }

    /// Calls with the source, if it is open.
    pub(crate) fn ask(&self, call: fn(&EventSource)) {
        let subscription = self
            .source()
            .and_then(|source| source.subscription.borrow().clone());
        if let Some(source) = subscription.as_ref().and_then(|open| open.source()) {
            call(source);
        }
    }

    /// Shows a source that is about to open.
    fn show_connecting(&self) {
        self.show_seconds(None);
        if self.error.try_with_untracked(Option::is_some) == Some(true) {
            self.show_error(None);
        }
        let is_new = |was: &State| !matches!(was, State::Connecting);
        if self.state.try_with_untracked(is_new) == Some(true) {
            self.show_state(State::Connecting);
        }
    }

    /// Writes the last error to the console if nothing has shown it when the effects have run: a component that shows errors has
    /// read it by then.
    fn report_unshown_error_after_effects(self) {
        spawn_local(async move {
            tick().await;
            let subscription = self
                .source()
                .and_then(|source| source.subscription.borrow().clone());
            if let Some(subscription) = subscription {
                subscription.report_unshown_error();
            }
        });
    }

    fn show_error(&self, error: Option<Error>) {
        self.error.try_set(error);
    }

    fn show_state(&self, state: State) {
        self.state.try_set(state);
    }
}

/// Whether this runs in a browser, where sources are opened.
fn is_browser() -> bool {
    cfg!(target_family = "wasm")
}

/// The builder whose source is to be open.
struct Wanted {
    builder: EventSourceBuilder,
    /// Incremented whenever the builder changes.
    version: u32,
}

type WantedMemo = ArcMemo<SendWrapper<Wanted>>;

/// A memo of the builder that `source` returns. The memo changes only if another builder sets up another source.
fn wanted(source: impl Fn() -> EventSourceBuilder + 'static) -> WantedMemo {
    let source = SendWrapper::new(source);
    ArcMemo::new_owning(move |last: Option<SendWrapper<Wanted>>| {
        let builder = source();
        let version = match last {
            Some(last) if last.builder.adopt_closures(&builder) => return (last, false),
            Some(last) => last.version.wrapping_add(1),
            None => 0,
        };
        (SendWrapper::new(Wanted { builder, version }), true)
    })
}

/// A version of the wanted builder, and the memo that tells whether it is still the wanted one.
#[derive(Clone)]
struct Version {
    wanted: WantedMemo,
    number: u32,
}

impl Version {
    /// Whether this is still the wanted version. The effect that follows a change runs later, and the remaining events of the
    /// current chunk may arrive before that effect.
    fn is_current(&self) -> bool {
        let wanted = self.wanted.try_read_untracked();
        wanted.is_some_and(|wanted| wanted.version == self.number)
    }
}

/// Opens a source. The subscription reports as long as the version is the wanted one.
type Subscribe = dyn Fn(EventSourceBuilder, Version) -> Subscription;

fn make_subscribe<E: 'static>(
    control: Control,
    selection: Selection<E>,
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
        Subscription::open(builder, &selection, observer)
    })
}

/// Shows what a source reports, as long as its version is the wanted one.
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
        if !self.version.is_current() {
            return;
        }
        self.control.is_error_shown.try_set_value(false);
        self.control.show_error(error.clone());
        if let (Some(error), Some(callbacks)) = (error, self.control.callbacks()) {
            if untrack(|| callbacks.error(&error)) {
                self.control.is_error_shown.try_set_value(true);
            }
            self.control.report_unshown_error_after_effects();
        }
    }

    fn has_shown_error(&self) -> bool {
        !self.version.is_current()
            || self
                .control
                .is_error_shown
                .try_with_value(|is_shown| *is_shown)
                == Some(true)
    }

    fn gap(&self, gap: Gap) {
        if let Some(callbacks) = self.control.callbacks()
            && self.version.is_current()
        {
            untrack(|| callbacks.gap(gap));
        }
    }

    fn attempt(&self, attempt: AttemptSummary) {
        if let Some(callbacks) = self.control.callbacks()
            && self.version.is_current()
        {
            untrack(|| callbacks.attempt(attempt));
        }
    }

    fn countdown(&self, seconds: Option<u64>) {
        if self.version.is_current() {
            self.control.show_seconds(seconds);
        }
    }
}

/// A component's source in a browser.
struct ComponentSource {
    control: Control,
    wanted: WantedMemo,
    /// The version that was opened last; `None` before the first.
    version: Cell<Option<u32>>,
    subscribe: Box<Subscribe>,
    reset: Box<dyn Fn()>,
    subscription: RefCell<Option<Rc<Subscription>>>,
}

impl ComponentSource {
    fn new(
        control: Control,
        wanted: WantedMemo,
        subscribe: Box<Subscribe>,
        reset: Box<dyn Fn()>,
    ) -> Self {
        Self {
            control,
            wanted,
            version: Cell::default(),
            subscribe,
            reset,
            subscription: RefCell::default(),
        }
    }

    /// Opens the wanted source. The effect that calls this runs again when another source is wanted.
    fn follow(&self) {
        self.wanted.track();
        if self.switch_to_wanted() && self.control.should_be_open() {
            self.subscribe();
        }
    }

    fn reopen(&self) {
        self.switch_to_wanted();
        self.subscribe();
    }

    fn listen_to_gaps(&self) {
        let callbacks = self.control.callbacks();
        let subscription = self.subscription.borrow().clone();
        if let Some(subscription) = subscription
            && callbacks.is_some_and(|callbacks| callbacks.wants_gaps())
        {
            subscription.listen_to_gaps();
        }
    }

    fn listen_to_attempts(&self) {
        let callbacks = self.control.callbacks();
        let subscription = self.subscription.borrow().clone();
        if let Some(subscription) = subscription
            && callbacks.is_some_and(|callbacks| callbacks.wants_attempts())
        {
            subscription.listen_to_attempts();
        }
    }

    fn listen_to_countdown(&self) {
        let subscription = self.subscription.borrow().clone();
        if let Some(subscription) = subscription
            && self.control.wants_countdown()
        {
            subscription.listen_to_countdown();
        }
    }

    /// Drops a source that is no longer wanted. Returns whether another one is wanted.
    fn switch_to_wanted(&self) -> bool {
        let number = self.wanted.read_untracked().version;
        let last = self.version.replace(Some(number));
        if last.is_some_and(|last| last != number) {
            drop(self.subscription.take());
            self.control.should_be_open.try_set_value(true);
            (self.reset)();
            self.control.show_connecting();
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
        drop(self.subscription.replace(Some(Rc::new(subscription))));
        self.listen_to_gaps();
        self.listen_to_attempts();
        self.listen_to_countdown();
        // A callback may have closed the source when its first state was reported.
        if !self.control.should_be_open() {
            drop(self.subscription.take());
        }
    }
}
