//! What a policy has to know of an error. The error itself stays in JavaScript.

use core::time::Duration;

#[derive(Clone, Debug)]
#[allow(
    dead_code,
    reason = "the policy knows more errors than it has to tell apart here"
)]
pub(crate) enum Error {
    InvalidRequest {},
    Status {
        status: u16,
    },
    ContentType {},
    EventTooLarge {},
    OpenTimeout {
        after: Duration,
    },
    Idle {
        after: Duration,
    },
    Suspended,
    TooMany {
        count: u32,
    },
    DownTooLong {
        limit: Duration,
    },
    /// Any other.
    Other,
}

impl Error {
    pub(crate) fn too_many(count: u32, _last: Self) -> Self {
        Self::TooMany { count }
    }

    pub(crate) fn down_too_long(limit: Duration, _last: Self) -> Self {
        Self::DownTooLong { limit }
    }
}
