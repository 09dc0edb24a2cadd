//! A thing has the same name in both languages: the table of names in `ARCHITECTURE.md` equals the names in the code.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use heck::{ToKebabCase, ToLowerCamelCase};
use pretty_assertions::assert_eq;
use regex::Regex;

const TABLE_FILE: &str = "ARCHITECTURE.md";
const TYPES_FOLDER: &str = "npm/src/types";

/// The types whose fields have a row in the table: the name in Rust, the name in JavaScript, and the file of the Rust type.
const STRUCTS: [(&str, &str, &str); 8] = [
    ("Error", "EventSourceError", "src/error/mod.rs"),
    ("Attempt", "Attempt", "src/attempt.rs"),
    ("AttemptSummary", "AttemptSummary", "src/attempt_summary.rs"),
    ("Event", "TypedEvent", "src/event.rs"),
    ("FailureContext", "FailureContext", "src/policy.rs"),
    ("Gap", "Gap", "core/src/session/ids.rs"),
    ("ResponseHead", "ResponseHead", "src/response.rs"),
    ("Stats", "Stats", "src/attempt_summary.rs"),
];

/// The fields of each thing, by the kind and the name of the thing.
type FieldsByName = BTreeMap<(String, String), BTreeSet<String>>;

#[test]
fn the_table_of_names_equals_the_names_in_rust() {
    assert_eq!(
        names_in_table().0,
        names_in_rust(),
        "the table of {TABLE_FILE}, and the Rust code"
    );
}

/// A field has the same name in both languages, in camelCase in JavaScript, unless its row has both names.
#[test]
fn the_table_of_names_equals_the_names_in_javascript() {
    assert_eq!(
        names_in_table().1,
        names_in_javascript(),
        "the table of {TABLE_FILE}, and {TYPES_FOLDER}"
    );
}

// The table

/// The names in the table, for Rust and for JavaScript.
fn names_in_table() -> (FieldsByName, FieldsByName) {
    let text = read(TABLE_FILE);
    let table = between(&text, "<!-- names -->", "<!-- /names -->");
    let (mut rust, mut javascript) = (FieldsByName::new(), FieldsByName::new());
    for line in table.trim().lines().skip(2) {
        let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [kind, in_rust, in_javascript, fields] = cells[..] else {
            panic!("a row has four cells: {line}");
        };
        let [rust_names, js_names] = [in_rust, in_javascript].map(names_in_cell);
        assert!(
            !(rust_names.is_empty() && js_names.is_empty()),
            "a row has a name: {line}"
        );
        if !rust_names.is_empty() && !js_names.is_empty() {
            let expected: Vec<_> = rust_names.iter().map(|name| in_js(kind, name)).collect();
            assert_eq!(
                js_names, expected,
                "JavaScript has the names of Rust, in its own case: {line}"
            );
        }
        let (rust_fields, js_fields) = fields_in_cell(kind, fields);
        for (names, all, fields) in [
            (rust_names, &mut rust, rust_fields),
            (js_names, &mut javascript, js_fields),
        ] {
            for name in names {
                let before = all.insert((kind.to_owned(), name.clone()), fields.clone());
                assert_eq!(before, None, "the {kind} `{name}` has two rows");
            }
        }
    }
    (rust, javascript)
}

/// The names in a cell. A cell that begins with `-` has no names; it may say why.
fn names_in_cell(cell: &str) -> Vec<String> {
    if cell.starts_with('-') {
        return Vec::new();
    }
    in_backticks(cell)
}

/// The JavaScript name of a thing that has this name in Rust.
fn in_js(kind: &str, name: &str) -> String {
    if kind != "type" {
        return name.to_kebab_case();
    }
    let found = STRUCTS.iter().find(|(rust, ..)| *rust == name);
    found.map_or_else(|| name.to_kebab_case(), |(_, js, _)| (*js).to_owned())
}

/// The fields that a cell names, in Rust and in JavaScript.
fn fields_in_cell(kind: &str, cell: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut rust, mut javascript) = (BTreeSet::new(), BTreeSet::new());
    for field in cell.split(", ").filter(|field| *field != "-") {
        match &in_backticks(field)[..] {
            [name] => {
                if !field.ends_with(" (JavaScript)") {
                    rust.insert(name.clone());
                }
                // Every error has a message in JavaScript, which its declaration does not repeat.
                let is_declared = kind != "error" || name != "message";
                if is_declared && !field.ends_with(" (Rust)") {
                    javascript.insert(name.to_lower_camel_case());
                }
            }
            [name, other] if field.contains(" ↔ ") => {
                rust.insert(name.clone());
                javascript.insert(other.clone());
            }
            _ => panic!("no field, or more than one: {field}"),
        }
    }
    (rust, javascript)
}

// Rust

fn names_in_rust() -> FieldsByName {
    let mut names = FieldsByName::new();
    let variant_pattern =
        regex(r"(?ms)^    (?<name>[A-Z]\w*)(?:\((?<type>.+?)\)| \{(?<fields>.*?)^    \})?,$");
    for (kind, path, name) in [
        ("error", "src/error/mod.rs", "Error"),
        ("state", "src/state.rs", "State"),
        ("close reason", "src/state.rs", "CloseReason"),
        ("decision", "core/src/session/io.rs", "Decision"),
        ("limit action", "core/src/policy.rs", "LimitAction"),
        ("attempt reason", "src/attempt_summary.rs", "AttemptReason"),
        (
            "attempt outcome",
            "src/attempt_summary.rs",
            "AttemptOutcome",
        ),
    ] {
        let text = read(path);
        for variant in variant_pattern.captures_iter(block(&text, &format!("pub enum {name} "))) {
            let fields = match (variant.name("type"), variant.name("fields")) {
                (Some(field_type), _) if field_type.as_str() == "DecodeError" => {
                    fields_of("src/decode_error.rs", "DecodeError")
                }
                (Some(_), _) => BTreeSet::from(["0".to_owned()]),
                (_, Some(fields)) => captured(r"(?m)^ +(\w+): ", fields.as_str()),
                _ => BTreeSet::new(),
            };
            names.insert((kind.to_owned(), variant["name"].to_owned()), fields);
        }
    }
    let queue = read("src/source/queue.rs");
    for function in regex(r"(?m)^    pub fn (\w+)\((.*)\) ->").captures_iter(&queue) {
        let parameters = captured(r"(\w+): ", &function[2]);
        names.insert(("queue".to_owned(), function[1].to_owned()), parameters);
    }
    for (name, _, path) in STRUCTS {
        names.insert(("type".to_owned(), name.to_owned()), fields_of(path, name));
    }
    names
}

/// The public fields of a struct, and its public methods without arguments.
fn fields_of(path: &str, name: &str) -> BTreeSet<String> {
    let start = r"^(?:pub struct|impl(?:<[^>]*>)?)";
    let blocks: Vec<_> = captured(
        &format!(r"(?ms){start} {name}\b[^\n]*\{{\n(.*?)^\}}"),
        &read(path),
    );
    captured(
        r"(?m)^    pub (?:fn )?(\w+)(?:: |\(&self\))",
        &blocks.concat(),
    )
}

// JavaScript

fn names_in_javascript() -> FieldsByName {
    const MEMBER: &str = r"(?m)^  (?:readonly )?(\w+)\??: ";
    let types = read_all(TYPES_FOLDER);
    let mut names = FieldsByName::new();
    let mut add = |kind: &str, name: &str, fields: &BTreeSet<String>| {
        names.insert((kind.to_owned(), name.to_owned()), fields.clone());
    };

    let codes: Vec<_> = in_double_quotes(between(&types, "export type ErrorCode =", ";"));
    let mut common = BTreeSet::new();
    let mut fields = BTreeMap::from_iter(codes.into_iter().map(|code| (code, BTreeSet::new())));
    let member_pattern = regex(r"(?s)(?:/\*\*(?<doc>.*?)\*/\s*)?readonly (?<name>\w+)\??: ");
    for member in member_pattern.captures_iter(block(&types, "class EventSourceError ")) {
        // The description of a field names the codes of the errors that have it.
        let doc = member.name("doc").map_or("", |doc| doc.as_str());
        let mut codes = in_backticks(doc);
        codes.retain(|name| fields.contains_key(name));
        if codes.is_empty() {
            common.insert(member["name"].to_owned());
        }
        for code in codes {
            let fields_of_code = fields.entry(code).or_default();
            fields_of_code.insert(member["name"].to_owned());
        }
    }
    for (code, fields) in &fields {
        add("error", code, fields);
    }

    for (kind, name) in [
        ("state", "State"),
        ("close reason", "CloseReason"),
        ("decision", "Decision"),
    ] {
        let declaration = between(&types, &format!("export type {name} =\n"), ";\n\n");
        for object in captured::<Vec<_>>(r"\| \{(.*)\}", declaration) {
            let mut fields: BTreeSet<_> = captured(r"(\w+)\??: ", &object);
            assert!(fields.remove("type"), "it has a type: {object}");
            add(kind, &in_double_quotes(&object)[0], &fields);
        }
    }

    let queue = block(&types, "interface Queue ");
    let mut fields: BTreeSet<_> = captured(MEMBER, queue);
    fields.remove("whenFull");
    for name in in_double_quotes(between(queue, "whenFull?: ", ";")) {
        add("queue", &name, &fields);
    }
    let limit = block(&types, "interface Limit ");
    for name in in_double_quotes(between(limit, "then: ", ";")) {
        add("limit action", &name, &BTreeSet::new());
    }
    for (kind, name) in [
        ("attempt reason", "AttemptReason"),
        ("attempt outcome", "AttemptOutcome"),
    ] {
        for name in in_double_quotes(between(&types, &format!("export type {name} = "), ";")) {
            add(kind, &name, &BTreeSet::new());
        }
    }
    add("type", "EventSourceError", &common);
    // The first is the error, which has been added.
    for (_, name, _) in &STRUCTS[1..] {
        let starts = [format!("interface {name} "), format!("interface {name}<")];
        let start = starts.iter().find(|start| types.contains(*start));
        let interface = block(&types, start.expect("an interface"));
        add("type", name, &captured(MEMBER, interface));
    }
    names
}

// Texts

/// The text of the pattern's only group in each match.
fn captured<C: FromIterator<String>>(pattern: &str, text: &str) -> C {
    let pattern = regex(pattern);
    let matches = pattern.captures_iter(text);
    matches.map(|found| found[1].to_owned()).collect()
}

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a pattern")
}

/// The texts in double quotes.
fn in_double_quotes(text: &str) -> Vec<String> {
    captured("\"(.+?)\"", text)
}

/// The texts in backticks.
fn in_backticks(text: &str) -> Vec<String> {
    captured("`(.+?)`", text)
}

/// The text between the braces of a declaration.
fn block<'a>(text: &'a str, start: &str) -> &'a str {
    let declaration = between(text, start, "\n}\n");
    let (_, members) = declaration.split_once('{').expect("a brace");
    members
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let (_, rest) = text
        .split_once(start)
        .unwrap_or_else(|| panic!("there is no `{start}` in the text that is read"));
    rest.split_once(end)
        .unwrap_or_else(|| panic!("there is no `{end}` after `{start}`"))
        .0
}

/// The files of a folder, one after the other.
fn read_all(folder: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(folder);
    let entries = fs::read_dir(&path).unwrap_or_else(|error| panic!("{folder}: {error}"));
    let files = entries.map(|entry| entry.expect("a file").file_name());
    files
        .map(|file| read(&format!("{folder}/{}", file.display())) + "\n")
        .collect()
}

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
