//! Checks the session against the model of the core's tests.

use crate::session_model::{self, space::Happening};

pub fn check(input: &[u8]) {
    session_model::check::<Happening>(input, |settings| settings);
}
