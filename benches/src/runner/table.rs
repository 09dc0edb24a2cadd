//! The table of what a task has measured, as data and as text.

use std::fmt;

use typed_eventsource_harness::Table as Columns;

use super::{
    contenders::Contender,
    figures::{format_figure, median, spread},
};

/// One measure of all contenders in one task.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) task: &'static str,
    /// What the contenders did, and in how many rounds.
    pub(crate) title: String,
    /// What was measured: a task may measure several things.
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
    /// The value of each round.
    pub(crate) runs: Vec<f64>,
}

impl Row {
    pub(crate) fn of(contender: &Contender, runs: Vec<f64>) -> Self {
        Self {
            contender: contender.key.into(),
            label: contender.label.into(),
            runs,
        }
    }

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
        let measure = format!("{}, {}", self.measure, self.unit);
        let mut columns = Columns::new(["contender", &measure, "ratio", "from", "to"]);
        for row in &self.rows {
            let ratios = self
                .ratios(row)
                .map_or([const { String::new() }; 3], |ratios| {
                    let (least, most) = spread(&ratios);
                    [median(&ratios), least, most].map(|ratio| format!("{ratio:.2}"))
                });
            let cells = [row.label.clone(), format_figure(row.median())];
            columns.row(cells.into_iter().chain(ratios));
        }
        write!(to, "\n{}: {}\n\n{columns}", self.task, self.title)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_compare_runs_of_the_same_round() {
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
        assert!(
            table
                .to_string()
                .contains("| own       |           6.00 |  3.00 | 2.00 | 4.00 |")
        );
    }
}
