//! The renewal of a connection before what it was made with expires: the next one is opened while it goes on.

use alloc::{borrow::ToOwned, string::String, vec::Vec};

use super::{Failure, IdField, Output, Session, limits::MIN_DELAY, timers::NEVER};
use crate::{Span, Timestamp};

/// How long before the expiry the next connection is opened; in the middle of a time that is shorter than two of these.
const LEAD: Span = Span::from_secs(30);

/// How many attempts a renewal has.
const MAX_ATTEMPTS: u32 = 3;

/// The most ids that are kept of what arrives during a renewal.
const MAX_IDS: usize = 16 * 1024;

/// What a session knows about the renewal of its connection.
#[derive(Debug, Default)]
pub(super) struct Renewal {
    expires_at: Option<Timestamp>,
    /// When to renew, if that is to come.
    at: Option<Timestamp>,
    is_under_way: bool,
    failures: u32,
    /// The ids of the events that the earlier connection has delivered meanwhile, in their order. The next one brings them again.
    delivered: Vec<String>,
    /// How many of them it has brought.
    repeated: usize,
}

impl Renewal {
    /// Another connection is open, which may be made with something else.
    pub(super) fn forget_expiry(&mut self) {
        self.expires_at = None;
        self.at = None;
    }

    fn needs_ids(&self) -> bool {
        self.is_under_way || !self.delivered.is_empty()
    }

    /// Whether an event with this id was delivered by the earlier connection. Events without an id cannot be known again.
    fn is_delivered_again(&mut self, id: &str, field: IdField) -> bool {
        if id.is_empty() || field == IdField::Absent {
            return false;
        }
        let inherits = |id_before: Option<&String>| {
            field == IdField::Unknown && id_before.is_some_and(|before| before == id)
        };
        if self.is_under_way {
            if !inherits(self.delivered.last()) && self.delivered.len() < MAX_IDS {
                self.delivered.push(id.to_owned());
            }
            return false;
        }
        let (before, to_come) = self.delivered.split_at(self.repeated);
        if inherits(before.last()) {
            return false;
        }
        match to_come.iter().position(|delivered| delivered == id) {
            Some(index) if index + 1 < to_come.len() => {
                self.repeated += index + 1;
                true
            }
            // The last one, or an event beyond it.
            found => {
                self.delivered = Vec::new();
                self.repeated = 0;
                found.is_some()
            }
        }
    }
}

impl Session {
    pub(super) fn expires_in(&mut self, time: Span, now: Timestamp) {
        let expires_at = now + time;
        // If it was not exchanged for another, the next one would end no later.
        let is_renewed = self.renewal.expires_at.is_none_or(|before| {
            let left = before.since(now);
            time > left + half(left)
        });
        let is_usual = self.is_open() && self.is_repeatable && time > Span::ZERO;
        self.renewal.expires_at = Some(expires_at);
        self.renewal.at =
            (is_renewed && is_usual).then(|| now + (time - LEAD.min(half(time))).max(MIN_DELAY));
        self.renewal.failures = 0;
    }

    pub(super) fn renew(&mut self) {
        self.renewal.at = None;
        self.renewal.is_under_way = true;
        self.renewal.delivered.clear();
        self.renewal.repeated = 0;
        self.needs_ids = true;
        self.push(Output::Renew);
    }

    pub(super) fn renewed(&mut self, now: Timestamp) {
        if !self.renewal.is_under_way {
            return;
        }
        self.stop_renewal();
        self.push(Output::HandOver);
        if self.is_open() {
            self.has_refreshed = false;
            self.note_activity(|| now);
            self.ids.connected();
        } else {
            // The browser was reconnecting.
            self.opened(now);
        }
    }

    pub(super) fn renewal_failed(&mut self, now: Timestamp) {
        if !self.renewal.is_under_way {
            return;
        }
        self.stop_renewal();
        self.renewal.failures += 1;
        let left = self
            .renewal
            .expires_at
            .map_or(Span::ZERO, |at| at.since(now));
        if self.renewal.failures < MAX_ATTEMPTS && left > Span::ZERO {
            self.renewal.at = Some(now + half(left).max(MIN_DELAY));
        }
        self.report(Failure::Told, None);
    }

    pub(super) fn stop_renewal(&mut self) {
        self.renewal.is_under_way = false;
        self.needs_ids = self.tracks_ids || self.renewal.needs_ids();
    }

    pub(super) fn renewal_at(&self) -> Timestamp {
        match self.renewal.at {
            Some(at) if self.is_open() => at,
            _ => NEVER,
        }
    }

    /// Whether the connection that was renewed has delivered an event with this id.
    pub(super) fn is_delivered_again(&mut self, id: &str, field: IdField) -> bool {
        if !self.renewal.needs_ids() {
            return false;
        }
        let is_known = self.renewal.is_delivered_again(id, field);
        self.needs_ids = self.tracks_ids || self.renewal.needs_ids();
        is_known
    }
}

fn half(span: Span) -> Span {
    Span::from_nanos(span.as_nanos() / 2)
}
