//! The renewal of a connection before what it was made with expires: the next one is opened while it goes on.

use alloc::vec::Vec;

use super::{
    AttemptOutcome, AttemptReason, Failure, IdField, Output, Session, limits::MIN_DELAY,
    timers::NEVER,
};
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
    /// The origin of time if it is not known.
    expires_at: Timestamp,
    /// When to renew; the origin of time if that is not to come.
    at: Timestamp,
    pub(super) is_under_way: bool,
    failures: u32,
    /// The fingerprints of the ids that the earlier connection has delivered meanwhile, in their order. The next one brings these
    /// events again.
    delivered: Vec<u64>,
    /// How many of them it has brought.
    repeated: usize,
}

impl Renewal {
    /// Another connection is open, which may be made with something else.
    pub(super) fn forget_expiry(&mut self) {
        self.expires_at = Timestamp::default();
        self.at = Timestamp::default();
    }

    fn needs_ids(&self) -> bool {
        self.is_under_way || !self.delivered.is_empty()
    }

    /// Whether an event with this id was delivered by the earlier connection. Events without an id cannot be known again.
    fn is_delivered_again(&mut self, id: &str, field: IdField) -> bool {
        if id.is_empty() || field == IdField::Absent {
            return false;
        }
        let id = fingerprint(id);
        let end = match self.is_under_way {
            true => self.delivered.len(),
            false => self.repeated,
        };
        let (before, to_come) = self.delivered.split_at(end);
        if field == IdField::Unknown && before.last() == Some(&id) {
            return false;
        }
        if self.is_under_way {
            if end < MAX_IDS {
                self.delivered.push(id);
            }
            return false;
        }
        let found = to_come.iter().position(|delivered| *delivered == id);
        self.repeated += found.map_or(to_come.len(), |index| index + 1);
        if self.repeated == self.delivered.len() {
            // It was the last one, or is beyond it.
            self.delivered.clear();
        }
        found.is_some()
    }
}

/// A number by which an id is known again. It is FNV-1a.
fn fingerprint(id: &str) -> u64 {
    id.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

impl Session {
    pub(super) fn expires_in(&mut self, time: Span, now: Timestamp) {
        let left = self.renewal.expires_at.since(now);
        // If it was not exchanged for another, the next connection would end no later.
        let is_renewed = time > left + half(left);
        self.renewal.expires_at = now + time;
        self.renewal.failures = 0;
        self.renewal.at = if is_renewed && self.is_open() && self.is_repeatable {
            now + (time - LEAD.min(half(time))).max(MIN_DELAY)
        } else {
            Timestamp::default()
        };
    }

    pub(super) fn renew(&mut self, now: Timestamp) {
        self.attempts.set_next_reason(AttemptReason::Renewed);
        self.attempts.start(now);
        self.renewal.at = Timestamp::default();
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
            self.attempt_ended(AttemptOutcome::Opened, None);
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
        let left = self.renewal.expires_at.since(now);
        if self.renewal.failures < MAX_ATTEMPTS && left > Span::ZERO {
            self.renewal.at = now + half(left).max(MIN_DELAY);
        }
        self.attempt_failed(Failure::Told);
        self.report(Failure::Told, None);
    }

    pub(super) fn stop_renewal(&mut self) {
        self.renewal.is_under_way = false;
        self.needs_ids = self.tracks_ids || self.renewal.needs_ids();
    }

    pub(super) fn renewal_at(&self) -> Timestamp {
        if self.is_open() && self.renewal.at > Timestamp::default() {
            self.renewal.at
        } else {
            NEVER
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
