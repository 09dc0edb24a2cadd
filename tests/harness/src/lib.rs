//! What the benchmark and the tests in `tests/stress`, `tests/interop` and `tests/packaging` share: a page in its browser,
//! servers as processes, tables, and the blocks of code in a page of Markdown.

mod page;
mod process;
mod snippets;
mod stage;
mod table;

pub use page::{Page, catch_panic};
pub use process::Process;
pub use snippets::{CodeBlock, code_blocks, is_part_of, tested_file};
pub use stage::Stage;
pub use table::Table;
