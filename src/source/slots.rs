//! Callbacks that can be added and removed at any time, also while they run.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

/// Callbacks in the order in which they were added. One added during a round is first called in the next; one removed
/// is not called again, and is dropped as soon as it does not run; one that panics is lost. No borrow is held while one
/// runs or is dropped.
pub(crate) struct Slots<F: ?Sized> {
    slots: RefCell<Vec<Rc<Slot<F>>>>,
    rounds: Cell<u32>,
    /// Whether removed slots may still be in their places.
    littered: Cell<bool>,
}

/// The place of one callback: empty while it runs and after it was removed.
pub(crate) struct Slot<F: ?Sized> {
    callback: Cell<Option<Box<F>>>,
    removed: Cell<bool>,
}

impl<F: ?Sized> Default for Slots<F> {
    fn default() -> Self {
        Self {
            slots: RefCell::default(),
            rounds: Cell::default(),
            littered: Cell::default(),
        }
    }
}

impl<F: ?Sized> Slots<F> {
    pub(crate) fn is_empty(&self) -> bool {
        self.slots.borrow().iter().all(|slot| slot.removed.get())
    }

    pub(crate) fn add(&self, callback: Box<F>) -> Rc<Slot<F>> {
        let slot = Rc::new(Slot {
            callback: Cell::new(Some(callback)),
            removed: Cell::new(false),
        });
        self.slots.borrow_mut().push(Rc::clone(&slot));
        slot
    }

    pub(crate) fn remove(&self, slot: &Slot<F>) {
        slot.remove();
        self.littered.set(true);
        self.sweep();
    }

    pub(crate) fn clear(&self) {
        let all: Vec<_> = self.slots.borrow().iter().map(Rc::clone).collect();
        all.iter().for_each(|slot| slot.remove());
        self.littered.set(true);
        self.sweep();
    }

    /// Hands each callback to `call`, which calls it.
    pub(crate) fn each(&self, mut call: impl FnMut(&mut F)) {
        self.round(|slot| slot.run(&mut call));
    }

    /// The same for the last time: each callback is gone once it was called, so that after a panic another round calls the
    /// others.
    pub(crate) fn each_once(&self, mut call: impl FnMut(&mut F)) {
        self.round(|slot| {
            if let Some(mut callback) = slot.callback.take() {
                call(&mut callback);
            }
        });
        self.clear();
    }

    fn round(&self, mut run: impl FnMut(&Slot<F>)) {
        let mut round = Round::begin(self);
        let count = self.slots.borrow().len();
        for index in 0..count {
            let slot = Rc::clone(&self.slots.borrow()[index]);
            run(&slot);
        }
        round.is_whole = true;
    }

    /// Nothing runs, whatever rounds there seem to be: a panic has ended them, and nothing was cleaned up.
    pub(crate) fn recover(&self) {
        self.rounds.set(0);
        self.littered.set(true);
        self.sweep();
    }

    /// Takes out the removed slots and the lost ones, unless a round is counting on the places of the others.
    fn sweep(&self) {
        if self.rounds.get() == 0 && self.littered.replace(false) {
            self.slots.borrow_mut().retain(|slot| !slot.is_vacant());
        }
    }
}

/// While it lives, a round is under way. A callback that panics ends it too.
struct Round<'a, F: ?Sized> {
    slots: &'a Slots<F>,
    is_whole: bool,
}

impl<'a, F: ?Sized> Round<'a, F> {
    fn begin(slots: &'a Slots<F>) -> Self {
        slots.rounds.set(slots.rounds.get() + 1);
        Self {
            slots,
            is_whole: false,
        }
    }
}

impl<F: ?Sized> Drop for Round<'_, F> {
    fn drop(&mut self) {
        let slots = self.slots;
        slots.rounds.set(slots.rounds.get() - 1);
        if !self.is_whole {
            slots.littered.set(true);
        }
        slots.sweep();
    }
}

impl<F: ?Sized> Slot<F> {
    fn run(&self, call: &mut impl FnMut(&mut F)) {
        let Some(mut callback) = self.callback.take() else {
            return;
        };
        call(&mut callback);
        if !self.removed.get() {
            self.callback.set(Some(callback));
        }
    }

    /// Whether nothing is there, and nothing comes back: to be asked while none runs.
    fn is_vacant(&self) -> bool {
        let callback = self.callback.take();
        let is_vacant = callback.is_none();
        self.callback.set(callback);
        is_vacant
    }

    fn remove(&self) {
        self.removed.set(true);
        drop(self.callback.take());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Callbacks = Slots<dyn FnMut()>;
    type Place = Rc<RefCell<Option<Rc<Slot<dyn FnMut()>>>>>;

    /// Callbacks that write their names down, and what they wrote.
    fn journal() -> (Rc<Callbacks>, Rc<RefCell<String>>) {
        Default::default()
    }

    fn writer(journal: &Rc<RefCell<String>>, name: char) -> Box<dyn FnMut()> {
        let journal = Rc::clone(journal);
        Box::new(move || journal.borrow_mut().push(name))
    }

    fn round(callbacks: &Callbacks) {
        callbacks.each(|callback| callback());
    }

    #[test]
    fn they_run_in_the_order_in_which_they_were_added() {
        let (callbacks, journal) = journal();
        for name in ['a', 'b', 'c'] {
            callbacks.add(writer(&journal, name));
        }
        round(&callbacks);
        round(&callbacks);
        assert_eq!(*journal.borrow(), "abcabc");
    }

    #[test]
    fn one_added_during_a_round_waits_for_the_next() {
        let (callbacks, journal) = journal();
        let (weak, pen) = (Rc::downgrade(&callbacks), Rc::clone(&journal));
        let mut added = false;
        callbacks.add(Box::new(move || {
            pen.borrow_mut().push('a');
            if !std::mem::replace(&mut added, true) {
                weak.upgrade().unwrap().add(writer(&pen, 'b'));
            }
        }));
        round(&callbacks);
        assert_eq!(*journal.borrow(), "a");
        round(&callbacks);
        assert_eq!(*journal.borrow(), "aab");
    }

    #[test]
    fn one_removed_by_an_earlier_one_is_dropped_at_once_and_not_called() {
        let (callbacks, journal) = journal();
        let victim = Place::default();
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
        round(&callbacks);
        assert_eq!(*journal.borrow(), "ac");
    }

    #[test]
    fn one_that_removes_itself_finishes_and_is_dropped() {
        let (callbacks, journal) = journal();
        let own = Place::default();
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
        round(&callbacks);
        round(&callbacks);
        assert_eq!(*journal.borrow(), "a");
        assert_eq!(Rc::strong_count(&journal), 1);
        assert!(callbacks.is_empty());
    }

    #[test]
    fn one_that_panics_is_lost_and_the_others_are_not() {
        let (callbacks, journal) = journal();
        callbacks.add(writer(&journal, 'a'));
        callbacks.add(Box::new(|| panic!("on purpose")));
        callbacks.add(writer(&journal, 'b'));
        let panics = std::panic::AssertUnwindSafe(|| round(&callbacks));
        assert!(std::panic::catch_unwind(panics).is_err());
        assert_eq!(callbacks.slots.borrow().len(), 2);
        round(&callbacks);
        assert_eq!(*journal.borrow(), "aab");
    }

    #[test]
    fn a_last_round_that_panics_can_be_gone_on_with() {
        let (callbacks, journal) = journal();
        callbacks.add(writer(&journal, 'a'));
        callbacks.add(Box::new(|| panic!("on purpose")));
        callbacks.add(writer(&journal, 'b'));
        let last_round = || callbacks.each_once(|callback| callback());
        assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(last_round)).is_err());
        last_round();
        assert_eq!(*journal.borrow(), "ab");
        assert!(callbacks.is_empty());
    }

    #[test]
    fn a_round_that_was_not_cleaned_up_is_recovered_from() {
        let (callbacks, journal) = journal();
        let pen = writer(&journal, 'a');
        std::mem::forget(Round::begin(&callbacks));
        drop(callbacks.add(Box::new(|| {})).callback.take());
        callbacks.add(pen);
        callbacks.recover();
        assert_eq!(callbacks.slots.borrow().len(), 1);
        round(&callbacks);
        assert_eq!(*journal.borrow(), "a");
    }

    #[test]
    fn clearing_during_a_round_ends_it() {
        let (callbacks, journal) = journal();
        let (weak, pen) = (Rc::downgrade(&callbacks), Rc::clone(&journal));
        callbacks.add(Box::new(move || {
            pen.borrow_mut().push('a');
            weak.upgrade().unwrap().clear();
        }));
        callbacks.add(writer(&journal, 'b'));
        round(&callbacks);
        assert_eq!(*journal.borrow(), "a");
        assert!(callbacks.is_empty());
    }
}
