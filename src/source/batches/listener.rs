//! The events that gather for a callback.

use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
};

use super::{BatchOptions, BatchTimer};
use crate::{
    Error, Event,
    payload::Decode,
    place::Place,
    source::{
        callbacks::CallbackList,
        connection::Connection,
        listener::Listener,
        subscriptions::{Names, deliver},
    },
};

/// The events that gather for one callback. The source's listeners hold it, so it goes with them.
struct Batch<T> {
    connection: Weak<Connection>,
    options: BatchOptions,
    events: RefCell<Vec<Event<T>>>,
    /// How many events the last batch had: the next one may have as many.
    last_size: Cell<usize>,
    /// The one callback. There is none once it has panicked, or once it was removed.
    callback: CallbackList<dyn FnMut(Vec<Event<T>>)>,
    timer: Place<BatchTimer>,
}

/// Calls back with the events of these names that have gathered.
pub(in crate::source) fn on_batch<T: 'static>(
    connection: &Rc<Connection>,
    names: Names<'_>,
    decode: Decode<T>,
    options: BatchOptions,
    callback: impl FnMut(Vec<Event<T>>) + 'static,
) -> Result<Listener, Error> {
    let batch = Rc::new(Batch {
        connection: Rc::downgrade(connection),
        options,
        events: RefCell::default(),
        last_size: Cell::default(),
        callback: CallbackList::default(),
        timer: Place::default(),
    });
    batch.callback.add(Box::new(callback));
    let mut listeners = connection.on_frames(names, || {
        let batch = Rc::clone(&batch);
        Box::new(move |frame| deliver(frame, decode, &mut |event| batch.add(event)))
    })?;
    let known = Rc::downgrade(&batch);
    listeners.push(connection.before_notices(move || batch.flush()));
    Ok(Listener::new(connection, move |_| {
        drop(listeners);
        if let Some(batch) = known.upgrade() {
            batch.discard();
        }
    }))
}

impl<T: 'static> Batch<T> {
    fn add(self: &Rc<Self>, event: Event<T>) {
        let mut events = self.events.borrow_mut();
        if events.is_empty() {
            events.reserve(self.last_size.get());
        }
        events.push(event);
        let count = events.len();
        drop(events);
        if count == 1 && self.callback.is_empty() {
            self.discard();
        } else if count >= self.options.most {
            self.flush();
        } else if count == 1 {
            self.set_timer();
        }
    }

    fn set_timer(self: &Rc<Self>) {
        let Some(connection) = self.connection.upgrade() else {
            return;
        };
        let this = Rc::downgrade(self);
        let due = move || {
            let Some(batch) = this.upgrade() else {
                return;
            };
            if let Some(connection) = batch.connection.upgrade() {
                connection.run(|| batch.flush());
            }
        };
        let timer = self.options.after(connection.host(), Rc::new(due));
        self.timer.put(timer);
    }

    /// Hands over what has gathered.
    fn flush(&self) {
        drop(self.timer.take());
        let mut events = self.events.take();
        if events.is_empty() {
            return;
        }
        self.last_size.set(events.len());
        if let Some(connection) = self.connection.upgrade() {
            self.callback.each(connection.panics(), |callback| {
                callback(std::mem::take(&mut events));
            });
        }
    }

    /// Drops the callback, and what has gathered for it.
    fn discard(&self) {
        drop(self.timer.take());
        self.callback.clear();
        drop(self.events.take());
    }
}
