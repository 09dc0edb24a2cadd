//! What a source makes of the ids of its events.

use super::Connection;
use crate::{
    ids::{Gap, IdField, Told},
    transport::Frame,
};

impl Connection {
    /// From now on. What is known by then is the last event id.
    pub(super) fn heed_ids(&self) {
        if !self.heeds_ids.replace(true) {
            self.ids.borrow_mut().passed(&self.last_event_id());
            self.with_transport(|transport| transport.tell_all_ids());
        }
    }

    /// Whether an event was handed over before. If not, the gap before it is told, where there is one.
    pub(super) fn is_repeated(&self, frame: &Frame<'_>) -> bool {
        // Had the end come before, this would be over.
        let is_the_end = self.has_terminal_data(frame) || self.is_terminal_event(frame);
        let id_field = if is_the_end {
            IdField::Absent
        } else {
            frame.id_field()
        };
        let id = frame.provenance().last_event_id();
        let told = self.ids.borrow_mut().heard(id, id_field);
        match told {
            Told::Repeated => true,
            Told::New(gap) => {
                self.tell_of_gap(gap);
                false
            }
        }
    }

    /// What nobody listens to has moved the last event id on.
    pub(super) fn pass(&self, id: &str) {
        let gap = self.ids.borrow_mut().passed(id);
        self.tell_of_gap(gap);
    }

    fn tell_of_gap(&self, gap: Option<Gap>) {
        if let Some(gap) = gap {
            self.gaps.each(|callback| callback(&gap));
        }
    }
}
