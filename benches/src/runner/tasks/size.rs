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
            let label = "typed-eventsource, loaded only without WebAssembly";
            bundles.push(row(ON_DEMAND, label, bundle.on_demand));
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
    /// What a page loads by `import()`.
    on_demand: f64,
}

impl Bundle {
    fn read(folder: &Path, name: &str) -> Result<Self> {
        let files =
            fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
        let mut bundle = Self::default();
        for file in files {
            let file = file?;
            let size = gzip_size(&file.path())?;
            match is_loaded_at_once(&file.file_name().to_string_lossy(), name) {
                true => bundle.loaded += size,
                false => bundle.on_demand += size,
            }
        }
        Ok(bundle)
    }
}

/// esbuild names a module that `import()` loads after its file, and what that shares with the entry `chunk`.
fn is_loaded_at_once(file: &str, entry: &str) -> bool {
    file.strip_suffix(".js") == Some(entry) || file.starts_with("chunk-")
}

fn gzip_size(path: &Path) -> Result<f64> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&bytes)?;
    Ok(encoder.finish()?.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::is_loaded_at_once;

    #[test]
    fn a_page_loads_the_entry_and_what_that_shares_at_once() {
        let is_loaded = |file| is_loaded_at_once(file, "typed-eventsource");
        assert!(is_loaded("typed-eventsource.js"));
        assert!(is_loaded("chunk-IMS42BRR.js"));
        assert!(!is_loaded("engine-in-javascript-IMS42BRR.js"));
    }
}
