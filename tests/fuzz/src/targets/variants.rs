//! Decodes events of any name with any data as enums with every kind of variant. serde_json has to decode the data to the same
//! content, and the name with the data, as `{"name": data}`, to the same variant.

use std::{any::Any, collections::BTreeMap, fmt::Debug, rc::Rc};

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{
    event::{Event, EventMeta, LazyMeta},
    payload::Text,
    variants::{Variants, payload},
};

#[derive(Debug, Deserialize, PartialEq)]
enum Plain {
    Unit,
    Newtype(u32),
    Optional(Option<String>),
    Nothing(()),
    Any(Value),
    Nested(Box<Plain>),
    Tuple(i8, String),
    Empty(),
    Struct { a: bool, b: Option<f64> },
    NoFields {},
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "kebab-case", rename_all_fields = "camelCase")]
enum Renamed {
    InCase,
    #[serde(rename = "with space é")]
    ByHand(Vec<u8>),
    #[serde(alias = "former", alias = "older")]
    Latter {
        some_field: u16,
    },
    #[serde(skip)]
    #[allow(dead_code, reason = "shows that a skipped variant is no name")]
    Skipped(u8),
    #[serde(deserialize_with = "add_one")]
    With(u32),
}

#[derive(Debug, Deserialize, PartialEq)]
enum Attributed {
    Defaults {
        #[serde(default)]
        a: u8,
        #[serde(default = "seven")]
        b: u8,
    },
    Flattened {
        a: u8,
        #[serde(flatten)]
        rest: BTreeMap<String, Value>,
    },
    Strict(Strict),
    Transparent(Transparent),
    Tagged(Tagged),
    #[serde(other)]
    Other,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Strict {
    a: u8,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(transparent)]
struct Transparent(char);

#[derive(Debug, Deserialize, PartialEq)]
#[serde(tag = "type", content = "of")]
enum Tagged {
    One(u8),
    Two { x: i64 },
}

/// An enum with a variant whose data is not JSON.
#[derive(Debug, Deserialize)]
enum Raw {
    Line(#[serde(deserialize_with = "payload")] Text),
}

#[derive(Deserialize)]
struct Struct {
    a: bool,
    b: Option<f64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Latter {
    some_field: u16,
}

#[derive(Deserialize)]
struct Defaults {
    #[serde(default)]
    a: u8,
    #[serde(default = "seven")]
    b: u8,
}

#[derive(Deserialize)]
struct Flattened {
    a: u8,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

fn seven() -> u8 {
    7
}

fn add_one<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    u16::deserialize(deserializer).map(|short| u32::from(short) + 1)
}

pub fn check(input: &[u8]) {
    let Some((&index, rest)) = input.split_first() else {
        return;
    };
    let rest = String::from_utf8_lossy(rest);
    let known = [
        names_of::<Plain>(),
        names_of::<Renamed>(),
        names_of::<Attributed>(),
    ]
    .concat();
    // The first byte chooses a known name. Otherwise the name is the text up to the first line end.
    let (name, data) = match known.get(usize::from(index)) {
        Some(name) => (*name, rest.as_ref()),
        None => rest.split_once('\n').unwrap_or((&rest, "")),
    };
    let has_one = [
        Plain::has_catch_all(),
        Renamed::has_catch_all(),
        Attributed::has_catch_all(),
    ];
    assert_eq!(has_one, [false, false, true]);
    assert_decodes_to(name, data, plain(name, data));
    assert_decodes_to(name, data, renamed(name, data));
    assert_decodes_to(name, data, attributed(name, data));
    let line = Raw::decode(&Event::new(
        data,
        "Line".into(),
        EventMeta::Lazy(Rc::new(NoMeta)),
    ));
    assert!(
        matches!(line, Ok(Raw::Line(Text(line))) if line == data),
        "{data:?}"
    );
}

fn names_of<E: DeserializeOwned + 'static>() -> &'static [&'static str] {
    E::names().expect("an enum with external tagging")
}

/// Asserts that an event decodes to the expected value, or to an error if that is `None`.
fn assert_decodes_to<E: DeserializeOwned + Debug + PartialEq + 'static>(
    name: &str,
    data: &str,
    expected: Option<E>,
) {
    let event = Event::new(data, Rc::from(name), EventMeta::Lazy(Rc::new(NoMeta)));
    let decoded = match E::decode(&event) {
        Ok(value) => Some(value),
        Err(error) => {
            assert_eq!((error.event().name(), &*error.event().data), (name, data));
            assert!(!error.to_string().is_empty());
            None
        }
    };
    assert_eq!(decoded, expected, "{name:?} {data:?}");
    // The data of a unit variant is ignored, while serde_json allows it no content.
    if let Ok(name) = serde_json::to_string(name)
        && let Some(value) = serde_json::from_str::<E>(&format!("{{{name}:{data}}}")).ok()
    {
        assert_eq!(decoded, Some(value), "{name:?} {data:?}");
    }
}

/// Neither an id nor an origin.
struct NoMeta;

impl LazyMeta for NoMeta {
    fn dom_event(&self) -> &dyn Any {
        self
    }

    fn last_event_id(&self) -> &str {
        ""
    }

    fn origin(&self) -> &str {
        ""
    }
}

fn json<T: DeserializeOwned>(data: &str) -> Option<T> {
    serde_json::from_str(data).ok()
}

fn plain(name: &str, data: &str) -> Option<Plain> {
    Some(match name {
        "Unit" => Plain::Unit,
        "Newtype" => Plain::Newtype(json(data)?),
        "Optional" => Plain::Optional(json(data)?),
        "Nothing" => Plain::Nothing(json(data)?),
        "Any" => Plain::Any(json(data)?),
        "Nested" => Plain::Nested(json(data)?),
        "Tuple" => json(data).map(|(a, b)| Plain::Tuple(a, b))?,
        "Empty" => json(data).map(|[]: [u8; 0]| Plain::Empty())?,
        "Struct" => json(data).map(|Struct { a, b }| Plain::Struct { a, b })?,
        "NoFields" => json(data).map(|NoFields {}| Plain::NoFields {})?,
        _ => return None,
    })
}

#[derive(Deserialize)]
struct NoFields {}

fn renamed(name: &str, data: &str) -> Option<Renamed> {
    Some(match name {
        "in-case" => Renamed::InCase,
        "with space é" => Renamed::ByHand(json(data)?),
        "latter" | "former" | "older" => {
            json(data).map(|Latter { some_field }| Renamed::Latter { some_field })?
        }
        "with" => Renamed::With(u32::from(json::<u16>(data)?) + 1),
        _ => return None,
    })
}

fn attributed(name: &str, data: &str) -> Option<Attributed> {
    Some(match name {
        "Defaults" => json(data).map(|Defaults { a, b }| Attributed::Defaults { a, b })?,
        "Flattened" => json(data).map(|Flattened { a, rest }| Attributed::Flattened { a, rest })?,
        "Strict" => Attributed::Strict(json(data)?),
        "Transparent" => Attributed::Transparent(json(data)?),
        "Tagged" => Attributed::Tagged(json(data)?),
        _ => Attributed::Other,
    })
}
