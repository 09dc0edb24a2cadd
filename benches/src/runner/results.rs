//! All figures as JSON, for other programs.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use serde::Serialize;

use super::{
    figures::{median, spread},
    table::{Comparison, Row, Table},
};

/// What was measured of one contender in one task.
#[derive(Serialize)]
struct Figure<'a> {
    task: &'a str,
    contender: &'a str,
    label: &'a str,
    measure: &'a str,
    unit: &'a str,
    runs: &'a [f64],
    median: f64,
    /// `None` if nothing is compared.
    #[serde(flatten)]
    compared: Option<Compared>,
}

/// How a contender compares with the task's first, its reference.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Compared {
    Ratio(Figures),
    Difference(Figures),
}

#[derive(Serialize)]
struct Figures {
    reference: String,
    median: f64,
    least: f64,
    most: f64,
}

pub(crate) fn write(path: &Path, tables: &[Table]) -> Result<()> {
    let figures: Vec<_> = tables
        .iter()
        .flat_map(|table| table.rows.iter().map(|row| figure(table, row)))
        .collect();
    let json = serde_json::to_string_pretty(&figures)?;
    fs::write(path, json).with_context(|| format!("cannot write {}", path.display()))
}

fn figure<'a>(table: &'a Table, row: &'a Row) -> Figure<'a> {
    Figure {
        task: table.task,
        contender: &row.contender,
        label: &row.label,
        measure: table.measure,
        unit: table.unit,
        runs: &row.runs,
        median: row.median(),
        compared: compared(table, row),
    }
}

fn compared(table: &Table, row: &Row) -> Option<Compared> {
    let compared = table.compare(row)?;
    let (least, most) = spread(&compared);
    let figures = Figures {
        reference: table.rows.first()?.contender.clone(),
        median: median(&compared),
        least,
        most,
    };
    match table.comparison {
        Comparison::Ratio => Some(Compared::Ratio(figures)),
        Comparison::Difference => Some(Compared::Difference(figures)),
        Comparison::None => None,
    }
}
