//! The handle that the hooks return.

use std::{fmt, ptr, rc::Rc};

use typed_eventsource::{AttemptSummary, Error, EventSource, Gap, State};
use yew::html::ImplicitClone;

/// A component's view of its source, as of the render that the hook was called in, and its control over the source.
///
/// It is cheap to clone, also into callbacks and properties. Two handles are equal if they show the same.
///
/// ```
/// use typed_eventsource_yew::UseEventSourceHandle;
/// use yew::prelude::*;
///
/// #[derive(PartialEq, Properties)]
/// struct BadgeProps {
///     feed: UseEventSourceHandle<Vec<String>>,
/// }
///
/// #[component]
/// fn Badge(BadgeProps { feed }: &BadgeProps) -> Html {
///     let toggle = {
///         let feed = feed.clone();
///         move |_| if feed.state().is_closed() { feed.open() } else { feed.close() }
///     };
///     html! {
///         <p>
///             <button onclick={toggle}>{ feed.state().to_string() }</button>
///             { format!("{} lines", feed.data().len()) }
///             if let Some(error) = feed.error() { <strong>{ error.to_string() }</strong> }
///         </p>
///     }
/// }
/// ```
pub struct UseEventSourceHandle<T = ()> {
    pub(crate) data: Rc<T>,
    pub(crate) state: State,
    pub(crate) error: Option<Error>,
    pub(crate) seconds: Option<u64>,
    /// Grows with each change of what is shown. Handles are compared by it.
    pub(crate) revision: u64,
    pub(crate) control: Rc<dyn SourceControl>,
}

/// What a handle does with its component's source.
pub(crate) trait SourceControl {
    fn open(self: Rc<Self>);
    fn close(self: Rc<Self>);
    /// Calls with the source, if it is open.
    fn ask(&self, call: fn(&EventSource));
    fn error_shown(&self);
    fn countdown_shown(&self);
    fn on_error(&self, callback: Box<dyn Fn(Error)>);
    fn on_gap(&self, callback: Box<dyn Fn(Gap)>);
    fn on_attempt(&self, callback: Box<dyn Fn(AttemptSummary)>);
}

impl<T> UseEventSourceHandle<T> {
    /// The latest event, or the value that the events were folded into.
    pub fn data(&self) -> &T {
        &self.data
    }

    /// The state of the source: [`State::Connecting`] before it is opened, and always on a server.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The last error: a bad URL, a type that is no enum, or an error that
    /// [`on_error`](typed_eventsource::EventSource::on_error) reports. It is `None` again once the connection is open or an event
    /// has arrived.
    ///
    /// An error that no render reads here, and that no [callback](Self::on_error) takes, goes to the console. Of several errors
    /// between two renders only the last one is here.
    pub fn error(&self) -> Option<&Error> {
        if self.error.is_some() {
            self.control.error_shown();
        }
        self.error.as_ref()
    }

    /// How many seconds are left until the next attempt, while the source waits for it. The component renders again at each second
    /// from the first call on.
    ///
    /// ```
    /// # use serde::Deserialize;
    /// # use typed_eventsource_yew::use_event_source;
    /// # use yew::prelude::*;
    /// # #[derive(Deserialize)]
    /// # #[serde(rename_all = "lowercase")]
    /// # enum Feed { Price(f64) }
    /// #[component]
    /// fn Ticker() -> Html {
    ///     let feed = use_event_source::<Feed>("/prices");
    ///     html! { <p>{ feed.countdown().map(|seconds| format!("Reconnecting in {seconds} s")) }</p> }
    /// }
    /// ```
    pub fn countdown(&self) -> Option<u64> {
        self.control.countdown_shown();
        self.seconds
    }

    /// Calls the callback with each error, also with an error that is over before the component renders. The component sets the
    /// callback at each render, and the newest one counts.
    ///
    /// ```
    /// # use serde::Deserialize;
    /// # use typed_eventsource_yew::use_event_source;
    /// # use yew::prelude::*;
    /// # #[derive(Deserialize)]
    /// # #[serde(rename_all = "lowercase")]
    /// # enum Feed { Price(f64) }
    /// #[component]
    /// fn Ticker() -> Html {
    ///     let feed = use_event_source::<Feed>("/prices");
    ///     feed.on_error(|error| web_sys::console::warn_1(&error.to_string().into()));
    ///     feed.on_gap(|gap| web_sys::console::warn_1(&format!("events are missing after {}", gap.after).into()));
    ///     html! { { feed.state().to_string() } }
    /// }
    /// ```
    pub fn on_error(&self, callback: impl Fn(Error) + 'static) {
        self.control.on_error(Box::new(callback));
    }

    /// Calls the callback with each gap, as [`EventSource::on_gap`](typed_eventsource::EventSource::on_gap) does. The component
    /// sets the callback at each render, and the newest one counts.
    pub fn on_gap(&self, callback: impl Fn(Gap) + 'static) {
        self.control.on_gap(Box::new(callback));
    }

    /// Calls the callback with each attempt to connect when it has ended, as
    /// [`EventSource::on_attempt`](typed_eventsource::EventSource::on_attempt) does. The component sets the callback at each render,
    /// and the newest one counts.
    pub fn on_attempt(&self, callback: impl Fn(AttemptSummary) + 'static) {
        self.control.on_attempt(Box::new(callback));
    }

    /// Closes the source for this component at once, as [requested](typed_eventsource::CloseReason::Requested), until
    /// [`open`](Self::open) is called or the component asks for another source. Other components that share the connection keep
    /// it. Nothing happens if the source is closed already.
    pub fn close(&self) {
        Rc::clone(&self.control).close();
    }

    /// Opens the source again if it is closed, for any reason. Nothing happens if it is not closed, or if the component is gone.
    pub fn open(&self) {
        Rc::clone(&self.control).open();
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

impl<T> Clone for UseEventSourceHandle<T> {
    fn clone(&self) -> Self {
        Self {
            data: Rc::clone(&self.data),
            state: self.state.clone(),
            error: self.error.clone(),
            seconds: self.seconds,
            revision: self.revision,
            control: Rc::clone(&self.control),
        }
    }
}

impl<T> ImplicitClone for UseEventSourceHandle<T> {}

impl<T> PartialEq for UseEventSourceHandle<T> {
    fn eq(&self, other: &Self) -> bool {
        ptr::addr_eq(Rc::as_ptr(&self.control), Rc::as_ptr(&other.control))
            && self.revision == other.revision
    }
}

impl<T: fmt::Debug> fmt::Debug for UseEventSourceHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UseEventSourceHandle")
            .field("data", &self.data)
            .field("state", &self.state)
            .field("error", &self.error)
            .finish_non_exhaustive()
    }
}
