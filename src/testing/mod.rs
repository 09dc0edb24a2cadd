//! A server and a clock that a test turns by hand, for tests of whatever consumes a source: no network, no waiting, and
//! no browser either, where the code under test touches none.
//!
//! ```
//! use std::{cell::RefCell, rc::Rc};
//! use typed_eventsource::{Error, Event, EventSource, Listener, testing::FakeServer};
//!
//! // What is to be tested; it knows of no test.
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
