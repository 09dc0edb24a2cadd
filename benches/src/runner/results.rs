//! All figures as JSON, for other programs.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use serde::Serialize;

use super::{
    figures::{median, spread},
    table::{Row, Table},
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
    /// The ratio to the task's reference; `null` if the task has none.
    ratio: Option<Ratio>,
}

#[derive(Serialize)]
struct Ratio {
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
        ratio: ratio(table, row),
    }
}

fn ratio(table: &Table, row: &Row) -> Option<Ratio> {
    let ratios = table.ratios(row)?;
    let (least, most) = spread(&ratios);
    Some(Ratio {
        reference: table.rows.get(table.reference?)?.contender.clone(),
        median: median(&ratios),
        least,
        most,
    })
}
