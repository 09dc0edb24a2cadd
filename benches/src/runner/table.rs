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
    /// How each row is compared with the first.
    pub(crate) comparison: Comparison,
    pub(crate) rows: Vec<Row>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Ratio,
    Difference,
    None,
}

impl Comparison {
    fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Ratio => &["ratio", "from", "to"],
            Self::Difference => &["difference", "from", "to"],
            Self::None => &[],
        }
    }
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
    /// Each run of a row, compared with the first row's run in the same round.
    pub(crate) fn compare(&self, row: &Row) -> Option<Vec<f64>> {
        let pairs = row.runs.iter().zip(&self.rows.first()?.runs);
        match self.comparison {
            Comparison::Ratio => Some(pairs.map(|(own, first)| own / first).collect()),
            Comparison::Difference => Some(pairs.map(|(own, first)| own - first).collect()),
            Comparison::None => None,
        }
    }
}

impl fmt::Display for Table {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let measure = format!("{}, {}", self.measure, self.unit);
        let headings = ["contender", &measure].into_iter();
        let mut columns = Columns::new(headings.chain(self.comparison.columns().iter().copied()));
        for row in &self.rows {
            let cells = [row.label.clone(), format_figure(row.median())];
            let compared = self.compare(row).into_iter().flat_map(|compared| {
                let (least, most) = spread(&compared);
                [median(&compared), least, most].map(|figure| format!("{figure:.2}"))
            });
            columns.row(cells.into_iter().chain(compared));
        }
        write!(to, "\n{}: {}\n\n{columns}", self.task, self.title)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(comparison: Comparison) -> Table {
        let row = |runs: &[f64]| Row {
            contender: String::new(),
            label: "own".into(),
            runs: runs.to_vec(),
        };
        Table {
            task: "task",
            title: "title".into(),
            measure: "rate",
            unit: "events/s",
            comparison,
            rows: vec![row(&[1.0, 2.0, 4.0]), row(&[2.0, 6.0, 16.0])],
        }
    }

    #[test]
    fn ratios_compare_runs_of_the_same_round() {
        let table = table(Comparison::Ratio);
        assert_eq!(table.compare(&table.rows[1]), Some(vec![2.0, 3.0, 4.0]));
        assert!(
            table
                .to_string()
                .contains("| own       |           6.00 |  3.00 | 2.00 | 4.00 |")
        );
    }

    #[test]
    fn differences_compare_runs_of_the_same_round() {
        let table = table(Comparison::Difference);
        assert_eq!(table.compare(&table.rows[1]), Some(vec![1.0, 4.0, 12.0]));
    }
}
