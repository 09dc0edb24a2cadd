//! A payload as the content of a variant.

use std::{fmt, marker::PhantomData};

use serde_core::de::{self, Deserializer, Visitor};

use crate::Payload;

/// By this name a [`payload`] asks for the data as it is.
pub(super) const PAYLOAD: &str = "$typed_eventsource::Payload";

/// Decodes the data of a variant as a [`Payload`](crate::Payload), in place of JSON. It is for serde's `deserialize_with`, at the
/// only field of a variant.
///
/// ```
/// use serde::Deserialize;
/// use typed_eventsource::Text;
///
/// #[derive(Deserialize)]
/// #[serde(rename_all = "lowercase")]
/// enum Answer {
///     Token(#[serde(deserialize_with = "typed_eventsource::payload")] Text), // the data as it is
///     Usage { tokens: u32 }, // JSON
/// }
/// ```
///
/// Elsewhere, in a field of a JSON object for instance, it decodes a string.
///
/// # Errors
///
/// If the data is not what the payload needs.
pub fn payload<'de, D, P>(deserializer: D) -> Result<P, D::Error>
where
    D: Deserializer<'de>,
    P: Payload,
{
    deserializer.deserialize_newtype_struct(PAYLOAD, PayloadVisitor(PhantomData))
}

struct PayloadVisitor<P>(PhantomData<P>);

impl<'de, P: Payload> Visitor<'de> for PayloadVisitor<P> {
    type Value = P;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: de::Error>(self, data: &str) -> Result<P, E> {
        P::decode(data).map_err(E::custom)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<P, D::Error> {
        deserializer.deserialize_str(self)
    }
}
