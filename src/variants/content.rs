//! The content of a variant: an event's data, as a deserializer.

use serde_core::{
    de::{DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, VariantAccess, Visitor},
    forward_to_deserialize_any,
};

use super::payload::PAYLOAD;
#[cfg(feature = "js")]
use crate::payload::js;

/// A deserializer of one variant.
pub(super) struct Variant<'de, C> {
    pub(super) name: &'de str,
    pub(super) content: C,
}

impl<'de, C: VariantAccess<'de>> Deserializer<'de> for Variant<'de, C> {
    type Error = C::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_enum(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de, C: VariantAccess<'de>> EnumAccess<'de> for Variant<'de, C> {
    type Error = C::Error;
    type Variant = C;

    fn variant_seed<S: DeserializeSeed<'de>>(
        self,
        seed: S,
    ) -> Result<(S::Value, Self::Variant), Self::Error> {
        let variant = seed.deserialize(self.name.into_deserializer())?;
        Ok((variant, self.content))
    }
}

/// Methods of a deserializer that read JSON.
macro_rules! read {
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

/// Has the type `$content<'de>` read the content of a variant. Its method `read` gives a deserializer of the data to a function, and
/// checks that nothing is left over.
macro_rules! impl_content {
    ($content:ident, $error:ty) => {
        impl<'de> VariantAccess<'de> for $content<'de> {
            type Error = $error;

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

        /// JSON, but for a [`payload`](super::payload()), which gets the data as it is.
        impl<'de> Deserializer<'de> for $content<'de> {
            type Error = $error;

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

            read! {
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
    };
}

/// The data as JSON that serde_json reads.
#[cfg(feature = "json")]
pub(super) struct Json<'de>(pub(super) &'de str);

#[cfg(feature = "json")]
impl<'de> Json<'de> {
    fn read<T>(
        self,
        read: impl FnOnce(
            &mut serde_json::Deserializer<serde_json::de::StrRead<'de>>,
        ) -> serde_json::Result<T>,
    ) -> serde_json::Result<T> {
        let mut deserializer = serde_json::Deserializer::from_str(self.0);
        let value = read(&mut deserializer)?;
        deserializer.end()?;
        Ok(value)
    }
}

#[cfg(feature = "json")]
impl_content!(Json, serde_json::Error);

/// The data as JSON that the browser parses.
#[cfg(feature = "js")]
pub(super) struct BrowserJson<'de>(pub(super) &'de str);

#[cfg(feature = "js")]
impl<'de> BrowserJson<'de> {
    fn read<T>(
        self,
        read: impl FnOnce(js::Deserializer<'_, 'de>) -> Result<T, js::Error>,
    ) -> Result<T, js::Error> {
        js::read(self.0, read)
    }
}

#[cfg(feature = "js")]
impl_content!(BrowserJson, js::Error);
