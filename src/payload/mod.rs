//! How the data of an event becomes a value.

#[cfg(feature = "bytes")]
mod bytes;
#[cfg(feature = "js")]
pub(crate) mod js;

use std::convert::Infallible;

#[cfg(feature = "bytes")]
pub use bytes::{Base64Error, Bytes};
#[cfg(feature = "js")]
pub use js::{Js, JsonError, JsonValue};

use crate::{DecodeError, Event};

/// A value that the data of an event decodes to.
///
/// Every `T: DeserializeOwned` is one, from JSON (feature `json`); [`Text`] is the data as it is, `Bytes` is base64
/// (feature `bytes`). The browser parses the JSON of a `Js<T>` or a `JsonValue` (feature `js`). A type that does not implement `Deserialize` can have another format:
///
/// ```
/// use typed_eventsource::Payload;
///
/// struct Percent(f32);
///
/// impl Payload for Percent {
///     type Error = std::num::ParseFloatError;
///
///     fn decode(data: &str) -> Result<Self, Self::Error> {
///         data.trim_end_matches('%').parse().map(Percent)
///     }
/// }
///
/// assert_eq!(Percent::decode("12.5%")?.0, 12.5);
/// # Ok::<(), std::num::ParseFloatError>(())
/// ```
pub trait Payload: Sized + 'static {
    /// The error for data that does not decode.
    type Error: std::error::Error + Send + Sync + 'static;

    /// Decodes an event's data: the values of its `data` fields, joined by line feeds.
    ///
    /// # Errors
    ///
    /// If the data does not have the form that the type needs. An implementation must not panic.
    fn decode(data: &str) -> Result<Self, Self::Error>;
}

/// JSON, through serde_json: 64-bit integers stay exact. The last bit of other numbers may differ from what was sent,
/// unless the app turns on serde_json's feature `float_roundtrip`, which is slower.
///
/// Without the feature `json`, a crate that decodes these types does not compile. The implementation exists even so:
/// otherwise a crate could write another one, which would conflict as soon as some crate turns the feature on.
impl<T: serde_core::de::DeserializeOwned + 'static> Payload for T {
    #[cfg(feature = "json")]
    type Error = serde_json::Error;
    #[cfg(not(feature = "json"))]
    type Error = NoJson;

    #[cfg(feature = "json")]
    fn decode(data: &str) -> Result<Self, Self::Error> {
        serde_json::from_str(data)
    }

    #[cfg(not(feature = "json"))]
    fn decode(_: &str) -> Result<Self, Self::Error> {
        const { panic!("JSON is decoded with the feature `json` of typed-eventsource") }
    }
}

/// Takes the place of serde_json's error without the feature `json`. It has no name outside this crate and no more
/// traits than that error, so no code can rely on it and stop compiling as soon as some crate turns the feature on.
#[cfg(not(feature = "json"))]
#[derive(Debug)]
pub struct NoJson(Infallible);

#[cfg(not(feature = "json"))]
impl std::fmt::Display for NoJson {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {}
    }
}

#[cfg(not(feature = "json"))]
impl std::error::Error for NoJson {}

/// The data as it is: no JSON, no quotes, and it always decodes.
///
/// ```
/// # use typed_eventsource::{EventSource, Error, Event, Listener, Text};
/// fn tail(source: &EventSource) -> Result<Listener, Error> {
///     source.on("line", |line: Event<Text>| println!("{}", line.data))
/// }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Text(pub String);

impl Payload for Text {
    type Error = Infallible;

    fn decode(data: &str) -> Result<Self, Infallible> {
        Ok(Self(data.to_owned()))
    }
}

impl std::fmt::Display for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Turns an undecoded event into the payload that a listener or stream asked for.
pub(crate) type Decode<T> = fn(&Event<&str>) -> Result<T, DecodeError>;

/// The [`Decode`] of every [`Payload`].
pub(crate) fn decode<T: Payload>(event: &Event<&str>) -> Result<T, DecodeError> {
    T::decode(event.data).map_err(|source| DecodeError::new::<T>(event, source))
}

/// The same implementations, whichever features are on: `cargo xtask lint` compiles this with each of them.
#[cfg(test)]
const _: fn() = || {
    fn assert_payload<T: Payload>() {}

    assert_payload::<Text>();
    assert_payload::<u32>();
    assert_payload::<serde_json::Value>();
};

#[cfg(all(test, feature = "json"))]
mod tests {
    use super::*;

    #[test]
    fn json_keeps_64_bit_integers_exact() {
        assert_eq!(u64::decode("9007199254740993").ok(), Some((1 << 53) + 1));
        assert_eq!(u64::decode("18446744073709551615").ok(), Some(u64::MAX));
        assert_eq!(i64::decode("-9223372036854775808").ok(), Some(i64::MIN));
    }

    #[test]
    fn deeply_nested_json_is_an_error_and_no_stack_overflow() {
        let nested = "[".repeat(1_000_000);
        assert!(serde_json::Value::decode(&nested).is_err());
    }

    #[test]
    fn text_is_the_data_as_it_is() {
        assert_eq!(
            Text::decode("\"no\njson {").map(|text| text.0),
            Ok("\"no\njson {".into())
        );
    }
}
