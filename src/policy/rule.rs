//! What a user's own rule is asked, and may answer.

use alloc::rc::Rc;
use core::time::Duration;

use crate::Error;

pub(crate) type Rule = dyn Fn(&Situation<'_>) -> Decision;

/// A user's own rule.
#[derive(Clone)]
pub(crate) struct OwnRule(pub(crate) Rc<Rule>);

impl PartialEq for OwnRule {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// What a [rule](crate::Policy::rule) is asked about.
///
/// ```
/// use std::time::Duration;
/// use typed_eventsource::{Decision, Policy, Situation};
///
/// fn patience(situation: &Situation<'_>) -> Decision {
///     if situation.down_for > Duration::from_secs(300) {
///         return Decision::Close;
///     }
///     situation.proposed
/// }
///
/// let policy = Policy::resilient().rule(patience);
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Situation<'a> {
    /// What went wrong.
    pub error: &'a Error,
    /// How many times in a row the connection has failed, this time included.
    pub failures: u32,
    /// How many events in a row did not decode, this one included.
    pub decode_errors: u32,
    /// How long ago the first of these failures of the connection was: zero at the first, and where there is none.
    pub down_for: Duration,
    /// What the policy does if the rule says nothing else.
    pub proposed: Decision,
}

/// What to do about trouble: what a [rule](crate::Policy::rule) answers.
///
/// ```
/// use std::time::Duration;
/// use typed_eventsource::{Decision, Policy};
///
/// // At a steady pace, whatever goes wrong.
/// let after = Duration::from_secs(5);
/// let policy = Policy::browser().rule(move |_| Decision::Reopen { after });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Nothing: go on with the connection that there is, or reconnect as the standard has it. Where there is neither,
    /// since the browser has given up, this closes the source.
    KeepWaiting,
    /// Close the connection and open another after this time.
    Reopen {
        /// The wait before the attempt.
        after: Duration,
    },
    /// Close the source.
    Close,
}
