//! Callbacks that can be added and removed at any time, even while they run.

use std::{cell::Cell, rc::Rc};

use crate::{panics::Panics, place::Place};

/// Callbacks in the order in which they were added, those that come first before the others. A callback that is added during a dispatch is first called in the
/// next dispatch. One that is removed is not called again, and is dropped as soon as it is not running. No borrow is
/// held while a callback runs or is dropped.
pub(super) struct CallbackList<F: ?Sized> {
    /// `None` if there are none. It is copied if it changes during a dispatch, which uses the old list.
    slots: Place<Rc<Vec<Rc<Slot<F>>>>>,
}

/// Callbacks of a list; `None` if there are none.
pub(super) type Snapshot<F> = Option<Rc<Vec<Rc<Slot<F>>>>>;

/// The place of one callback: empty while it runs and after it was removed.
pub(super) struct Slot<F: ?Sized> {
    callback: Place<Box<F>>,
    is_removed: Cell<bool>,
    comes_first: Cell<bool>,
}

impl<F: ?Sized> Default for CallbackList<F> {
    fn default() -> Self {
        Self {
            slots: Place::default(),
        }
    }
}

impl<F: ?Sized> CallbackList<F> {
    pub(super) fn is_empty(&self) -> bool {
        self.slots.get().is_none()
    }

    pub(super) fn add(&self, callback: Box<F>) -> Rc<Slot<F>> {
        let slot = Rc::new(Slot {
            callback: callback.into(),
            is_removed: Cell::new(false),
            comes_first: Cell::new(false),
        });
        let mut slots = self.slots.take().unwrap_or_default();
        Rc::make_mut(&mut slots).push(Rc::clone(&slot));
        self.slots.put(slots);
        slot
    }

    /// Adds a callback that is called before those that [`add`](Self::add) adds.
    pub(super) fn add_first(&self, callback: Box<F>) -> Rc<Slot<F>> {
        let slot = self.add(callback);
        if let Some(mut slots) = self.slots.take() {
            let index = slots.partition_point(|slot| slot.comes_first.get());
            Rc::make_mut(&mut slots)[index..].rotate_right(1);
            self.slots.put(slots);
        }
        slot.comes_first.set(true);
        slot
    }

    pub(super) fn remove(&self, slot: &Slot<F>) {
        if let Some(mut slots) = self.slots.take() {
            Rc::make_mut(&mut slots).retain(|other| !std::ptr::eq(&**other, slot));
            if !slots.is_empty() {
                self.slots.put(slots);
            }
        }
        slot.remove();
    }

    pub(super) fn clear(&self) {
        if let Some(slots) = self.slots.take() {
            slots.iter().for_each(|slot| slot.remove());
        }
    }

    /// The callbacks that there are now, for a later dispatch.
    pub(super) fn snapshot(&self) -> Snapshot<F> {
        self.slots.get()
    }

    /// Passes each callback to `call`, which calls it. One that panics is removed, and the others are still called.
    pub(super) fn each(&self, panics: &Panics, call: impl FnMut(&mut F)) {
        self.each_of(self.snapshot(), panics, call);
    }

    /// Does so with the callbacks that there were, except those that were removed.
    pub(super) fn each_of(
        &self,
        snapshot: Snapshot<F>,
        panics: &Panics,
        mut call: impl FnMut(&mut F),
    ) {
        let Some(slots) = snapshot else {
            return;
        };
        for slot in &*slots {
            let Some(mut callback) = slot.callback.take() else {
                continue;
            };
            let has_panicked = panics.catch(|| call(&mut callback));
            if has_panicked {
                self.remove(slot);
            } else if !slot.is_removed.get() {
                slot.callback.put(callback);
            }
        }
    }
}

impl<F: ?Sized> Slot<F> {
    fn remove(&self) {
        self.is_removed.set(true);
        drop(self.callback.take());
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    type Callbacks = CallbackList<dyn FnMut()>;
    type Held = Rc<RefCell<Option<Rc<Slot<dyn FnMut()>>>>>;

    /// Callbacks that write down their names, and what they wrote.
    fn journal() -> (Rc<Callbacks>, Rc<RefCell<String>>) {
        Default::default()
    }

    fn writer(journal: &Rc<RefCell<String>>, name: char) -> Box<dyn FnMut()> {
        let journal = Rc::clone(journal);
        Box::new(move || journal.borrow_mut().push(name))
    }

    fn dispatch(callbacks: &Callbacks) {
        let panics = Panics::default();
        callbacks.each(&panics, |callback| callback());
        panics.resume();
    }

    #[test]
    fn a_callback_removed_by_an_earlier_one_is_dropped_at_once_and_not_called() {
        let (callbacks, journal) = journal();
        let victim = Held::default();
        let (weak, pen, other) = (
            Rc::downgrade(&callbacks),
            Rc::clone(&journal),
            Rc::clone(&victim),
        );
        callbacks.add(Box::new(move || {
            pen.borrow_mut().push('a');
            if let Some(slot) = other.borrow_mut().take() {
                let owners = Rc::strong_count(&pen);
                weak.upgrade().unwrap().remove(&slot);
                assert_eq!(
                    Rc::strong_count(&pen),
                    owners - 1,
                    "what it captured is gone"
                );
            }
        }));
        *victim.borrow_mut() = Some(callbacks.add(writer(&journal, 'b')));
        callbacks.add(writer(&journal, 'c'));
        dispatch(&callbacks);
        assert_eq!(*journal.borrow(), "ac");
    }

    #[test]
    fn a_callback_that_removes_itself_finishes_and_is_dropped() {
        let (callbacks, journal) = journal();
        let own = Held::default();
        let (weak, pen, this) = (
            Rc::downgrade(&callbacks),
            Rc::clone(&journal),
            Rc::clone(&own),
        );
        *own.borrow_mut() = Some(callbacks.add(Box::new(move || {
            let slot = this.borrow_mut().take().unwrap();
            weak.upgrade().unwrap().remove(&slot);
            pen.borrow_mut().push('a');
        })));
        dispatch(&callbacks);
        dispatch(&callbacks);
        assert_eq!(*journal.borrow(), "a");
        assert_eq!(Rc::strong_count(&journal), 1);
        assert!(callbacks.is_empty());
    }

    #[test]
    fn a_callback_that_panics_is_removed_and_the_others_are_called() {
        let (callbacks, journal) = journal();
        callbacks.add(writer(&journal, 'a'));
        callbacks.add(Box::new(|| panic!("on purpose")));
        callbacks.add(writer(&journal, 'b'));
        let panics = std::panic::AssertUnwindSafe(|| dispatch(&callbacks));
        assert!(std::panic::catch_unwind(panics).is_err());
        assert_eq!(*journal.borrow(), "ab");
        assert_eq!(callbacks.slots.get().unwrap().len(), 2);
        dispatch(&callbacks);
        assert_eq!(*journal.borrow(), "abab");
    }

    #[test]
    fn clearing_during_a_dispatch_ends_it() {
        let (callbacks, journal) = journal();
        let (weak, pen) = (Rc::downgrade(&callbacks), Rc::clone(&journal));
        callbacks.add(Box::new(move || {
            pen.borrow_mut().push('a');
            weak.upgrade().unwrap().clear();
        }));
        callbacks.add(writer(&journal, 'b'));
        dispatch(&callbacks);
        assert_eq!(*journal.borrow(), "a");
        assert!(callbacks.is_empty());
    }
}
