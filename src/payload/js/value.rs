//! A value that the browser's `JSON.parse` has returned, as serde reads it. [serde-wasm-bindgen](https://docs.rs/serde-wasm-bindgen)
//! reads any value of JavaScript, and takes ten kilobytes more (gzip), most of them to write numbers into the texts of errors.

use js_sys::{Array, Object};
use serde_core::de::{self, Expected, Unexpected, Visitor};
use wasm_bindgen::{JsCast, JsValue};

use super::{
    error::Error,
    parts::{Elements, Entries, Fields, Variant},
};

/// The largest integer up to which all are exact in JavaScript.
const MAX_SAFE_INTEGER: f64 = 9_007_199_254_740_991.0;

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
            Ok(array) => visitor.visit_seq(Elements::of(array)),
            Err(other) => Err(Self(other).invalid_type(&visitor)),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if !self.0.is_object() {
            return Err(self.invalid_type(&visitor));
        }
        visitor.visit_map(Entries::of(self.0.unchecked_ref()))
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
        visitor.visit_map(Fields::of(self.0.unchecked_into(), fields))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if self.0.is_string() {
            return visitor.visit_enum(Variant::new(self.0, JsValue::NULL));
        }
        if !self.0.is_object() {
            return Err(self.invalid_type(&visitor));
        }
        let entries = Object::entries(self.0.unchecked_ref());
        if entries.length() != 1 {
            return Err(de::Error::invalid_length(entries.length() as usize, &"1"));
        }
        let entry: Array = entries.get(0).unchecked_into();
        visitor.visit_enum(Variant::new(entry.get(0), entry.get(1)))
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
