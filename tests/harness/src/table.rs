//! Tables of figures.

use std::fmt;

use comfy_table::{CellAlignment, presets::ASCII_MARKDOWN};

/// A table in Markdown, which can be pasted. The first column has names, the others have figures.
#[derive(Debug)]
pub struct Table {
    head: Vec<String>,
    table: comfy_table::Table,
}

impl Table {
    /// A table with these column names.
    pub fn new<T: ToString>(head: impl IntoIterator<Item = T>) -> Self {
        let head: Vec<_> = head.into_iter().map(|name| name.to_string()).collect();
        let mut table = comfy_table::Table::new();
        table.load_preset(ASCII_MARKDOWN).add_row(&head);
        table.add_row(["--"].into_iter().chain(head.iter().skip(1).map(|_| "-:")));
        for column in table.column_iter_mut().skip(1) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        Self { head, table }
    }

    /// Adds a row.
    pub fn row<T: ToString>(&mut self, cells: impl IntoIterator<Item = T>) {
        let cells = cells.into_iter().map(|cell| cell.to_string());
        self.table.add_row(cells);
    }

    /// Adds a row, and prints it at once, each cell with the name of its column.
    pub fn print_row<T: ToString>(&mut self, cells: impl IntoIterator<Item = T>) {
        let cells: Vec<_> = cells.into_iter().map(|cell| cell.to_string()).collect();
        let named = self.head.iter().zip(&cells);
        let named: Vec<_> = named
            .map(|(name, cell)| format!("{name}: {cell}"))
            .collect();
        println!("{}", named.join("; "));
        self.row(cells);
    }
}

impl fmt::Display for Table {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(to, "{}", self.table)
    }
}

#[cfg(test)]
mod tests {
    use super::Table;

    #[test]
    fn names_are_left_aligned_and_figures_right_aligned() {
        let mut table = Table::new(["name", "count"]);
        table.row(["a", "10"]);
        let lines = [
            "| name | count |",
            "| --   |    -: |",
            "| a    |    10 |",
            "",
        ];
        assert_eq!(table.to_string(), lines.join("\n"));
    }
}
