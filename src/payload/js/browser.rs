//! The browser's parser.

use js_sys::JSON;
use serde_core::de::Error as _;
use wasm_bindgen::JsValue;

use super::JsonError;
pub(crate) use super::error::Error;
use super::value::Value;

pub(crate) type Deserializer<'a, 'de> = Value;

/// How deep a value that serde reads can be: each level takes some of the stack.
const DEPTH: usize = 127;

/// Parses the data.
pub(super) fn parse(data: &str) -> Result<JsValue, JsonError> {
    parsed(data).map_err(JsonError::from)
}

fn parsed(data: &str) -> Result<JsValue, Error> {
    JSON::parse(data).map_err(|exception| Error::thrown(&exception))
}

/// Parses the data and runs `read` over the value.
pub(crate) fn read<'de, T>(
    data: &'de str,
    read: impl FnOnce(Deserializer<'_, 'de>) -> Result<T, Error>,
) -> Result<T, Error> {
    if is_deeper(data, DEPTH) {
        return Err(Error::custom("the value is nested too deeply"));
    }
    read(Value(parsed(data)?))
}

/// Whether more than `depth` arrays and objects are nested.
fn is_deeper(json: &str, depth: usize) -> bool {
    // Each takes two bytes: its start and its end.
    if json.len() <= 2 * depth {
        return false;
    }
    let (mut open, mut in_string, mut is_escaped) = (0, false, false);
    json.bytes().any(|byte| {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = in_string,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => open += 1,
            b']' | b'}' if !in_string => open -= 1,
            _ => {}
        }
        open > depth as i64
    })
}
