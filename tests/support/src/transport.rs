//! What carries the events of the sources under test.

use std::cell::Cell;

use typed_eventsource::EventSourceBuilder;
#[cfg(feature = "fetch")]
use typed_eventsource::Fetch;

/// A transport.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// The browser's own source.
    Browser,
    /// `fetch`.
    #[cfg(feature = "fetch")]
    Fetch,
}

thread_local! {
    static SELECTED: Cell<Transport> = const { Cell::new(Transport::Browser) };
}

impl Transport {
    /// All that there are.
    pub const ALL: &[Self] = &[
        Self::Browser,
        #[cfg(feature = "fetch")]
        Self::Fetch,
    ];

    /// What the test that runs is about.
    pub fn selected() -> Self {
        SELECTED.get()
    }

    pub(super) fn select(self) {
        SELECTED.set(self);
    }

    /// Whether it is `fetch`.
    pub fn is_fetch(self) -> bool {
        self != Self::Browser
    }

    /// Has a source carried by it.
    pub fn set(self, builder: EventSourceBuilder) -> EventSourceBuilder {
        match self {
            Self::Browser => builder,
            #[cfg(feature = "fetch")]
            Self::Fetch => builder.fetch(Fetch::new()),
        }
    }
}
