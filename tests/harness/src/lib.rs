//! What the benchmark and the stress tests are run with: a page in its browser, and tables.

mod page;
mod table;

pub use page::{Page, calmly};
pub use table::Table;
