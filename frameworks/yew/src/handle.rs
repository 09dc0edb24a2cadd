//! What the hooks return.

use std::{fmt, ptr, rc::Rc};

use typed_eventsource::{Error, State};
use yew::html::ImplicitClone;

/// A component's view of its source, as of the render that the hook was called in, and its control on it.
///
/// It is cheap to clone, also into callbacks and properties: it equals another where both show the same.
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
    /// Tells what is shown from what was shown before.
    pub(crate) revision: u64,
    pub(crate) control: Rc<dyn SourceControl>,
}

/// What a handle can do.
pub(crate) trait SourceControl {
    fn open(self: Rc<Self>);
    fn close(self: Rc<Self>);
}

impl<T> UseEventSourceHandle<T> {
    /// The latest event, or the value that the events were folded into.
    pub fn data(&self) -> &T {
        &self.data
    }

    /// Where the source stands. Before it is open, and where a server renders, that is [`State::Connecting`].
    pub fn state(&self) -> &State {
        &self.state
    }

    /// What went wrong last: a bad URL, a type that is no enum, and all that
    /// [`on_error`](typed_eventsource::EventSource::on_error) tells. `None` again once the connection is open or an event has arrived.
    pub fn error(&self) -> Option<&Error> {
        self.error.as_ref()
    }

    /// Lets go of the source, whose state is then [`Closed`](State::Closed) as
    /// [`Requested`](typed_eventsource::CloseReason::Requested), until [`open`](Self::open) is called or the component asks for another
    /// source. Other components that share the connection go on with it. Nothing happens where it has closed already.
    pub fn close(&self) {
        Rc::clone(&self.control).close();
    }

    /// Opens the source again after it has closed, for whatever reason. Nothing happens where it has not, or where the
    /// component is gone.
    pub fn open(&self) {
        Rc::clone(&self.control).open();
    }
}

impl<T> Clone for UseEventSourceHandle<T> {
    fn clone(&self) -> Self {
        Self {
            data: Rc::clone(&self.data),
            state: self.state.clone(),
            error: self.error.clone(),
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
