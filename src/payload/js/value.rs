//! A value that the browser's `JSON.parse` has returned, as serde reads it. [serde-wasm-bindgen](https://docs.rs/serde-wasm-bindgen)
//! reads any value of JavaScript, and takes ten kilobytes more (gzip), most of them to write numbers into the texts of errors.

use std::{cell::Cell, fmt, mem};

use js_sys::{Array, JsString, Object};
use serde_core::de::{
    self, DeserializeSeed, EnumAccess, Expected, IntoDeserializer, MapAccess, SeqAccess,
    Unexpected, VariantAccess, Visitor, value::StrDeserializer,
};
use wasm_bindgen::{JsCast, JsValue};

use super::JsonError;
use crate::sys::{JsonObject, exception_message, text_of};

/// The largest integer up to which all are exact in JavaScript.
const MAX_SAFE_INTEGER: f64 = 9_007_199_254_740_991.0;

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
    fn within(self, place: &str) -> Self {
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

/// The value.
pub(crate) struct Value(pub(super) JsValue);

impl Value {
    /// Not inlined, since it has many callers.
    #[cold]
    #[inline(never)]
    fn invalid_type(&self, expected: &dyn Expected) -> Error {
        let text = self.0.as_string();
        let unexpected = if self.0.is_null() {
            Unexpected::Unit
        } else if let Some(bool) = self.0.as_bool() {
            Unexpected::Bool(bool)
        } else if let Some(number) = self.0.as_f64() {
            Unexpected::Float(number)
        } else if let Some(text) = &text {
            Unexpected::Str(text)
        } else if Array::is_array(&self.0) {
            Unexpected::Seq
        } else {
            Unexpected::Map
        };
        de::Error::invalid_type(unexpected, expected)
    }

    fn as_integer(&self) -> Option<i64> {
        self.0.as_f64().and_then(integer)
    }
}

/// The number as an integer, if it is one and was exact.
fn integer(number: f64) -> Option<i64> {
    let is_exact = number.trunc() == number && number.abs() <= MAX_SAFE_INTEGER;
    is_exact.then_some(number as i64)
}

/// Passes each of these methods to another one.
macro_rules! forward {
    ($($method:ident($($argument:ident: $type:ty),*) => $other:ident;)*) => {
        $(
            fn $method<V: Visitor<'de>>(self, $($argument: $type,)* visitor: V) -> Result<V::Value, Error> {
                self.$other(visitor)
            }
        )*
    };
}

impl<'de> de::Deserializer<'de> for Value {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.0.is_null() {
            visitor.visit_unit()
        } else if let Some(bool) = self.0.as_bool() {
            visitor.visit_bool(bool)
        } else if let Some(number) = self.0.as_f64() {
            match integer(number) {
                Some(integer) => visitor.visit_i64(integer),
                None => visitor.visit_f64(number),
            }
        } else if let Some(text) = self.0.as_string() {
            visitor.visit_string(text)
        } else if Array::is_array(&self.0) {
            self.deserialize_seq(visitor)
        } else {
            self.deserialize_map(visitor)
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0.as_bool() {
            Some(bool) => visitor.visit_bool(bool),
            None => Err(self.invalid_type(&visitor)),
        }
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.as_integer() {
            Some(integer) => visitor.visit_i64(integer),
            None => Err(self.invalid_type(&visitor)),
        }
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.as_integer().map(u64::try_from) {
            Some(Ok(integer)) => visitor.visit_u64(integer),
            _ => Err(self.invalid_type(&visitor)),
        }
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0.as_f64() {
            Some(number) => visitor.visit_f64(number),
            None => Err(self.invalid_type(&visitor)),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0.as_string() {
            Some(text) => visitor.visit_string(text),
            None => Err(self.invalid_type(&visitor)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.0.is_null() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.0.is_null() {
            visitor.visit_unit()
        } else {
            Err(self.invalid_type(&visitor))
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0.dyn_into::<Array>() {
            Ok(array) => visitor.visit_seq(Elements { array, next: 0 }),
            Err(other) => Err(Self(other).invalid_type(&visitor)),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if !self.0.is_object() {
            return Err(self.invalid_type(&visitor));
        }
        visitor.visit_map(Entries {
            entries: Object::entries(self.0.unchecked_ref()),
            next: 0,
            current: Array::new(),
        })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if !self.0.is_object() {
            return Err(self.invalid_type(&visitor));
        }
        visitor.visit_map(Fields {
            object: self.0.unchecked_into(),
            rest: fields,
            current: ("", JsValue::UNDEFINED),
        })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if self.0.is_string() {
            return visitor.visit_enum(Variant {
                name: self.0,
                content: JsValue::NULL,
            });
        }
        if !self.0.is_object() {
            return Err(self.invalid_type(&visitor));
        }
        let entries = Object::entries(self.0.unchecked_ref());
        if entries.length() != 1 {
            return Err(de::Error::invalid_length(entries.length() as usize, &"1"));
        }
        let entry: Array = entries.get(0).unchecked_into();
        visitor.visit_enum(Variant {
            name: entry.get(0),
            content: entry.get(1),
        })
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    // Serde converts numbers, and checks whether they fit.
    forward! {
        deserialize_i8() => deserialize_i64;
        deserialize_i16() => deserialize_i64;
        deserialize_i32() => deserialize_i64;
        deserialize_u8() => deserialize_u64;
        deserialize_u16() => deserialize_u64;
        deserialize_u32() => deserialize_u64;
        deserialize_f32() => deserialize_f64;
        deserialize_char() => deserialize_string;
        deserialize_str() => deserialize_string;
        deserialize_identifier() => deserialize_string;
        deserialize_bytes() => deserialize_seq;
        deserialize_byte_buf() => deserialize_seq;
        deserialize_unit_struct(_name: &'static str) => deserialize_unit;
        deserialize_tuple(_length: usize) => deserialize_seq;
        deserialize_tuple_struct(_name: &'static str, _length: usize) => deserialize_seq;
    }
}

/// The elements of an array.
struct Elements {
    array: Array,
    next: u32,
}

impl<'de> SeqAccess<'de> for Elements {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        let index = self.next;
        if index == self.array.length() {
            return Ok(None);
        }
        self.next += 1;
        let element = seed.deserialize(Value(self.array.get(index)));
        element
            .map(Some)
            .map_err(|error| error.within(&format!("[{index}]")))
    }

    fn size_hint(&self) -> Option<usize> {
        Some((self.array.length() - self.next) as usize)
    }
}

/// All keys of an object, with their values.
struct Entries {
    entries: Array,
    next: u32,
    /// A pair.
    current: Array,
}

impl<'de> MapAccess<'de> for Entries {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        if self.next == self.entries.length() {
            return Ok(None);
        }
        self.current = self.entries.get(self.next).unchecked_into();
        self.next += 1;
        seed.deserialize(Value(self.current.get(0))).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let value = seed.deserialize(Value(self.current.get(1)));
        value.map_err(|error| error.within(&name_of(&self.current.get(0))))
    }
}

/// The fields of a struct that an object has.
struct Fields {
    object: JsonObject,
    rest: &'static [&'static str],
    current: (&'static str, JsValue),
}

impl<'de> MapAccess<'de> for Fields {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        while let Some((field, rest)) = self.rest.split_first() {
            self.rest = rest;
            let value = field_of(&self.object, field);
            if !value.is_undefined() {
                self.current = (field, value);
                let name: StrDeserializer<'_, Error> = field.into_deserializer();
                return seed.deserialize(name).map(Some);
            }
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let (field, value) = mem::take(&mut self.current);
        let value = seed.deserialize(Value(value));
        value.map_err(|error| error.within(field))
    }
}

thread_local! {
    /// The names of fields in JavaScript, sorted by their addresses: to make one costs a call.
    static NAMES: Cell<Vec<(&'static str, JsString)>> = const { Cell::new(Vec::new()) };
}

/// The value of a field, or `undefined`.
fn field_of(object: &JsonObject, field: &'static str) -> JsValue {
    let address = |name: &str| (name.as_ptr(), name.len());
    let mut names = NAMES.take();
    let found = names.binary_search_by_key(&address(field), |(name, _)| address(name));
    let index = found.unwrap_or_else(|index| {
        names.insert(index, (field, field.into()));
        index
    });
    let value = object.get(&names[index].1);
    NAMES.set(names);
    value
}

fn name_of(key: &JsValue) -> String {
    key.as_string().unwrap_or_default()
}

/// A variant of an enum.
struct Variant {
    name: JsValue,
    content: JsValue,
}

impl<'de> EnumAccess<'de> for Variant {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), Error> {
        let variant = seed.deserialize(Value(self.name.clone()))?;
        Ok((variant, self))
    }
}

impl Variant {
    fn read<T>(self, read: impl FnOnce(Value) -> Result<T, Error>) -> Result<T, Error> {
        read(Value(self.content)).map_err(|error| error.within(&name_of(&self.name)))
    }
}

impl<'de> VariantAccess<'de> for Variant {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        self.read(de::Deserialize::deserialize)
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Error> {
        self.read(|value| seed.deserialize(value))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.read(|value| de::Deserializer::deserialize_seq(value, visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.read(|value| de::Deserializer::deserialize_struct(value, "", fields, visitor))
    }
}
