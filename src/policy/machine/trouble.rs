//! What has gone wrong, and what is made of it.

use core::time::Duration;

use crate::{
    Error,
    policy::{Decision, Rule, Situation},
};

/// What becomes of a connection that is gone, as its transport sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    not(feature = "fetch"),
    allow(
        dead_code,
        reason = "the browser's own source makes lost connections again by itself"
    )
)]
pub(crate) enum Outlook {
    /// The transport makes another by itself.
    Reconnecting,
    /// Likewise, and nothing is missed where we make one in its place.
    Replaceable,
    /// The standard's "reestablish the connection", which the transport leaves to us.
    Reestablish,
    /// The standard's "fail the connection". The server may have said when to ask again.
    Failed { retry_after: Option<Duration> },
}

/// What to do.
#[derive(Clone, Debug)]
pub(crate) enum Verdict {
    KeepWaiting,
    Reopen { after: Duration },
    Close(Error),
}

/// Something has gone wrong, and the limits propose what to do.
#[derive(Debug)]
pub(crate) struct Trouble {
    pub(crate) error: Error,
    pub(super) kind: Kind,
    pub(super) failures: u32,
    pub(super) decode_errors: u32,
    pub(super) down_for: Duration,
    pub(super) proposed: Verdict,
    /// What it means here to keep waiting.
    pub(super) keep_waiting: Verdict,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Lost(Outlook),
    SlowOpen,
    Idle,
    Woken,
    Decode,
}

impl Trouble {
    /// Whether the connection is gone and the transport makes another by itself.
    pub(crate) fn is_a_reconnection(&self) -> bool {
        matches!(
            self.kind,
            Kind::Lost(Outlook::Reconnecting | Outlook::Replaceable)
        )
    }

    #[allow(
        dead_code,
        reason = "for JavaScript, which asks its users' rules itself"
    )]
    pub(crate) fn decode_errors(&self) -> u32 {
        self.decode_errors
    }

    #[allow(
        dead_code,
        reason = "for JavaScript, which asks its users' rules itself"
    )]
    pub(crate) fn down_for(&self) -> Duration {
        self.down_for
    }

    /// Whether this is the policy's own wait, and none that a rule chose.
    pub(super) fn has_own_wait(&self, wait: Duration) -> bool {
        [&self.proposed, &self.keep_waiting]
            .iter()
            .any(|verdict| matches!(verdict, Verdict::Reopen { after } if *after == wait))
    }

    /// What to do, after the user's rule, where there is one, has had its say.
    pub(crate) fn judge(&self, rule: Option<&Rule>) -> Verdict {
        let Some(rule) = rule else {
            return self.proposed.clone();
        };
        let decision = rule(&Situation {
            error: &self.error,
            failures: self.failures,
            decode_errors: self.decode_errors,
            down_for: self.down_for,
            proposed: self.proposed.decision(),
        });
        match decision {
            Decision::KeepWaiting => self.keep_waiting.clone(),
            Decision::Reopen { after } => Verdict::Reopen { after },
            Decision::Close => self.proposed.or_close(&self.error),
        }
    }
}

impl Verdict {
    /// This, where it closes already, or else to close with that error.
    pub(super) fn or_close(&self, error: &Error) -> Self {
        match self {
            Self::Close(error) => Self::Close(error.clone()),
            Self::KeepWaiting | Self::Reopen { .. } => Self::Close(error.clone()),
        }
    }

    fn decision(&self) -> Decision {
        match *self {
            Self::KeepWaiting => Decision::KeepWaiting,
            Self::Reopen { after } => Decision::Reopen { after },
            Self::Close(_) => Decision::Close,
        }
    }
}
