//! Compares arrays of texts that are values as a whole with the texts.

use proptest::{collection::vec as any_vec, prelude::*, sample::select};
use serde_json::Value;

use super::*;

/// Parts of JSON, which in any order are mostly none.
const PARTS: [&str; 16] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    "\"a\"",
    "\"\\\"\"",
    "{}",
    "[]",
    "1",
    " ",
    "é",
    "\"b\":[2]",
];

fn is_value(text: &str) -> bool {
    scan(text.as_bytes()).is_value
}

/// A text that starts and ends with a bracket, up to twice as long as a block.
fn any_text() -> impl Strategy<Value = String> {
    let parts = any_vec(select(PARTS.to_vec()), 0..12).prop_map(|parts| parts.concat());
    let brackets = select(vec![
        ("{", "}"),
        ("[", "]"),
        ("[", ""),
        ("{\"a\":", "}"),
        ("[\"", "\"]"),
    ]);
    let padding =
        select(vec![0, 0, 0, 50, 60, 61, 62, 63, 64, 120]).prop_map(|count| " ".repeat(count));
    (brackets, padding, parts)
        .prop_map(|((open, close), padding, parts)| [open, &padding, &parts, close].concat())
}

/// JSON with all that brackets and quotes can hide in.
fn any_json() -> impl Strategy<Value = String> {
    let string = any_vec(
        select(vec!["a", "\"", "\\", "[", "]", "{", "}", ",", "é"]),
        0..90,
    );
    let leaf = string.prop_map(|parts| Value::String(parts.concat()));
    let value = leaf.prop_recursive(3, 12, 4, |inner| {
        any_vec(inner, 0..4).prop_map(Value::Array)
    });
    value.prop_map(|value| serde_json::json!({ "a": value, "b": [value] }).to_string())
}

proptest! {
    #[test]
    fn an_array_of_values_has_each_of_them_as_an_element(texts in any_vec(any_text(), 1..5)) {
        let values: Vec<_> = texts.iter().filter(|text| is_value(text)).cloned().collect();
        if let Ok(array) = serde_json::from_str::<Vec<Value>>(&format!("[{}]", values.join(","))) {
            let each: Result<Vec<Value>, _> = values.iter().map(|text| serde_json::from_str(text)).collect();
            prop_assert_eq!(array, each.expect("each is JSON"));
        }
    }

    #[test]
    fn an_object_is_a_value_and_a_part_of_it_or_more_is_none(json in any_json(), other in any_json()) {
        prop_assert!(is_value(&json));
        let (part, rest) = (&json[..json.len() - 1], &json[1..]);
        for text in [[&json, ",", &other].concat(), [&json, "]"].concat(), json.clone() + &other, part.into(), rest.into()] {
            prop_assert!(!is_value(&text), "{}", text);
        }
    }

    #[test]
    fn ascii_is_told_from_other_text(text in ".{0,200}") {
        prop_assert_eq!(scan(text.as_bytes()).is_ascii, text.is_ascii());
    }
}

#[test]
fn what_is_no_object_and_no_array_is_no_value() {
    for text in [
        "", "1", "\"a\"", "null", " {}", "{} ", "]", "}{", "{", "[\"]", "1,2",
    ] {
        assert!(!is_value(text), "{text}");
    }
}
