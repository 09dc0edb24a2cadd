//! The source of a component, from one render to the next.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use typed_eventsource::{
    AttemptSummary, CloseReason, Error, Event, EventSource, EventSourceBuilder, Gap, State,
};
use typed_eventsource_hooks::{Callbacks, Observer, Selection, Subscription};
use yew::functional::UseForceUpdateHandle;

use crate::handle::{SourceControl, UseEventSourceHandle};

/// Changes the data by an event, and returns whether there is something new to show.
pub(crate) type Receive<E, T> = dyn Fn(&mut Rc<T>, Event<E>) -> bool;

/// A component's source, and what the component shows of it.
pub(crate) struct ComponentSource<E, T> {
    /// The builder of the last render.
    builder: RefCell<EventSourceBuilder>,
    selection: RefCell<Selection<E>>,
    receive: RefCell<Rc<Receive<E, T>>>,
    subscription: RefCell<Option<Rc<Subscription>>>,
    is_mounted: Cell<bool>,
    /// False after the component has closed the source.
    should_be_open: Cell<bool>,
    /// `None` before the first render of a source, and while `receive` runs.
    data: RefCell<Option<Rc<T>>>,
    state: RefCell<State>,
    error: RefCell<Option<Error>>,
    /// The seconds until the next attempt, while the source waits for it.
    seconds: Cell<Option<u64>>,
    /// Whether a render has shown these seconds.
    wants_countdown: Cell<bool>,
    /// Whether a render has shown the error, or a callback has taken it.
    is_error_shown: Cell<bool>,
    callbacks: Callbacks,
    /// Grows when a render asks for another source.
    source_number: Cell<u32>,
    /// Grows with each change of what the component shows.
    revision: Cell<u64>,
    re_render: UseForceUpdateHandle,
}

impl<E, T> ComponentSource<E, T> {
    pub(crate) fn new(
        builder: EventSourceBuilder,
        selection: Selection<E>,
        receive: Rc<Receive<E, T>>,
        re_render: UseForceUpdateHandle,
    ) -> Self {
        Self {
            builder: RefCell::new(builder),
            selection: RefCell::new(selection),
            receive: RefCell::new(receive),
            subscription: RefCell::default(),
            is_mounted: Cell::new(false),
            should_be_open: Cell::new(true),
            data: RefCell::default(),
            state: RefCell::new(State::Connecting),
            error: RefCell::default(),
            seconds: Cell::default(),
            wants_countdown: Cell::default(),
            is_error_shown: Cell::new(false),
            callbacks: Callbacks::default(),
            source_number: Cell::new(0),
            revision: Cell::new(0),
            re_render,
        }
    }

    fn unsubscribe(&self) {
        self.seconds.take();
        drop(self.subscription.take());
    }

    fn changed(&self) {
        self.revision.set(self.revision.get() + 1);
        self.re_render.force_update();
    }

    fn show_state(&self, state: State) {
        drop(self.state.replace(state));
        self.changed();
    }

    fn show_error(&self, error: Option<Error>) {
        drop(self.error.replace(error));
        self.changed();
    }
}

impl<E: 'static, T: 'static> Observer<E> for ComponentSource<E, T> {
    fn event(&self, event: Event<E>) {
        let source_number = self.source_number.get();
        let receive = Rc::clone(&self.receive.borrow());
        // The data is taken out, so that `receive` need not clone it if no render holds it.
        let Some(mut data) = self.data.take() else {
            return;
        };
        let is_new = receive(&mut data, event);
        // A callback may have rendered another source.
        if self.source_number.get() == source_number {
            drop(self.data.replace(Some(data)));
        }
        if is_new {
            self.changed();
        }
    }

    fn state(&self, state: State) {
        self.show_state(state);
    }

    fn error(&self, error: Option<Error>) {
        self.is_error_shown.set(false);
        self.show_error(error.clone());
        if error.is_some_and(|error| self.callbacks.error(&error)) {
            self.is_error_shown.set(true);
        }
    }

    fn has_shown_error(&self) -> bool {
        self.is_error_shown.get()
    }

    fn gap(&self, gap: Gap) {
        self.callbacks.gap(gap);
    }

    fn attempt(&self, attempt: AttemptSummary) {
        self.callbacks.attempt(attempt);
    }

    fn countdown(&self, seconds: Option<u64>) {
        self.seconds.set(seconds);
        self.changed();
    }
}

impl<E: 'static, T: 'static> ComponentSource<E, T> {
    /// Takes over what a render asks for. If that is another source, the last one is closed at once, so that none of its events can
    /// arrive before the new one opens, which is after the render.
    pub(crate) fn ask_for(
        &self,
        builder: &EventSourceBuilder,
        selection: Selection<E>,
        receive: Rc<Receive<E, T>>,
    ) {
        drop(self.receive.replace(receive));
        let known = self.builder.borrow().clone();
        let is_selected = *self.selection.borrow() == selection;
        if is_selected && known.adopt_closures(builder) {
            return;
        }
        self.unsubscribe();
        drop(self.builder.replace(builder.clone()));
        drop(self.selection.replace(selection));
        self.source_number.set(self.source_number.get() + 1);
        self.revision.set(self.revision.get() + 1);
        self.should_be_open.set(true);
        drop(self.data.take());
        self.state.replace(State::Connecting);
        self.error.take();
    }

    /// The number of the source that the last render has asked for.
    pub(crate) fn source_number(&self) -> u32 {
        self.source_number.get()
    }

    /// Called when the component has rendered, and the components that it gives its handle to.
    pub(crate) fn rendered(&self) {
        let subscription = self.subscription.borrow().clone();
        if let Some(subscription) = subscription {
            subscription.report_unshown_error();
        }
    }

    /// The handle for this render, with what there is to show.
    pub(crate) fn show(self: &Rc<Self>, init: impl FnOnce() -> T) -> UseEventSourceHandle<T> {
        let known = self.data.borrow().clone();
        let data = known.unwrap_or_else(|| {
            let data = Rc::new(init());
            self.data.replace(Some(Rc::clone(&data)));
            data
        });
        UseEventSourceHandle {
            data,
            state: self.state.borrow().clone(),
            error: self.error.borrow().clone(),
            seconds: self.seconds.get(),
            revision: self.revision.get(),
            control: Rc::clone(self) as Rc<dyn SourceControl>,
        }
    }

    pub(crate) fn mount(self: &Rc<Self>) {
        self.is_mounted.set(true);
        if self.should_be_open.get() {
            self.subscribe();
        }
    }

    pub(crate) fn unmount(&self) {
        self.is_mounted.set(false);
        self.unsubscribe();
    }

    fn subscribe(self: &Rc<Self>) {
        self.unsubscribe();
        let builder = self.builder.borrow().clone();
        // The component holds its subscription, so the subscription must not hold the component.
        let selection = self.selection.borrow().clone();
        let subscription = Subscription::open(builder, &selection, Rc::downgrade(self));
        drop(self.subscription.replace(Some(Rc::new(subscription))));
        self.listen_to_gaps();
        self.listen_to_attempts();
        self.listen_to_countdown();
    }

    fn listen_to_countdown(&self) {
        let subscription = self.subscription.borrow().clone();
        if let Some(subscription) = subscription
            && self.wants_countdown.get()
        {
            subscription.listen_to_countdown();
        }
    }

    fn listen_to_gaps(&self) {
        let subscription = self.subscription.borrow().clone();
        if let Some(subscription) = subscription
            && self.callbacks.wants_gaps()
        {
            subscription.listen_to_gaps();
        }
    }

    fn listen_to_attempts(&self) {
        let subscription = self.subscription.borrow().clone();
        if let Some(subscription) = subscription
            && self.callbacks.wants_attempts()
        {
            subscription.listen_to_attempts();
        }
    }
}

impl<E: 'static, T: 'static> SourceControl for ComponentSource<E, T> {
    fn open(self: Rc<Self>) {
        let is_open = self.subscription.borrow().is_some() && !self.state.borrow().is_closed();
        if is_open {
            return;
        }
        self.should_be_open.set(true);
        drop(self.error.take());
        self.show_state(State::Connecting);
        if self.is_mounted.get() {
            self.subscribe();
        }
    }

    fn error_shown(&self) {
        self.is_error_shown.set(true);
    }

    fn countdown_shown(&self) {
        if !self.wants_countdown.replace(true) {
            self.listen_to_countdown();
        }
    }

    fn on_error(&self, callback: Box<dyn Fn(Error)>) {
        self.callbacks.set_on_error(callback);
    }

    fn on_gap(&self, callback: Box<dyn Fn(Gap)>) {
        self.callbacks.set_on_gap(callback);
        self.listen_to_gaps();
    }

    fn on_attempt(&self, callback: Box<dyn Fn(AttemptSummary)>) {
        self.callbacks.set_on_attempt(callback);
        self.listen_to_attempts();
    }

    fn close(self: Rc<Self>) {
        if self.state.borrow().is_closed() {
            return;
        }
        self.should_be_open.set(false);
        self.unsubscribe();
        self.show_state(State::Closed(CloseReason::Requested));
    }

    fn ask(&self, call: fn(&EventSource)) {
        let subscription = self.subscription.borrow().clone();
        if let Some(source) = subscription.as_ref().and_then(|open| open.source()) {
            call(source);
        }
    }
}
