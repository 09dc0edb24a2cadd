//! The ways in which tabs share a connection.

use std::{fmt, str::FromStr};

use typed_eventsource_e2e::PLAIN_HOST;

/// How the tabs of a run share a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// By a shared worker.
    Worker,
    /// By a shared worker, in pages that have no locks since they are no secure contexts.
    PlainHttp,
    /// By locks and a channel.
    Locks,
    /// Each tab has a separate connection.
    Own,
}

impl Way {
    pub(crate) const ALL: [Self; 4] = [Self::Worker, Self::PlainHttp, Self::Locks, Self::Own];

    pub(crate) fn has_worker(self) -> bool {
        matches!(self, Self::Worker | Self::PlainHttp)
    }

    /// The URL of a tab's page. Its hash says what the tab should be without.
    pub(crate) fn page(self, origin: &str) -> String {
        let missing = match self {
            Self::Worker | Self::PlainHttp => "",
            Self::Locks => "SharedWorker",
            Self::Own => "SharedWorker,locks",
        };
        let origin = match self {
            Self::PlainHttp => origin.replace("127.0.0.1", PLAIN_HOST),
            _ => origin.to_owned(),
        };
        format!("{origin}/tabs.html#{missing}")
    }
}

impl fmt::Display for Way {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(match self {
            Self::Worker => "worker",
            Self::PlainHttp => "plain-http",
            Self::Locks => "locks",
            Self::Own => "own",
        })
    }
}

impl FromStr for Way {
    type Err = &'static str;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let mut all = Self::ALL.into_iter();
        all.find(|way| way.to_string() == name)
            .ok_or("the ways are worker, plain-http, locks and own")
    }
}
