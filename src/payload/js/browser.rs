//! The browser's parser.

use js_sys::JSON;
use serde_core::de::Error as _;
use serde_path_to_error::{Path, Track};
use wasm_bindgen::JsValue;

use super::JsonError;
use crate::sys::exception_message;

pub(crate) use serde_wasm_bindgen::Error;

pub(crate) type Deserializer<'a, 'de> =
    serde_path_to_error::Deserializer<'a, 'a, serde_wasm_bindgen::Deserializer>;

/// How deep a value that serde reads can be: each level takes some of the stack.
const DEPTH: usize = 127;

/// Parses the data.
pub(super) fn parse(data: &str) -> Result<JsValue, JsonError> {
    JSON::parse(data).map_err(|exception| JsonError(exception_message(&exception)))
}

/// Parses the data and runs `read` over the value.
pub(crate) fn read<'de, T>(
    data: &'de str,
    read: impl FnOnce(Deserializer<'_, 'de>) -> Result<T, Error>,
) -> Result<T, Error> {
    if is_deeper(data, DEPTH) {
        return Err(Error::custom("the value is nested too deeply"));
    }
    let value = JSON::parse(data)?;
    let mut track = Track::new();
    let deserializer = serde_path_to_error::Deserializer::new(value.into(), &mut track);
    read(deserializer).map_err(|error| with_path(error, &track.path()))
}

/// Adds to an error the path of the value that does not fit.
fn with_path(error: Error, path: &Path) -> Error {
    if path.iter().next().is_none() {
        return error;
    }
    Error::custom(format_args!("{} at `{path}`", JsonError::from(error)))
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

impl From<Error> for JsonError {
    fn from(error: Error) -> Self {
        Self(exception_message(&JsValue::from(error)))
    }
}
