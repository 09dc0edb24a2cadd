//! Values by name.

use std::{mem, rc::Rc};

/// A few values, sorted by unique names. A search tree takes almost three kilobytes of compressed wasm for each type of
/// value.
pub(crate) struct ByName<T>(Vec<(Rc<str>, T)>);

impl<T> Default for ByName<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> ByName<T> {
    pub(crate) fn get(&self, name: &str) -> Option<&T> {
        let (_, value) = self.0.get(self.find(name).ok()?)?;
        Some(value)
    }

    /// Returns the previous value.
    pub(crate) fn insert(&mut self, name: &Rc<str>, value: T) -> Option<T> {
        match self.find(name) {
            Ok(index) => Some(mem::replace(&mut self.0[index].1, value)),
            Err(index) => {
                self.0.insert(index, (Rc::clone(name), value));
                None
            }
        }
    }

    pub(crate) fn remove(&mut self, name: &str) -> Option<T> {
        let index = self.find(name).ok()?;
        Some(self.0.remove(index).1)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &(Rc<str>, T)> {
        self.0.iter()
    }

    /// The index of the name, or else the index at which to insert it.
    fn find(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(other, _)| (**other).cmp(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_has_one_value() {
        let mut values = ByName::default();
        let (a, b) = (Rc::from("a"), Rc::from("b"));
        assert_eq!(values.insert(&b, 1), None);
        assert_eq!(values.insert(&a, 2), None);
        assert_eq!(values.insert(&b, 3), Some(1));
        assert_eq!(values.get("b"), Some(&3));
        assert_eq!(values.get("c"), None);
        assert!(values.iter().eq(&[(a, 2), (Rc::clone(&b), 3)]));
        assert_eq!(values.remove("a"), Some(2));
        assert_eq!(values.remove("a"), None);
        assert!(values.iter().eq(&[(b, 3)]));
    }
}
