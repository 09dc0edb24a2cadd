//! The source: its handle, and everything that belongs to it.

mod batches;
mod builder;
mod callbacks;
mod closed;
mod connection;
mod countdown;
mod event_source;
mod listener;
mod queue;
#[cfg(feature = "fetch")]
mod refresh;
mod sharing;
mod stream;
mod subscriptions;
#[cfg(feature = "tabs")]
mod tabs;
#[cfg(all(test, feature = "json"))]
mod tests;

pub use batches::{BatchOptions, BatchStream};
pub use builder::EventSourceBuilder;
pub use closed::Closed;
pub use event_source::EventSource;
pub use listener::Listener;
pub use queue::Queue;
#[cfg(feature = "fetch")]
pub use refresh::{Refresh, RefreshResult};
pub use stream::EventStream;
#[cfg(feature = "tabs")]
pub use tabs::{Role, Tabs};
