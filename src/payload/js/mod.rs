//! JSON that the browser parses.

#[cfg(not(any(target_family = "wasm", feature = "json")))]
mod absent;
#[cfg(target_family = "wasm")]
mod browser;
#[cfg(all(not(target_family = "wasm"), feature = "json"))]
mod native;

use std::fmt;

use serde_core::de::DeserializeOwned;
use wasm_bindgen::JsValue;

#[cfg(not(any(target_family = "wasm", feature = "json")))]
pub(crate) use absent::{Deserializer, Error, read};
#[cfg(target_family = "wasm")]
pub(crate) use browser::{Deserializer, Error, read};
#[cfg(all(not(target_family = "wasm"), feature = "json"))]
pub(crate) use native::{Deserializer, Error, read};

use super::Payload;

/// A value in JSON that the browser's `JSON.parse` parses. Serde reads it from there, through
/// [serde-wasm-bindgen](https://docs.rs/serde-wasm-bindgen).
///
/// It is for apps that have serde-wasm-bindgen anyway, and then need no serde_json. Otherwise a plain `T` is the better choice:
/// serde_json decodes it several times as fast, and the smallest app is about as large with either. They differ in a few values:
///
/// - Integers are exact up to 2<sup>53</sup> − 1, as JavaScript's numbers are. A larger one is an error for an integer type, and is
///   rounded for `f64`. 128-bit integers are always an error. A server should send larger ids as strings.
/// - Numbers with a fraction are exact to the last bit.
/// - The last of two fields with the same name counts, and `deny_unknown_fields` has no effect.
/// - Half of a surrogate pair in a string becomes U+FFFD.
///
/// No value may be nested deeper than 127 arrays and objects, as with serde_json.
///
/// Where there is no browser, in native tests with a `FakeServer`, serde_json decodes it (feature `json`).
///
/// ```
/// # use typed_eventsource::{EventSource, Error, Event, Js, Listener};
/// use serde::Deserialize;
///
/// #[derive(Deserialize)]
/// struct Price {
///     symbol: String,
///     price: f64,
/// }
///
/// fn show(source: &EventSource) -> Result<Listener, Error> {
///     source.on("price", |event: Event<Js<Price>>| {
///         let Js(price) = event.data;
///         println!("{} {}", price.symbol, price.price);
///     })
/// }
/// ```
///
/// An enum is subscribed to in the same way: `source.events::<Js<Feed>>()`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Js<T>(pub T);

impl<T: DeserializeOwned + 'static> Payload for Js<T> {
    type Error = JsonError;

    fn decode(data: &str) -> Result<Self, JsonError> {
        read(data, |json| T::deserialize(json))
            .map(Self)
            .map_err(JsonError::from)
    }
}

/// What the browser's `JSON.parse` returns for the data: an object, an array, a string, a number, a boolean or `null`.
///
/// It is for values that go on to JavaScript. It is not `Send`. Where there is no browser, decoding is an error.
///
/// ```
/// # use typed_eventsource::{EventSource, Error, Event, JsonValue, Listener};
/// # fn draw(chart_data: &wasm_bindgen::JsValue) {}
/// fn chart(source: &EventSource) -> Result<Listener, Error> {
///     source.on("chart", |event: Event<JsonValue>| draw(&event.data.0))
/// }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct JsonValue(pub JsValue);

impl Payload for JsonValue {
    type Error = JsonError;

    #[cfg(target_family = "wasm")]
    fn decode(data: &str) -> Result<Self, JsonError> {
        browser::parse(data).map(Self)
    }

    #[cfg(not(target_family = "wasm"))]
    fn decode(_: &str) -> Result<Self, JsonError> {
        Err(JsonError(NO_BROWSER.into()))
    }
}

#[cfg(not(target_family = "wasm"))]
const NO_BROWSER: &str = "only a browser has `JSON.parse`";

/// Data is not JSON, or does not fit the type.
///
/// Its text is that of the browser's exception, or serde's, with the path of the value that does not fit.
///
/// ```
/// use typed_eventsource::{Js, Payload};
///
/// let error = Js::<Vec<u8>>::decode("[1, 300]").unwrap_err();
/// assert!(error.to_string().contains("300"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError(String);

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for JsonError {}

#[cfg(all(test, any(target_family = "wasm", feature = "json")))]
mod tests {
    use super::*;

    #[test]
    fn a_value_decodes_from_json() {
        assert_eq!(Js::decode("[1, 2.5]"), Ok(Js((1u8, 2.5))));
    }

    #[test]
    fn data_that_is_no_json_or_does_not_fit_is_an_error() {
        for bad in ["", "{", "[1", "[1] 2", "\"1\"", "[-1]"] {
            let decoded = Js::<Vec<u8>>::decode(bad);
            let error = decoded.expect_err(bad);
            assert!(!error.to_string().is_empty());
        }
    }
}
