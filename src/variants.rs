//! An enum as a subscription: the names of its variants, read from its serde derive, and its decoding from a separate
//! name and data.

use std::{fmt, marker::PhantomData};

use serde::{
    de::{
        self, DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer,
        VariantAccess, Visitor,
    },
    forward_to_deserialize_any,
};

use crate::{DecodeError, Error, Event, Payload};

/// The names of the variants of `E`, as serde knows them: after `rename` and `rename_all`, without those that are
/// skipped.
pub(crate) fn names<E: DeserializeOwned>() -> Result<&'static [&'static str], Error> {
    match E::deserialize(Probe) {
        Err(Found::Variants(names)) => Ok(names),
        Ok(_) | Err(Found::NoEnum) => Err(Error::NotAnEnum {
            type_name: std::any::type_name::<E>(),
        }),
    }
}

/// Whether `E` has a variant for all other names, with serde's `other`.
pub(crate) fn has_catch_all<E: DeserializeOwned>() -> bool {
    // No event has this name.
    let unknown = Variant {
        name: "\n",
        data: "",
    };
    E::deserialize(unknown).is_ok()
}

/// The variant of `E` that the event is named after, from JSON in its data. A unit variant ignores the data.
pub(crate) fn decode<E: DeserializeOwned>(event: &Event<&str>) -> Result<E, DecodeError> {
    E::deserialize(Variant {
        name: event.name(),
        data: event.data,
    })
    .map_err(|source| DecodeError::new::<E>(event, source))
}

/// A deserializer that only records what it is asked for.
struct Probe;

/// What a [`Probe`] was asked for. It is always returned as an error, since there is nothing to deserialize.
#[derive(Debug)]
enum Found {
    Variants(&'static [&'static str]),
    NoEnum,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl std::error::Error for Found {}

impl de::Error for Found {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::NoEnum
    }
}

impl<'de> Deserializer<'de> for Probe {
    type Error = Found;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Found> {
        Err(Found::NoEnum)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Found> {
        Err(Found::Variants(variants))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

/// A deserializer of one variant.
struct Variant<'de> {
    name: &'de str,
    data: &'de str,
}

impl<'de> Deserializer<'de> for Variant<'de> {
    type Error = serde_json::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_enum(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = serde_json::Error;
    type Variant = Content<'de>;

    fn variant_seed<S: DeserializeSeed<'de>>(
        self,
        seed: S,
    ) -> Result<(S::Value, Self::Variant), Self::Error> {
        let variant = seed.deserialize(self.name.into_deserializer())?;
        Ok((variant, Content(self.data)))
    }
}

/// The content of a variant: an event's data.
struct Content<'de>(&'de str);

impl<'de> Content<'de> {
    /// Runs `read` over the data and checks that nothing is left over.
    fn read<T>(
        self,
        read: impl FnOnce(&mut Json<'de>) -> serde_json::Result<T>,
    ) -> serde_json::Result<T> {
        let mut deserializer = Json::from_str(self.0);
        let value = read(&mut deserializer)?;
        deserializer.end()?;
        Ok(value)
    }
}

type Json<'de> = serde_json::Deserializer<serde_json::de::StrRead<'de>>;

impl<'de> VariantAccess<'de> for Content<'de> {
    type Error = serde_json::Error;

    fn unit_variant(self) -> Result<(), Self::Error> {
        Ok(())
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(
        self,
        seed: S,
    ) -> Result<S::Value, Self::Error> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(
        self,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        self.deserialize_tuple(length, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        self.deserialize_struct("", fields, visitor)
    }
}

/// Methods of a deserializer that read JSON.
macro_rules! read_json {
    ($($method:ident($($argument:ident: $type:ty),*);)*) => {
        $(
            fn $method<V: Visitor<'de>>(
                self,
                $($argument: $type,)*
                visitor: V,
            ) -> Result<V::Value, Self::Error> {
                self.read(|json| json.$method($($argument,)* visitor))
            }
        )*
    };
}

/// JSON, but for a [`payload`], which gets the data as it is.
impl<'de> Deserializer<'de> for Content<'de> {
    type Error = serde_json::Error;

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        match name {
            PAYLOAD => visitor.visit_borrowed_str(self.0),
            _ => self.read(|json| json.deserialize_newtype_struct(name, visitor)),
        }
    }

    read_json! {
        deserialize_any();
        deserialize_bool();
        deserialize_i8();
        deserialize_i16();
        deserialize_i32();
        deserialize_i64();
        deserialize_i128();
        deserialize_u8();
        deserialize_u16();
        deserialize_u32();
        deserialize_u64();
        deserialize_u128();
        deserialize_f32();
        deserialize_f64();
        deserialize_char();
        deserialize_str();
        deserialize_string();
        deserialize_bytes();
        deserialize_byte_buf();
        deserialize_option();
        deserialize_unit();
        deserialize_unit_struct(name: &'static str);
        deserialize_seq();
        deserialize_tuple(length: usize);
        deserialize_tuple_struct(name: &'static str, length: usize);
        deserialize_map();
        deserialize_struct(name: &'static str, fields: &'static [&'static str]);
        deserialize_enum(name: &'static str, variants: &'static [&'static str]);
        deserialize_identifier();
        deserialize_ignored_any();
    }
}

/// By this name a [`payload`] asks for the data as it is.
const PAYLOAD: &str = "$typed_eventsource::Payload";

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

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::{Text, event::EventMeta};

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "kebab-case")]
    enum Feed {
        Price(f64),
        TradeHalt {
            symbol: String,
        },
        Pair(u8, String),
        #[serde(rename = "end of day")]
        Bye,
        #[serde(skip)]
        #[allow(dead_code, reason = "shows that a skipped variant is no name")]
        Internal,
    }

    fn feed(name: &str, data: &str) -> Result<Feed, DecodeError> {
        decode(&Event::new(data, name.into(), EventMeta::default()))
    }

    #[test]
    fn the_names_are_those_that_serde_knows() {
        assert_eq!(
            names::<Feed>().unwrap(),
            ["price", "trade-halt", "pair", "end of day"]
        );
    }

    #[test]
    fn an_alias_is_a_name_too() {
        #[derive(Deserialize)]
        enum Aliased {
            #[serde(alias = "old")]
            #[allow(dead_code, reason = "only its names are read")]
            New,
        }
        let names = names::<Aliased>().unwrap();
        assert!(
            names.contains(&"New") && names.contains(&"old"),
            "{names:?}"
        );
    }

    #[test]
    fn a_catch_all_takes_any_other_name() {
        #[derive(Debug, Deserialize, PartialEq)]
        #[serde(rename_all = "lowercase")]
        enum Open {
            Price(f64),
            #[serde(other)]
            Other,
        }
        let open =
            |name: &str, data| decode::<Open>(&Event::new(data, name.into(), EventMeta::default()));
        assert!(has_catch_all::<Open>());
        assert!(!has_catch_all::<Feed>());
        assert_eq!(open("price", "1.5").unwrap(), Open::Price(1.5));
        assert_eq!(open("halt", "{").unwrap(), Open::Other);
        assert!(open("price", "{").is_err());
    }

    #[test]
    fn each_kind_of_variant_decodes() {
        assert_eq!(feed("price", "1.5").unwrap(), Feed::Price(1.5));
        assert_eq!(
            feed("trade-halt", r#"{"symbol":"ACME"}"#).unwrap(),
            Feed::TradeHalt {
                symbol: "ACME".into()
            }
        );
        assert_eq!(
            feed("pair", r#"[7,"x"]"#).unwrap(),
            Feed::Pair(7, "x".into())
        );
        assert_eq!(feed("end of day", "whatever").unwrap(), Feed::Bye);
    }

    #[test]
    fn a_variant_can_hold_any_payload() {
        struct Percent(f32);

        impl Payload for Percent {
            type Error = std::num::ParseFloatError;

            fn decode(data: &str) -> Result<Self, Self::Error> {
                data.trim_end_matches('%').parse().map(Percent)
            }
        }

        #[derive(Deserialize)]
        #[serde(rename_all = "lowercase")]
        enum Feed {
            Line(#[serde(deserialize_with = "super::payload")] Text),
            Rate(#[serde(deserialize_with = "super::payload")] Percent),
            Note {
                #[serde(deserialize_with = "super::payload")]
                rate: Percent,
            },
            Json(Inner),
        }

        #[derive(Deserialize)]
        struct Inner(Vec<u8>);

        let feed = |name: &str, data: &str| {
            decode::<Feed>(&Event::new(data, name.into(), EventMeta::default()))
        };
        assert!(
            matches!(feed("line", "no \"json {"), Ok(Feed::Line(Text(text))) if text == "no \"json {")
        );
        assert!(matches!(feed("line", ""), Ok(Feed::Line(Text(text))) if text.is_empty()));
        assert!(matches!(feed("rate", "12.5%"), Ok(Feed::Rate(Percent(rate))) if rate == 12.5));
        assert!(
            matches!(feed("note", r#"{"rate":"12.5%"}"#), Ok(Feed::Note { rate: Percent(rate) }) if rate == 12.5)
        );
        assert!(
            matches!(feed("json", "[1,2]"), Ok(Feed::Json(Inner(numbers))) if numbers == [1, 2])
        );
        for (name, data) in [
            ("rate", "much"),
            ("note", r#"{"rate":12.5}"#),
            ("json", "[1,2] 3"),
        ] {
            assert_eq!(
                feed(name, data)
                    .err()
                    .map(|error| error.event().data.clone())
                    .as_deref(),
                Some(data)
            );
        }
        let error = feed("rate", "much").err().expect("no number");
        assert!(error.to_string().contains("rate"), "{error}");
    }

    #[test]
    fn data_that_does_not_fit_is_an_error_that_keeps_the_event() {
        for (name, data) in [
            ("price", "oops"),
            ("price", "1.5 2"),
            ("price", r#""1.5""#),
            ("trade-halt", "{}"),
            ("pair", "[7]"),
            ("pair", r#"[7,"x",1]"#),
            ("unknown", "1"),
        ] {
            let error = feed(name, data).unwrap_err();
            assert_eq!(error.event().name(), name);
            assert_eq!(error.event().data, data);
        }
    }

    #[test]
    fn types_with_other_taggings_are_refused() {
        #[derive(Deserialize)]
        #[serde(tag = "type")]
        #[allow(dead_code, reason = "never made")]
        enum Tagged {
            A,
        }
        #[derive(Deserialize)]
        #[serde(untagged)]
        #[allow(dead_code, reason = "never made")]
        enum Untagged {
            A(u8),
        }
        for refused in [
            names::<Tagged>(),
            names::<Untagged>(),
            names::<u8>(),
            names::<Option<Feed>>(),
        ] {
            assert!(
                matches!(refused, Err(Error::NotAnEnum { .. })),
                "{refused:?}"
            );
        }
    }
}
