//! The parts of a value, as serde reads them: elements, entries, fields, the content of a variant.

use std::{cell::Cell, mem};

use js_sys::{Array, JsString, Object};
use serde_core::de::{
    self, DeserializeSeed, EnumAccess, IntoDeserializer, MapAccess, SeqAccess, VariantAccess,
    Visitor, value::StrDeserializer,
};
use wasm_bindgen::{JsCast, JsValue};

use super::{error::Error, value::Value};
use crate::sys::JsonObject;

/// The elements of an array.
pub(super) struct Elements {
    array: Array,
    next: u32,
}

impl Elements {
    pub(super) fn of(array: Array) -> Self {
        Self { array, next: 0 }
    }
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
pub(super) struct Entries {
    entries: Array,
    next: u32,
    /// A pair.
    current: Array,
}

impl Entries {
    pub(super) fn of(object: &Object) -> Self {
        Self {
            entries: Object::entries(object),
            next: 0,
            current: Array::new(),
        }
    }
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
pub(super) struct Fields {
    object: JsonObject,
    rest: &'static [&'static str],
    current: (&'static str, JsValue),
}

impl Fields {
    pub(super) fn of(object: JsonObject, fields: &'static [&'static str]) -> Self {
        Self {
            object,
            rest: fields,
            current: ("", JsValue::UNDEFINED),
        }
    }
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
pub(super) struct Variant {
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
    pub(super) fn new(name: JsValue, content: JsValue) -> Self {
        Self { name, content }
    }

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
