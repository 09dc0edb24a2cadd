//! An attempt to connect, as users' functions are told of it.

use std::sync::Arc;

use crate::Error;

/// An attempt to connect, for whose request a function is asked: [`Fetch::request`](crate::Fetch::request) or
/// [`EventSourceBuilder::request_url`](crate::EventSourceBuilder::request_url).
#[derive(Clone, Debug)]
#[cfg_attr(
    not(feature = "fetch"),
    expect(
        dead_code,
        unreachable_pub,
        reason = "a function is asked only with that feature"
    )
)]
#[non_exhaustive]
pub struct Attempt {
    /// Which attempt of the source this is, or of the connection that it [shares](crate::EventSourceBuilder::shared): 1 for the first.
    pub number: u32,
    /// The id of the event to continue after; empty if there is none.
    pub last_event_id: String,
    /// Why the attempt before, or its connection, has failed; `None` if it has not, and for the first one.
    pub error: Option<Arc<Error>>,
}

#[cfg(feature = "fetch")]
impl Attempt {
    /// An attempt with this number, for the tests of a function.
    pub fn new(number: u32) -> Self {
        Self {
            number,
            last_event_id: String::new(),
            error: None,
        }
    }
}
