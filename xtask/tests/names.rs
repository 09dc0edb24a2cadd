//! What both languages have is called the same in both: the table of names in `ARCHITECTURE.md` is what the code has.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use syn::{Fields, FnArg, ImplItem, Item, Pat, ReceiverKind, Signature, Type, Visibility};

const TABLE: &str = "ARCHITECTURE.md";
const TYPES: &str = "npm/src/index.d.ts";

/// The kinds of things in the table.
const ERROR: &str = "error";
const STATE: &str = "state";
const CLOSE_REASON: &str = "close reason";
const DECISION: &str = "decision";
const LIMIT_ACTION: &str = "limit action";
const QUEUE: &str = "queue";
const TYPE: &str = "type";
const KINDS: [&str; 7] = [
    ERROR,
    STATE,
    CLOSE_REASON,
    DECISION,
    LIMIT_ACTION,
    QUEUE,
    TYPE,
];

/// The types with fields that have a row: their names in Rust and in JavaScript, and where Rust has them.
const STRUCTS: [(&str, &str, &str); 4] = [
    ("Error", "EventSourceError", "src/error.rs"),
    ("Event", "TypedEvent", "src/event.rs"),
    ("FailureContext", "FailureContext", "src/policy.rs"),
    ("Gap", "Gap", "core/src/session/ids.rs"),
];

/// The fields of each thing, by its kind and its name.
type Names = BTreeMap<(&'static str, String), BTreeSet<String>>;

#[test]
fn the_table_of_names_has_what_rust_has() {
    assert_same("the Rust code", &table().0, &rust());
}

#[test]
fn the_table_of_names_has_what_javascript_has() {
    assert_same(TYPES, &table().1, &javascript());
}

#[test]
fn a_difference_is_told() {
    let names = |names: &[(&str, &[&str])]| -> Names {
        let entries = names
            .iter()
            .map(|(name, fields)| ((ERROR, name.to_string()), set(fields)));
        entries.collect()
    };
    let table = names(&[("Idle", &["after"]), ("Status", &["url"])]);
    let code = names(&[("Idle", &["after", "since"]), ("Broken", &[])]);
    let expected = [
        "the error `Broken` is in src/error.rs and not in the table of ARCHITECTURE.md",
        "the field `since` of the error `Idle` is in src/error.rs and not in the table of ARCHITECTURE.md",
        "the error `Status` is in the table of ARCHITECTURE.md and not in src/error.rs",
    ];
    assert_eq!(differences("src/error.rs", &table, &code), expected);
    assert!(differences("src/error.rs", &table, &table).is_empty());
}

fn assert_same(place: &str, table: &Names, code: &Names) {
    let differences = differences(place, table, code);
    assert!(
        differences.is_empty(),
        "{}\nA field has the same name in both languages, in camelCase in JavaScript, unless its row has both names.",
        differences.join("\n")
    );
}

fn differences(place: &str, table: &Names, code: &Names) -> Vec<String> {
    let in_table = format!("the table of {TABLE}");
    let mut differences = Vec::new();
    for [(here, names), (there, others)] in [
        [(place, code), (&*in_table, table)],
        [(&*in_table, table), (place, code)],
    ] {
        for ((kind, name), fields) in names {
            let Some(other) = others.get(&(*kind, name.clone())) else {
                differences.push(format!(
                    "the {kind} `{name}` is in {here} and not in {there}"
                ));
                continue;
            };
            differences.extend(fields.difference(other).map(|field| {
                format!(
                    "the field `{field}` of the {kind} `{name}` is in {here} and not in {there}"
                )
            }));
        }
    }
    differences
}

// The table

/// What the table says of Rust and of JavaScript.
fn table() -> (Names, Names) {
    let text = read(TABLE);
    let table = between(&text, "<!-- names -->", "<!-- /names -->");
    let (mut rust, mut javascript) = (Names::new(), Names::new());
    for line in table.trim().lines().skip(2) {
        let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [kind, in_rust, in_javascript, fields] = cells[..] else {
            panic!("a row has four cells: {line}");
        };
        let kind = KINDS.into_iter().find(|known| *known == kind);
        let kind = kind.unwrap_or_else(|| panic!("the kind is none of {KINDS:?}: {line}"));
        let [rust_names, js_names] = [in_rust, in_javascript].map(cell);
        assert!(
            !(rust_names.is_empty() && js_names.is_empty()),
            "a row has a name: {line}"
        );
        if !rust_names.is_empty() && !js_names.is_empty() {
            let written = |name: &String| match kind {
                TYPE => {
                    let (_, javascript, _) = STRUCTS
                        .into_iter()
                        .find(|(rust, ..)| rust == name)
                        .unwrap_or_else(|| panic!("the test does not know the type `{name}`"));
                    javascript.to_owned()
                }
                _ => kebab_case(name),
            };
            let expected: Vec<_> = rust_names.iter().map(written).collect();
            assert_eq!(
                js_names, expected,
                "JavaScript has the names of Rust, in its own case: {line}"
            );
        }
        let (rust_fields, js_fields) = fields_of_row(kind, fields, line);
        for (names, all, own) in [
            (rust_names, &mut rust, rust_fields),
            (js_names, &mut javascript, js_fields),
        ] {
            for name in names {
                let before = all.insert((kind, name.clone()), own.clone());
                assert_eq!(before, None, "the {kind} `{name}` has two rows");
            }
        }
    }
    (rust, javascript)
}

/// The names in a cell. One that begins with `-` has none, and says why.
fn cell(cell: &str) -> Vec<String> {
    if cell.starts_with('-') {
        return Vec::new();
    }
    cell.split(", ").map(|name| quoted(name, cell)).collect()
}

/// The fields in Rust and in JavaScript.
fn fields_of_row(kind: &str, cell: &str, line: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut rust, mut javascript) = (BTreeSet::new(), BTreeSet::new());
    if cell == "-" {
        return (rust, javascript);
    }
    for field in cell.split(", ") {
        if let Some(field) = field.strip_suffix(" (Rust)") {
            rust.insert(quoted(field, line));
        } else if let Some(field) = field.strip_suffix(" (JavaScript)") {
            javascript.insert(camel_case(&quoted(field, line)));
        } else if let Some((field, other)) = field.split_once(" ↔ ") {
            rust.insert(quoted(field, line));
            javascript.insert(quoted(other, line));
        } else {
            let field = quoted(field, line);
            // Every error of JavaScript has one, so that none declares it.
            if !(kind == ERROR && field == "message") {
                javascript.insert(camel_case(&field));
            }
            rust.insert(field);
        }
    }
    (rust, javascript)
}

fn quoted(text: &str, line: &str) -> String {
    text.strip_prefix('`')
        .and_then(|text| text.strip_suffix('`'))
        .unwrap_or_else(|| panic!("`{text}` is no name in backticks: {line}"))
        .to_owned()
}

// Rust

fn rust() -> Names {
    let mut names = Names::new();
    for (kind, path, name) in [
        (ERROR, "src/error.rs", "Error"),
        (STATE, "src/state.rs", "State"),
        (CLOSE_REASON, "src/state.rs", "CloseReason"),
        (DECISION, "core/src/session/io.rs", "Decision"),
        (LIMIT_ACTION, "core/src/policy.rs", "LimitAction"),
    ] {
        let file = parse(path);
        let found = file.items.iter().find_map(|item| match item {
            Item::Enum(item) if item.ident == name => Some(item),
            _ => None,
        });
        let found = found.unwrap_or_else(|| panic!("there is no enum `{name}` in {path}"));
        for variant in &found.variants {
            let fields = match &variant.fields {
                Fields::Unnamed(fields) if is_type(&fields.unnamed[0].ty, "DecodeError") => {
                    fields_of("src/decode_error.rs", "DecodeError")
                }
                fields => names_of(fields.iter()),
            };
            names.insert((kind, variant.ident.to_string()), fields);
        }
    }
    let queue = parse("src/source/queue.rs");
    for function in public_functions(&queue, "Queue") {
        let parameters = function.inputs.iter().filter_map(|input| match input {
            FnArg::Typed(input) => match &*input.pat {
                Pat::Ident(name) => Some(name.ident.to_string()),
                _ => None,
            },
            FnArg::Receiver(_) => None,
        });
        names.insert((QUEUE, function.ident.to_string()), parameters.collect());
    }
    for (name, _, path) in STRUCTS {
        names.insert((TYPE, name.to_owned()), fields_of(path, name));
    }
    names
}

/// The public fields of a struct, and the methods that stand for one.
fn fields_of(path: &str, name: &str) -> BTreeSet<String> {
    let file = parse(path);
    let mut fields = BTreeSet::new();
    for item in &file.items {
        if let Item::Struct(item) = item
            && item.ident == name
        {
            let public = item.fields.iter().filter(|field| is_public(&field.vis));
            fields.extend(names_of(public));
        }
    }
    let getters = public_functions(&file, name).filter(|function| {
        let mut inputs = function.inputs.iter();
        matches!((inputs.next(), inputs.next()), (Some(FnArg::Receiver(own)), None)
            if matches!(own.kind, ReceiverKind::Reference(..)))
    });
    fields.extend(getters.map(|getter| getter.ident.to_string()));
    fields
}

/// The names of fields; that of one that has none is its number.
fn names_of<'a>(fields: impl Iterator<Item = &'a syn::Field>) -> BTreeSet<String> {
    fields
        .enumerate()
        .map(|(number, field)| match &field.ident {
            Some(name) => name.to_string(),
            None => number.to_string(),
        })
        .collect()
}

/// The public functions of a type, those of traits aside.
fn public_functions<'a>(file: &'a syn::File, name: &'a str) -> impl Iterator<Item = &'a Signature> {
    let impls = file.items.iter().filter_map(move |item| match item {
        Item::Impl(item) if item.trait_.is_none() && is_type(&item.self_ty, name) => Some(item),
        _ => None,
    });
    impls
        .flat_map(|item| &item.items)
        .filter_map(|item| match item {
            ImplItem::Fn(function) if is_public(&function.vis) => Some(&function.sig),
            _ => None,
        })
}

fn is_type(ty: &Type, name: &str) -> bool {
    matches!(ty, Type::Path(path) if path.path.segments.iter().any(|segment| segment.ident == name))
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn parse(path: &str) -> syn::File {
    syn::parse_file(&read(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

// JavaScript

fn javascript() -> Names {
    let types = read(TYPES);
    let mut names = Names::new();

    let codes = strings(between(&types, "export type ErrorCode =", ";")).into_iter();
    let mut common = BTreeSet::new();
    let mut fields = BTreeMap::from_iter(codes.map(|code| (code, BTreeSet::new())));
    for member in members(block(&types, "class EventSourceError ")) {
        // The codes with which it comes are in its description.
        let mentioned = member.doc.split('`').skip(1).step_by(2);
        let with: Vec<_> = mentioned
            .filter(|name| fields.contains_key(*name))
            .collect();
        if with.is_empty() {
            common.insert(member.name.clone());
        }
        for code in with {
            let fields = fields.get_mut(code).expect("a code");
            fields.insert(member.name.clone());
        }
    }
    names.extend(
        fields
            .into_iter()
            .map(|(code, fields)| ((ERROR, code), fields)),
    );

    for (kind, name) in [
        (STATE, "State"),
        (CLOSE_REASON, "CloseReason"),
        (DECISION, "Decision"),
    ] {
        let declaration = between(&types, &format!("export type {name} =\n"), ";\n\n");
        let lines = declaration.lines().filter_map(|line| {
            let (_, object) = line.split_once("| {")?;
            Some(object.split_once('}')?.0)
        });
        for object in lines {
            let members = members(&object.replace("; ", ";\n"));
            let (tags, others): (Vec<_>, Vec<_>) = members
                .into_iter()
                .partition(|member| member.name == "type");
            let [tag] = &tags[..] else {
                panic!("{name} has an object without a type: {object}");
            };
            let fields = others.into_iter().map(|member| member.name).collect();
            names.insert((kind, strings(&tag.value).remove(0)), fields);
        }
    }

    let mut queue = members(block(&types, "interface Queue "));
    let when_full = take(&mut queue, "whenFull");
    let fields: BTreeSet<_> = queue.into_iter().map(|member| member.name).collect();
    for name in strings(&when_full.value) {
        names.insert((QUEUE, name), fields.clone());
    }

    let then = take(&mut members(block(&types, "interface Limit ")), "then");
    for name in strings(&then.value) {
        names.insert((LIMIT_ACTION, name), BTreeSet::new());
    }

    for (_, name, _) in STRUCTS {
        let fields = if name == "EventSourceError" {
            common.clone()
        } else {
            let members = members(block(&types, &format!("interface {name}")));
            members.into_iter().map(|member| member.name).collect()
        };
        names.insert((TYPE, name.to_owned()), fields);
    }
    names
}

struct Member {
    name: String,
    value: String,
    doc: String,
}

/// The members of an interface, a class or an object, one a line, with their descriptions.
fn members(block: &str) -> Vec<Member> {
    let mut members = Vec::new();
    let mut doc = String::new();
    for line in block.lines().map(str::trim) {
        if line.starts_with("/*") || line.starts_with('*') {
            doc += line;
            continue;
        }
        let doc = std::mem::take(&mut doc);
        let line = line.strip_prefix("readonly ").unwrap_or(line);
        let Some((name, value)) = line.split_once(": ") else {
            continue;
        };
        members.push(Member {
            name: name.trim_end_matches('?').to_owned(),
            value: value.to_owned(),
            doc,
        });
    }
    assert!(!members.is_empty(), "no member is in {block}");
    members
}

fn take(members: &mut Vec<Member>, name: &str) -> Member {
    let place = members.iter().position(|member| member.name == name);
    members.remove(place.unwrap_or_else(|| panic!("there is no member `{name}` in {TYPES}")))
}

/// What stands between the braces of a declaration.
fn block<'a>(text: &'a str, start: &str) -> &'a str {
    let declaration = between(text, start, "\n}\n");
    let (_, members) = declaration.split_once("{\n").expect("a brace");
    members
}

/// The texts in double quotes.
fn strings(text: &str) -> Vec<String> {
    let strings = text.split('"').skip(1).step_by(2).map(str::to_owned);
    let strings: Vec<_> = strings.collect();
    assert!(!strings.is_empty(), "no text in quotes is in {text}");
    strings
}

// Texts

/// `content_type` in camelCase.
fn camel_case(name: &str) -> String {
    let mut words = words(name).into_iter();
    let first = words.next().unwrap_or_default();
    let others = words.map(|word| word[..1].to_uppercase() + &word[1..]);
    first + &others.collect::<String>()
}

/// `ContentType` and `drop_oldest` in kebab-case.
fn kebab_case(name: &str) -> String {
    words(name).join("-")
}

/// The words of a name in snake_case or in PascalCase, in small letters.
fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    for part in name.split('_') {
        let mut word = String::new();
        for c in part.chars() {
            if c.is_ascii_uppercase() && !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
            word.push(c.to_ascii_lowercase());
        }
        words.push(word);
    }
    words
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let (_, rest) = text
        .split_once(start)
        .unwrap_or_else(|| panic!("there is no `{start}`"));
    rest.split_once(end)
        .unwrap_or_else(|| panic!("there is no `{end}` behind `{start}`"))
        .0
}

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
