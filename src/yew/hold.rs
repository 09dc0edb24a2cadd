//! What a component holds of its source from one render to the next.

use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
};

use ::yew::functional::UseForceUpdateHandle;
use serde::de::DeserializeOwned;

use super::handle::{Hands, UseEventSourceHandle};
use crate::{CloseReason, Error, Event, EventSourceBuilder, State, hooks::Attachment};

/// Takes an event in, and tells whether there is something new to show.
pub(super) type Receive<E, T> = dyn Fn(&mut Rc<T>, Event<E>) -> bool;

pub(super) struct Hold<E, T> {
    /// What the last render asked for.
    builder: RefCell<EventSourceBuilder>,
    receive: RefCell<Rc<Receive<E, T>>>,
    attachment: RefCell<Option<Attachment>>,
    is_mounted: Cell<bool>,
    /// Not after it was closed by hand.
    is_wanted: Cell<bool>,
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

impl<E, T> Hold<E, T> {
    pub(super) fn new(
        builder: EventSourceBuilder,
        receive: Rc<Receive<E, T>>,
        re_render: UseForceUpdateHandle,
    ) -> Self {
        Self {
            builder: RefCell::new(builder),
            receive: RefCell::new(receive),
            attachment: RefCell::default(),
            is_mounted: Cell::new(false),
            is_wanted: Cell::new(true),
            data: RefCell::default(),
            state: RefCell::new(State::Connecting),
            error: RefCell::default(),
            source: Cell::new(0),
            revision: Cell::new(0),
            re_render,
        }
    }

    fn let_go(&self) {
        drop(self.attachment.take());
    }

    fn changed(&self) {
        self.revision.set(self.revision.get() + 1);
        self.re_render.force_update();
    }

    fn hear_error(&self, error: Error) {
        drop(self.error.replace(Some(error)));
        self.changed();
    }

    fn hear_state(&self, state: State) {
        if matches!(state, State::Open) {
            self.error.take();
        }
        let was = self.state.replace(state.clone());
        // A source begins as what was shown before there was one.
        if !matches!((was, state), (State::Connecting, State::Connecting)) {
            self.changed();
        }
    }

    fn hear_event(&self, event: Event<E>) {
        let source = self.source.get();
        let receive = Rc::clone(&self.receive.borrow());
        // Taken from its place: where no render holds it, it is changed as it is.
        let Some(mut data) = self.data.take() else {
            return;
        };
        let was_wrong = self.error.take().is_some();
        let is_new = receive(&mut data, event);
        // A callback may have rendered another source.
        if self.source.get() == source {
            drop(self.data.replace(Some(data)));
        }
        if is_new || was_wrong {
            self.changed();
        }
    }
}

impl<E: DeserializeOwned + 'static, T: 'static> Hold<E, T> {
    /// Takes in what a render asks for. Another source is there once the render is: the last one is let go of here, so
    /// that nothing of it can come between.
    pub(super) fn ask_for(&self, builder: &EventSourceBuilder, receive: Rc<Receive<E, T>>) {
        drop(self.receive.replace(receive));
        if *self.builder.borrow() == *builder {
            return;
        }
        self.let_go();
        drop(self.builder.replace(builder.clone()));
        self.source.set(self.source.get() + 1);
        self.revision.set(self.revision.get() + 1);
        self.is_wanted.set(true);
        drop(self.data.take());
        self.state.replace(State::Connecting);
        self.error.take();
    }

    /// What there is to show in this render.
    pub(super) fn show(self: &Rc<Self>, init: impl FnOnce() -> T) -> UseEventSourceHandle<T> {
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
            hands: Rc::clone(self) as Rc<dyn Hands>,
        }
    }

    pub(super) fn mount(self: &Rc<Self>) {
        self.is_mounted.set(true);
        if self.is_wanted.get() {
            self.attach();
        }
    }

    pub(super) fn unmount(&self) {
        self.is_mounted.set(false);
        self.let_go();
    }

    fn attach(self: &Rc<Self>) {
        self.let_go();
        let builder = self.builder.borrow().clone();
        let attachment = Attachment::open(
            builder,
            self.hearing(Self::hear_event),
            self.hearing(Self::hear_error),
            self.hearing(Self::hear_state),
        );
        drop(self.attachment.replace(attachment));
    }

    /// A source is held by this, and not the other way round.
    fn hearing<A>(self: &Rc<Self>, hear: fn(&Self, A)) -> impl FnMut(A) + use<E, T, A> {
        let this: Weak<Self> = Rc::downgrade(self);
        move |what| {
            if let Some(this) = this.upgrade() {
                hear(&this, what);
            }
        }
    }
}

impl<E: DeserializeOwned + 'static, T: 'static> Hands for Hold<E, T> {
    fn open(self: Rc<Self>) {
        let is_open = self.attachment.borrow().is_some() && !self.state.borrow().is_closed();
        if is_open {
            return;
        }
        self.is_wanted.set(true);
        self.error.take();
        self.hear_state(State::Connecting);
        if self.is_mounted.get() {
            self.attach();
        }
    }

    fn close(self: Rc<Self>) {
        if self.state.borrow().is_closed() {
            return;
        }
        self.is_wanted.set(false);
        self.let_go();
        self.hear_state(State::Closed(CloseReason::Requested));
    }
}
