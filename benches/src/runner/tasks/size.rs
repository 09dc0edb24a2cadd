//! The compressed size of what a page downloads before it can receive an event.

use std::{fs, io::Write, path::Path};

use anyhow::{Context, Result};
use flate2::{Compression, write::GzEncoder};

use crate::runner::{
    FOLDER,
    table::{Row, Table},
};

/// The smallest apps: the folder of each, and its label. The others are compared with the first.
const APPS: [(&str, &str); 8] = [
    ("empty", "an app that does nothing"),
    ("text", "typed-eventsource without features"),
    ("json", "typed-eventsource with `json`"),
    ("js", "typed-eventsource with `js`"),
    ("fetch", "typed-eventsource with `json` and `fetch`"),
    ("bytes", "typed-eventsource with `json` and `bytes`"),
    ("gzip", "typed-eventsource with `json`, `bytes` and `gzip`"),
    ("gloo", "gloo-net 0.7.0 + serde_json"),
];

/// The bundles: the folder of each, and its label.
const BUNDLES: [(&str, &str); 6] = [
    ("fetch-event-source", "@microsoft/fetch-event-source 2.0.1"),
    ("eventsource", "eventsource 5.1.5"),
    ("eventsource-client", "eventsource-client 1.2.0"),
    (
        "eventsource-parser",
        "eventsource-parser 4.1.3, which is the parser alone",
    ),
    (
        "typed-eventsource-parser",
        "typed-eventsource/parser, its wasm included",
    ),
    ("typed-eventsource", "typed-eventsource, its wasm included"),
];

/// The example apps: the folder of each, and its framework.
const EXAMPLE_APPS: [(&str, &str); 2] = [("leptos", "Leptos"), ("yew", "Yew")];

pub(crate) fn run() -> Result<Vec<Table>> {
    let folder = Path::new(FOLDER).join("sizes");
    let mut totals = Vec::new();
    for (name, label) in APPS {
        let size = app_gzip_size(&folder.join("rust").join(name))?;
        totals.push(row(name, label, size));
    }
    let mut examples = Vec::new();
    for (name, framework) in EXAMPLE_APPS {
        for (variant, data_source) in [("without", "fixed data"), ("with", "typed-eventsource")] {
            let size = app_gzip_size(&folder.join("apps").join(name).join(variant))?;
            let label = format!("{framework}, {data_source}");
            examples.push(row(&format!("{name}-{variant}"), &label, size));
        }
    }
    let empty = totals[0].runs[0];
    let added = totals
        .iter()
        .skip(1)
        .map(|total| row(&total.contender, &total.label, total.runs[0] - empty))
        .collect();
    let mut bundles = Vec::new();
    for (name, label) in BUNDLES {
        let size = folder_gzip_size(&folder.join("js").join(name))?;
        bundles.push(row(name, label, size));
    }
    let table = |title: &str, measure, rows| Table {
        task: "size",
        title: title.into(),
        measure,
        unit: "bytes",
        reference: None,
        rows,
    };
    Ok(vec![
        table(
            "the smallest app in Rust, wasm and minified JavaScript, gzip -9",
            "total",
            totals,
        ),
        table(
            "the smallest app in Rust, minus an app that does nothing, gzip -9",
            "added",
            added,
        ),
        table(
            "the example app without and with typed-eventsource, wasm and minified JavaScript, gzip -9",
            "total",
            examples,
        ),
        table(
            "the JavaScript clients, bundled and minified, gzip -9",
            "bundle",
            bundles,
        ),
    ])
}

fn row(name: &str, label: &str, size: f64) -> Row {
    Row {
        contender: name.into(),
        label: label.into(),
        runs: vec![size],
    }
}

/// The size of an app's wasm and its JavaScript glue.
fn app_gzip_size(app: &Path) -> Result<f64> {
    Ok(gzip_size(&app.join("app_bg.wasm"))? + gzip_size(&app.join("glue.js"))?)
}

/// The size of all files of a folder, each compressed separately, as a server does.
fn folder_gzip_size(folder: &Path) -> Result<f64> {
    let files =
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut size = 0.0;
    for file in files {
        size += gzip_size(&file?.path())?;
    }
    Ok(size)
}

fn gzip_size(path: &Path) -> Result<f64> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&bytes)?;
    Ok(encoder.finish()?.len() as f64)
}
