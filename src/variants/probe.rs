//! The names of the variants of an enum, read from its serde derive.

use std::fmt;

use serde_core::{
    de::{self, DeserializeOwned, Deserializer, Visitor},
    forward_to_deserialize_any,
};

use crate::Error;

/// The names of the variants of `E`, as serde knows them: after `rename` and `rename_all`, without those that are
/// skipped.
pub(super) fn names<E: DeserializeOwned>() -> Result<&'static [&'static str], Error> {
    match E::deserialize(Probe) {
        Err(Found::Variants(names)) => Ok(names),
        Ok(_) | Err(Found::NoEnum) => Err(Error::NotAnEnum {
            type_name: std::any::type_name::<E>(),
        }),
    }
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
