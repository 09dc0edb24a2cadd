//! Modules import only from modules on lower floors. In JavaScript oxlint checks that imports have no cycle.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// The modules of `typed-eventsource`, in `src`, from the lowest floor up.
const BODY: &[&[&str]] = &[
    &["place", "by_name", "closure", "event_id", "panics", "sys"],
    &["event", "response"],
    &["decode_error"],
    &["error"],
    &["attempt", "attempt_summary", "policy", "state", "payload"],
    &["variants"],
    &["host"],
    &["yielder"],
    &["transport"],
    &["source", "testing", "gunzip"],
    &["book"],
];

/// The modules of `typed-eventsource-core`, in `core/src`, from the lowest floor up.
const CORE: &[&[&str]] = &[&["time"], &["open_rate", "parser", "policy"], &["session"]];

#[test]
fn modules_of_the_rust_body_import_only_from_lower_floors() {
    assert_imports_point_down("src", BODY);
}

#[test]
fn modules_of_the_core_import_only_from_lower_floors() {
    assert_imports_point_down("core/src", CORE);
}

fn assert_imports_point_down(folder: &str, floors: &[&[&str]]) {
    let folder = root().join(folder);
    let exports = exports(&fs::read_to_string(folder.join("lib.rs")).expect("there is a lib.rs"));
    let floor_of = |module: &str| floors.iter().position(|floor| floor.contains(&module));
    let mut count = 0;
    for file in files(&folder) {
        let path = file.strip_prefix(&folder).expect("it is in the folder");
        let module = path.iter().next().expect("a name").to_string_lossy();
        let module = module.trim_end_matches(".rs");
        if module == "lib"
            || path
                .iter()
                .any(|part| part == "tests" || part == "tests.rs")
        {
            continue;
        }
        let own_floor = floor_of(module).unwrap_or_else(|| panic!("`{module}` has no floor"));
        let text = fs::read_to_string(&file).expect("it can be read");
        for name in imported(&text) {
            let target = exports.get(&name).unwrap_or(&name).clone();
            // No module has this name: it is an item of another crate that the root exports, or a macro.
            let Some(target_floor) = floor_of(&target) else {
                continue;
            };
            count += 1;
            let points_down = target_floor < own_floor || target == module;
            assert!(
                points_down,
                "{} imports `{name}` from `{target}`",
                path.display()
            );
        }
    }
    assert!(count > 3, "only {count} imports were found");
}

/// For each name that the root exports, the module that defines it.
fn exports(lib: &str) -> BTreeMap<String, String> {
    let mut exports = BTreeMap::new();
    for statement in lib.split(';') {
        let Some((_, path)) = statement.split_once("pub use ") else {
            continue;
        };
        let mut words = words(path);
        let Some(module) = words.next() else { continue };
        exports.extend(words.map(|name| (name, module.clone())));
    }
    exports
}

/// The first name after each `crate::` in the code outside of tests; for `crate::{…}`, that of each item of the list.
fn imported(text: &str) -> Vec<String> {
    let text = text
        .split("#[cfg(test)]\nmod tests")
        .next()
        .unwrap_or_default();
    let code: Vec<_> = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect();
    let code = code.join("\n");
    let mut names = Vec::new();
    for rest in code.split("crate::").skip(1) {
        match rest.strip_prefix('{') {
            None => names.extend(words(rest).next()),
            Some(list) => {
                let mut depth = 1;
                let end = list.find(|c| {
                    depth += i32::from(c == '{') - i32::from(c == '}');
                    depth == 0
                });
                let list = &list[..end.unwrap_or(list.len())];
                let mut depth = 0;
                let items = list.split(|c| {
                    depth += i32::from(c == '{') - i32::from(c == '}');
                    c == ',' && depth == 0
                });
                names.extend(items.filter_map(|item| words(item).next()));
            }
        }
    }
    names
}

fn words(text: &str) -> impl Iterator<Item = String> {
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
    words.filter(|word| !word.is_empty()).map(str::to_owned)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
