//! A server and a clock that a test controls, for tests of code that consumes a source. They need no network, no
//! waiting, and no browser unless the code under test uses one.
//!
//! ```
//! use std::{cell::RefCell, rc::Rc};
//! use typed_eventsource::{Error, Event, EventSource, Listener, testing::FakeServer};
//!
//! // The code under test, which knows nothing of the test.
//! fn collect(into: &Rc<RefCell<Vec<f64>>>) -> Result<Listener, Error> {
//!     let into = Rc::clone(into);
//!     EventSource::open("/prices")?.on("price", move |event: Event<f64>| into.borrow_mut().push(event.data))
//! }
//!
//! # fn main() -> Result<(), Error> {
//! let server = FakeServer::new(); // in place of the network
//! let prices = Rc::default();
//! let listener = collect(&prices)?;
//! server.send("price", &1.5);
//! assert_eq!(*prices.borrow(), [1.5]);
//! drop(listener);
//! assert_eq!(server.connections(), 0);
//! # Ok(())
//! # }
//! ```

mod server;
#[cfg(all(test, feature = "json"))]
mod tests;

pub use crate::{host::fake::FakeClock, transport::fake::Attempt};
pub use server::FakeServer;
