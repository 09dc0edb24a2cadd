//! Figures in columns.

use std::fmt;

/// A table of text, whose first line is its head.
#[derive(Debug, Default)]
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new<T: ToString>(head: impl IntoIterator<Item = T>) -> Self {
        let mut table = Self::default();
        table.row(head);
        table
    }

    pub(crate) fn row<T: ToString>(&mut self, cells: impl IntoIterator<Item = T>) {
        self.rows
            .push(cells.into_iter().map(|cell| cell.to_string()).collect());
    }

    /// Adds a row, and prints it at once, each cell with its name.
    pub(crate) fn tell<T: ToString>(&mut self, cells: impl IntoIterator<Item = T>) {
        self.row(cells);
        println!("{}", self.last());
    }

    fn last(&self) -> String {
        let rows = self.rows.first().zip(self.rows.last());
        let cells = rows
            .into_iter()
            .flat_map(|(head, row)| head.iter().zip(row));
        let cells = cells.map(|(name, cell)| format!("{name}: {cell}"));
        cells.collect::<Vec<_>>().join("; ")
    }
}

/// As Markdown has it, aligned, so that it can be read and pasted.
impl fmt::Display for Table {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<_> = (0..columns).map(width).collect();
        for (number, row) in self.rows.iter().enumerate() {
            for (column, width) in widths.iter().enumerate() {
                let cell = row.get(column).map_or("", String::as_str);
                if column == 0 {
                    write!(to, "| {cell:width$} |")?;
                } else {
                    write!(to, " {cell:>width$} |")?;
                }
            }
            writeln!(to)?;
            if number == 0 {
                for (column, width) in widths.iter().enumerate() {
                    let (start, end) = if column == 0 {
                        ("| ", " |")
                    } else {
                        (" ", ": |")
                    };
                    let width = if column == 0 { *width } else { width - 1 };
                    write!(to, "{start}{}{end}", "-".repeat(width))?;
                }
                writeln!(to)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Table;

    #[test]
    fn columns_are_aligned() {
        let mut table = Table::new(["name", "count"]);
        table.row(["a", "10"]);
        let lines = [
            "| name | count |",
            "| ---- | ----: |",
            "| a    |    10 |",
            "",
        ];
        assert_eq!(table.to_string(), lines.join("\n"));
    }

    #[test]
    fn a_single_row_has_the_names_of_its_cells() {
        let mut table = Table::new(["name", "count"]);
        table.row(["a", "10"]);
        assert_eq!(table.last(), "name: a; count: 10");
    }
}
