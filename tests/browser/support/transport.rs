//! What carries the events of the sources under test.

use std::cell::Cell;

use typed_eventsource::EventSourceBuilder;
#[cfg(feature = "fetch")]
use typed_eventsource::Fetch;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transport {
    Browser,
    #[cfg(feature = "fetch")]
    Fetch,
}

thread_local! {
    static SELECTED: Cell<Transport> = const { Cell::new(Transport::Browser) };
}

impl Transport {
    pub(crate) const ALL: &[Self] = &[
        Self::Browser,
        #[cfg(feature = "fetch")]
        Self::Fetch,
    ];

    /// What the test that runs is about.
    pub(crate) fn selected() -> Self {
        SELECTED.get()
    }

    pub(super) fn select(self) {
        SELECTED.set(self);
    }

    pub(crate) fn is_fetch(self) -> bool {
        self != Self::Browser
    }

    pub(crate) fn set(self, builder: EventSourceBuilder) -> EventSourceBuilder {
        match self {
            Self::Browser => builder,
            #[cfg(feature = "fetch")]
            Self::Fetch => builder.fetch(Fetch::new()),
        }
    }
}
