//! Without a browser and without serde_json, decoding is an error.

use serde_core::de::{Error as _, value::UnitDeserializer};

use super::{JsonError, NO_BROWSER};

pub(crate) use serde_core::de::value::Error;

pub(crate) type Deserializer<'a, 'de> = UnitDeserializer<Error>;

pub(crate) fn read<'de, T>(
    _: &'de str,
    _: impl FnOnce(Deserializer<'_, 'de>) -> Result<T, Error>,
) -> Result<T, Error> {
    Err(Error::custom(NO_BROWSER))
}

impl From<Error> for JsonError {
    fn from(error: Error) -> Self {
        Self(error.to_string())
    }
}
