//! What the hooks of every framework stand on.

use serde::de::DeserializeOwned;

use crate::{CloseReason, Error, Event, EventSource, EventSourceBuilder, Listener, State};

/// A component's hold on its source, which tells it everything until this is dropped.
#[derive(Debug)]
pub(crate) struct Attachment {
    _source: EventSource,
    _listeners: [Listener; 3],
}

impl Attachment {
    /// Opens the source and tells where it stands, now and with every change. What keeps it from opening is told as an
    /// error and as the end.
    pub(crate) fn open<E: DeserializeOwned + 'static>(
        builder: EventSourceBuilder,
        on_event: impl FnMut(Event<E>) + 'static,
        mut on_error: impl FnMut(Error) + 'static,
        mut on_state: impl FnMut(State) + 'static,
    ) -> Option<Self> {
        let opened = builder.open_for_component().and_then(|source| {
            let events = source.on_events(on_event)?;
            Ok((source, events))
        });
        match opened {
            Ok((source, events)) => {
                on_state(source.state());
                let errors = source.on_error(on_error);
                let states = source.on_state(on_state);
                Some(Self {
                    _source: source,
                    _listeners: [events, errors, states],
                })
            }
            Err(error) => {
                on_error(error.clone());
                on_state(State::Closed(CloseReason::Policy(error)));
                None
            }
        }
    }
}
