//! A stage for tests of the demo page and of the npm package in real browsers: a server with the page, a driver and
//! its browser, and eyes for what the page shows.

mod browser;
mod driver;
mod page;
mod script;
mod stage;
mod suite;

pub use browser::Browser;
pub use page::{Entry, Page};
pub use stage::Stage;
pub use suite::{Result, Suite};
