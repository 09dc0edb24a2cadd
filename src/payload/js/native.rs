//! serde_json in place of the browser's parser.

use serde_json::de::StrRead;

use super::JsonError;

pub(crate) use serde_json::Error;

pub(crate) type Deserializer<'a, 'de> = &'a mut serde_json::Deserializer<StrRead<'de>>;

/// Runs `read` over the data, and checks that nothing is left over.
pub(crate) fn read<'de, T>(
    data: &'de str,
    read: impl FnOnce(Deserializer<'_, 'de>) -> Result<T, Error>,
) -> Result<T, Error> {
    let mut deserializer = serde_json::Deserializer::from_str(data);
    let value = read(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

impl From<Error> for JsonError {
    fn from(error: Error) -> Self {
        Self(error.to_string())
    }
}
