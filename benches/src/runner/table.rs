//! What was measured, and how it looks on a terminal.

use std::fmt;

use super::figures::{median, readable, spread};

/// One measure of all contenders in one task.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) task: &'static str,
    /// What was done, and how.
    pub(crate) title: String,
    /// What was measured, where a task measures several things.
    pub(crate) measure: &'static str,
    pub(crate) unit: &'static str,
    /// The row that the others are compared with.
    pub(crate) reference: Option<usize>,
    pub(crate) rows: Vec<Row>,
}

#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) contender: String,
    pub(crate) label: String,
    /// One for each round.
    pub(crate) runs: Vec<f64>,
}

impl Row {
    pub(crate) fn median(&self) -> f64 {
        median(&self.runs)
    }
}

impl Table {
    /// Each run of a row, divided by the reference's run in the same round.
    pub(crate) fn ratios(&self, row: &Row) -> Option<Vec<f64>> {
        let reference = self.rows.get(self.reference?)?;
        let pairs = row.runs.iter().zip(&reference.runs);
        Some(pairs.map(|(own, reference)| own / reference).collect())
    }
}

impl fmt::Display for Table {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(to, "\n{}: {}", self.task, self.title)?;
        let head = format!("{}, {}", self.measure, self.unit);
        write!(to, "{head:>20}")?;
        if self.reference.is_some() {
            write!(to, " {:>7} {:>15}", "ratio", "from … to")?;
        }
        writeln!(to)?;
        for row in &self.rows {
            write!(to, "{:>20}", readable(row.median()))?;
            if let Some(ratios) = self.ratios(row) {
                let (least, most) = spread(&ratios);
                let range = format!("{least:.2} … {most:.2}");
                write!(to, " {:7.2} {range:>15}", median(&ratios))?;
            }
            writeln!(to, "  {}", row.label)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_those_of_the_same_round() {
        let row = |runs: &[f64]| Row {
            contender: String::new(),
            label: "own".into(),
            runs: runs.to_vec(),
        };
        let table = Table {
            task: "task",
            title: "title".into(),
            measure: "rate",
            unit: "events/s",
            reference: Some(0),
            rows: vec![row(&[1.0, 2.0, 4.0]), row(&[2.0, 6.0, 16.0])],
        };
        assert_eq!(table.ratios(&table.rows[1]), Some(vec![2.0, 3.0, 4.0]));
        assert!(table.to_string().contains("3.00     2.00 … 4.00  own"));
    }
}
