//! Why a value does not decode, and where.

use std::fmt;

use serde_core::de::{self, Expected, Unexpected};
use wasm_bindgen::JsValue;

use super::JsonError;
use crate::sys::{exception_message, text_of};

/// What does not fit, and the path of the value.
#[derive(Debug)]
pub(crate) struct Error {
    message: String,
    path: String,
}

impl Error {
    pub(super) fn thrown(exception: &JsValue) -> Self {
        Self {
            message: exception_message(exception),
            path: String::new(),
        }
    }

    /// The error of a value that is a part of another, at this place in it.
    #[cold]
    pub(super) fn within(self, place: &str) -> Self {
        let separator = if self.path.is_empty() || self.path.starts_with('[') {
            ""
        } else {
            "."
        };
        let path = format!("{place}{separator}{}", self.path);
        Self { path, ..self }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if self.path.is_empty() {
            return Ok(());
        }
        write!(f, " at `{}`", self.path)
    }
}

impl std::error::Error for Error {}

impl de::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self {
            message: message.to_string(),
            path: String::new(),
        }
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let unexpected = describe(unexpected);
        Self::custom(format_args!(
            "invalid type: {unexpected}, expected {expected}"
        ))
    }

    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let unexpected = describe(unexpected);
        Self::custom(format_args!(
            "invalid value: {unexpected}, expected {expected}"
        ))
    }
}

impl From<Error> for JsonError {
    fn from(error: Error) -> Self {
        Self(error.to_string())
    }
}

/// Describes a value in serde's words. Serde's own description would bring all that Rust needs to write a number.
#[cold]
fn describe(unexpected: Unexpected<'_>) -> String {
    let description = match unexpected {
        Unexpected::Bool(bool) => return format!("boolean `{bool}`"),
        Unexpected::Unsigned(number) => return format!("integer `{number}`"),
        Unexpected::Signed(number) => return format!("integer `{number}`"),
        Unexpected::Float(number) => {
            let number = text_of(&number.into()).unwrap_or_default();
            let is_integer = number
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'-'));
            let point = if is_integer { ".0" } else { "" };
            return format!("floating point `{number}{point}`");
        }
        Unexpected::Char(char) => return format!("character `{char}`"),
        Unexpected::Str(text) => return format!("string {text:?}"),
        Unexpected::Bytes(_) => "byte array",
        Unexpected::Unit => "unit value",
        Unexpected::Option => "Option value",
        Unexpected::NewtypeStruct => "newtype struct",
        Unexpected::Seq => "sequence",
        Unexpected::Map => "map",
        Unexpected::Enum => "enum",
        Unexpected::UnitVariant => "unit variant",
        Unexpected::NewtypeVariant => "newtype variant",
        Unexpected::TupleVariant => "tuple variant",
        Unexpected::StructVariant => "struct variant",
        Unexpected::Other(other) => other,
    };
    description.to_owned()
}
