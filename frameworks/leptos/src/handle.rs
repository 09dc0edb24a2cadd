//! The handle that a hook returns.

use std::fmt;

use leptos::prelude::{Signal, WithUntracked};
use typed_eventsource::{AttemptSummary, Error, EventSource, Gap, State};

use crate::component_source::Control;

/// A component's source: its data, state and last error as signals, and its control.
///
/// It is `Copy`, and may be given to other components, as a context too. Each signal is `Copy` as well, and may be passed on
/// alone.
///
/// After its component is gone, [`close`](Self::close) and [`open`](Self::open) do nothing.
///
/// ```
/// use leptos::prelude::*;
/// use serde::Deserialize;
/// use typed_eventsource_leptos::use_event_source;
///
/// #[derive(Deserialize)]
/// #[serde(rename_all = "lowercase")]
/// enum Feed {
///     Price(f64),
/// }
///
/// #[component]
/// fn Prices() -> impl IntoView {
///     let feed = use_event_source::<Feed, _>("/prices");
///     let toggle = move |_| if feed.state().read().is_closed() { feed.open() } else { feed.close() };
///     view! {
///         <p role="status">{move || feed.state().read().to_string()}</p>
///         <p role="alert">{move || feed.error().get().map(|error| error.to_string())}</p>
///         <p>{move || feed.data().with(|data| data.as_ref().map(|Feed::Price(price)| *price))}</p>
///         <button on:click=toggle>"Start or stop"</button>
///     }
/// }
/// ```
pub struct UseEventSourceHandle<T: Send + Sync + 'static = ()> {
    data: Signal<T>,
    state: Signal<State>,
    error: Signal<Option<Error>>,
    control: Control,
}

impl<T: Send + Sync + 'static> UseEventSourceHandle<T> {
    pub(crate) fn new(data: impl Into<Signal<T>>, control: Control) -> Self {
        Self {
            data: data.into(),
            state: control.state.into(),
            error: control.error_signal(),
            control,
        }
    }

    /// The latest event, or the value that the events were folded into.
    pub fn data(&self) -> Signal<T> {
        self.data
    }

    /// The state of the source: [`State::Connecting`] before it is opened, and always on a server.
    pub fn state(&self) -> Signal<State> {
        self.state
    }

    /// The last error: a bad URL, a type that is no enum, or an error that
    /// [`on_error`](typed_eventsource::EventSource::on_error) reports. It is `None` again once the connection is open or an event
    /// has arrived.
    ///
    /// An error that nothing reads here, and that no [callback](Self::on_error) takes, goes to the console. Of several errors
    /// that come at once, the signal may show only the last.
    pub fn error(&self) -> Signal<Option<Error>> {
        self.error
    }

    /// A signal of the seconds that are left until the next attempt, while the source waits for it.
    ///
    /// ```
    /// # use leptos::prelude::*;
    /// # use serde::Deserialize;
    /// # use typed_eventsource_leptos::use_event_source;
    /// # #[derive(Deserialize)]
    /// # #[serde(rename_all = "lowercase")]
    /// # enum Feed { Price(f64) }
    /// #[component]
    /// fn Prices() -> impl IntoView {
    ///     let feed = use_event_source::<Feed, _>("/prices");
    ///     move || feed.countdown().get().map(|seconds| format!("Reconnecting in {seconds} s"))
    /// }
    /// ```
    pub fn countdown(&self) -> Signal<Option<u64>> {
        self.control.countdown()
    }

    /// Calls the callback with each error, also with an error that is over before an effect has run. A callback that is set
    /// again replaces the last.
    ///
    /// ```
    /// # use leptos::prelude::*;
    /// # use serde::Deserialize;
    /// # use typed_eventsource_leptos::use_event_source;
    /// # #[derive(Deserialize)]
    /// # #[serde(rename_all = "lowercase")]
    /// # enum Feed { Price(f64) }
    /// #[component]
    /// fn Prices() -> impl IntoView {
    ///     let feed = use_event_source::<Feed, _>("/prices");
    ///     feed.on_error(|error| leptos::logging::warn!("{error}"));
    ///     feed.on_gap(|gap| leptos::logging::warn!("events are missing after {}", gap.after));
    ///     move || feed.state().get().to_string()
    /// }
    /// ```
    pub fn on_error(&self, callback: impl Fn(Error) + 'static) {
        self.control.on_error(callback);
    }

    /// Calls the callback with each gap, as [`EventSource::on_gap`](typed_eventsource::EventSource::on_gap) does. A callback that
    /// is set again replaces the last.
    pub fn on_gap(&self, callback: impl Fn(Gap) + 'static) {
        self.control.on_gap(callback);
    }

    /// Calls the callback with each attempt to connect when it has ended, as
    /// [`EventSource::on_attempt`](typed_eventsource::EventSource::on_attempt) does. A callback that is set again replaces the last.
    pub fn on_attempt(&self, callback: impl Fn(AttemptSummary) + 'static) {
        self.control.on_attempt(callback);
    }

    /// Closes the source for this component at once, as [requested](typed_eventsource::CloseReason::Requested), until
    /// [`open`](Self::open) is called or the component asks for another source. Other components that share the connection keep
    /// it. Nothing happens if the source is closed already.
    ///
    /// A call in the component's body keeps the source from opening.
    pub fn close(&self) {
        self.control.close();
    }

    /// Opens the source again if it is closed, for any reason. Nothing happens if it is not closed.
    pub fn open(&self) {
        self.control.open();
    }

    /// Pauses the source for this component: see [`EventSource::pause`]. Other components that share the connection keep it. Nothing
    /// happens while the source is not open yet, or is closed.
    pub fn pause(&self) {
        self.control.ask(EventSource::pause);
    }

    /// Resumes a source that is paused, at once: see [`EventSource::resume`].
    pub fn resume(&self) {
        self.control.ask(EventSource::resume);
    }

    /// Connects at once, as a button says so, and for all components that share the connection: see [`EventSource::reconnect`].
    pub fn reconnect(&self) {
        self.control.ask(EventSource::reconnect);
    }
}

impl<T: Send + Sync + 'static> Clone for UseEventSourceHandle<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for UseEventSourceHandle<T> {}

impl<T: Send + Sync + fmt::Debug + 'static> fmt::Debug for UseEventSourceHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut handle = f.debug_struct("UseEventSourceHandle");
        self.data
            .try_with_untracked(|data| handle.field("data", data));
        self.state
            .try_with_untracked(|state| handle.field("state", state));
        self.error
            .try_with_untracked(|error| handle.field("error", error));
        handle.finish_non_exhaustive()
    }
}
