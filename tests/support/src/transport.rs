//! The transport of the sources under test.

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
    /// All transports.
    pub const ALL: &[Self] = &[
        Self::Browser,
        #[cfg(feature = "fetch")]
        Self::Fetch,
    ];

    /// The transport of the running test.
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

    /// Sets up a source with this transport.
    pub fn set(self, builder: EventSourceBuilder) -> EventSourceBuilder {
        match self {
            Self::Browser => builder,
            #[cfg(feature = "fetch")]
            Self::Fetch => builder.fetch(Fetch::new()),
        }
    }
}
