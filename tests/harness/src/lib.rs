//! What the benchmark, the stress tests and those with tools of others are run with: a page in its browser, servers as
//! processes, tables, and the code in a page of Markdown.

mod page;
mod process;
mod snippets;
mod stage;
mod table;

pub use page::{Page, calmly};
pub use process::Process;
pub use snippets::fenced;
pub use stage::Stage;
pub use table::Table;
