//! What a component holds of its source from one render to the next.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use serde_core::de::DeserializeOwned;
use typed_eventsource::{CloseReason, Error, Event, EventSourceBuilder, State};
use typed_eventsource_hooks::{Observer, Subscription};
use yew::functional::UseForceUpdateHandle;

use crate::handle::{SourceControl, UseEventSourceHandle};

/// Takes an event in, and tells whether there is something new to show.
pub(crate) type Receive<E, T> = dyn Fn(&mut Rc<T>, Event<E>) -> bool;

pub(crate) struct ComponentSource<E, T> {
    /// What the last render asked for.
    builder: RefCell<EventSourceBuilder>,
    receive: RefCell<Rc<Receive<E, T>>>,
    subscription: RefCell<Option<Subscription>>,
    is_mounted: Cell<bool>,
    /// Not after it was closed by hand.
    should_be_open: Cell<bool>,
    /// `None` before the first render of a source, and while an event is taken in.
    data: RefCell<Option<Rc<T>>>,
    state: RefCell<State>,
    error: RefCell<Option<Error>>,
    /// Counts the sources.
    source: Cell<u32>,
    /// Counts what there was to show.
    revision: Cell<u64>,
    re_render: UseForceUpdateHandle,
}

impl<E, T> ComponentSource<E, T> {
    pub(crate) fn new(
        builder: EventSourceBuilder,
        receive: Rc<Receive<E, T>>,
        re_render: UseForceUpdateHandle,
    ) -> Self {
        Self {
            builder: RefCell::new(builder),
            receive: RefCell::new(receive),
            subscription: RefCell::default(),
            is_mounted: Cell::new(false),
            should_be_open: Cell::new(true),
            data: RefCell::default(),
            state: RefCell::new(State::Connecting),
            error: RefCell::default(),
            source: Cell::new(0),
            revision: Cell::new(0),
            re_render,
        }
    }

    fn unsubscribe(&self) {
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
        let source = self.source.get();
        let receive = Rc::clone(&self.receive.borrow());
        // Taken from its place: where no render holds it, it is changed as it is.
        let Some(mut data) = self.data.take() else {
            return;
        };
        let is_new = receive(&mut data, event);
        // A callback may have rendered another source.
        if self.source.get() == source {
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
        self.show_error(error);
    }
}

impl<E: DeserializeOwned + 'static, T: 'static> ComponentSource<E, T> {
    /// Takes in what a render asks for. If it is another source, that opens after the render, and the last one is closed
    /// here, so that nothing of it can come between.
    pub(crate) fn ask_for(&self, builder: &EventSourceBuilder, receive: Rc<Receive<E, T>>) {
        drop(self.receive.replace(receive));
        let known = self.builder.borrow().clone();
        if known.adopt_closures(builder) {
            return;
        }
        self.unsubscribe();
        drop(self.builder.replace(builder.clone()));
        self.source.set(self.source.get() + 1);
        self.revision.set(self.revision.get() + 1);
        self.should_be_open.set(true);
        drop(self.data.take());
        self.state.replace(State::Connecting);
        self.error.take();
    }

    /// What there is to show in this render.
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
        // It holds the source, and not the other way round.
        let subscription = Subscription::open(builder, Rc::downgrade(self));
        drop(self.subscription.replace(Some(subscription)));
    }
}

impl<E: DeserializeOwned + 'static, T: 'static> SourceControl for ComponentSource<E, T> {
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

    fn close(self: Rc<Self>) {
        if self.state.borrow().is_closed() {
            return;
        }
        self.should_be_open.set(false);
        self.unsubscribe();
        self.show_state(State::Closed(CloseReason::Requested));
    }
}
