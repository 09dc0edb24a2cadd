//! The compressed size of what a page downloads before it can receive an event.

use std::{fs, io::Write, path::Path};

use anyhow::{Context, Result};
use flate2::{Compression, write::GzEncoder};

use crate::runner::{
    FOLDER,
    table::{Comparison, Row, Table},
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
const BUNDLES: [(&str, &str); 13] = [
    ("fetch-event-source", "@microsoft/fetch-event-source 2.0.1"),
    ("eventsource", "eventsource 5.1.5"),
    ("eventsource-client", "eventsource-client 1.2.0"),
    (
        "eventsource-parser",
        "eventsource-parser 4.1.3, which is the parser alone",
    ),
    ("typed-eventsource-parser", "typed-eventsource/parser"),
    (MAIN, "typed-eventsource"),
    ("typed-eventsource-wasm", "typed-eventsource/wasm"),
    (
        "typed-eventsource-javascript",
        "typed-eventsource/javascript",
    ),
    (
        "typed-eventsource-resilient-fetch",
        "typed-eventsource/resilient-fetch",
    ),
    (
        "typed-eventsource-react",
        "typed-eventsource and its hook for React, without React",
    ),
    (
        "typed-eventsource-vue",
        "typed-eventsource and its composable for Vue, without Vue",
    ),
    (
        "typed-eventsource-svelte",
        "typed-eventsource and its entry for Svelte, without Svelte",
    ),
    (
        "typed-eventsource-solid",
        "typed-eventsource and its primitive for Solid, without Solid",
    ),
];

/// The bundle of the npm package's main entry.
const MAIN: &str = "typed-eventsource";
/// The row of what the main entry loads only where there is no WebAssembly.
pub(crate) const ON_DEMAND: &str = "on-demand";

/// What the main entry loads by `import()`: the row, its label, and how the names of the files begin. The last one has all other files.
const PARTS: [(&str, &str, &str); 3] = [
    (
        ON_DEMAND,
        "typed-eventsource, loaded only without WebAssembly",
        "engine-in-javascript",
    ),
    (
        "tabs-without-worker",
        "typed-eventsource, loaded only to share among tabs without a shared worker",
        "through-channel",
    ),
    (
        "tabs",
        "typed-eventsource, loaded only to share among tabs",
        "",
    ),
];

/// The example apps: the folder of each, and its framework.
const EXAMPLE_APPS: [(&str, &str); 2] = [("leptos", "Leptos"), ("yew", "Yew")];

pub(crate) fn run() -> Result<Vec<Table>> {
    let folder = Path::new(FOLDER).join("page/sizes");
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
        let bundle = Bundle::read(&folder.join("js").join(name), name)?;
        bundles.push(row(name, label, bundle.loaded));
        if name == MAIN {
            for ((name, label, _), size) in PARTS.into_iter().zip(bundle.parts) {
                bundles.push(row(name, label, size));
            }
        }
    }
    let table = |title: &str, measure, rows| Table {
        task: "size",
        title: title.into(),
        measure,
        unit: "bytes",
        comparison: Comparison::None,
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

/// The sizes of a bundle's files, each compressed separately, as a server does.
#[derive(Default)]
struct Bundle {
    /// What every page loads.
    loaded: f64,
    /// What a page loads by `import()`, in the order of [`PARTS`].
    parts: [f64; PARTS.len()],
}

impl Bundle {
    fn read(folder: &Path, name: &str) -> Result<Self> {
        let files =
            fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
        let entry = format!("{name}.js");
        let text = fs::read_to_string(folder.join(&entry))?;
        let mut bundle = Self::default();
        for file in files {
            let file = file?;
            let size = gzip_size(&file.path())?;
            let name = file.file_name().to_string_lossy().into_owned();
            if name == entry || imports(&text, &name) {
                bundle.loaded += size;
                continue;
            }
            let part = PARTS
                .iter()
                .position(|(_, _, prefix)| name.starts_with(prefix));
            bundle.parts[part.context("the last part has all files")?] += size;
        }
        Ok(bundle)
    }
}

/// Whether a minified module imports a file, other than by `import()`.
fn imports(module: &str, file: &str) -> bool {
    ["from", "import"]
        .into_iter()
        .any(|word| module.contains(&format!("{word}\"./{file}\"")))
}

fn gzip_size(path: &Path) -> Result<f64> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&bytes)?;
    Ok(encoder.finish()?.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::imports;

    #[test]
    fn a_page_loads_at_once_what_its_entry_imports_other_than_by_a_call() {
        let entry = r#"import{a as b}from"./chunk-A.js";import"./chunk-B.js";b(()=>import("./part-C.js"));"#;
        assert!(imports(entry, "chunk-A.js"));
        assert!(imports(entry, "chunk-B.js"));
        assert!(!imports(entry, "part-C.js"));
    }
}
