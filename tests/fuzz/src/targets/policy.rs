//! The session, checked against the model that the core's tests have.

use crate::session_model::{self, space::Happening};

pub fn check(input: &[u8]) {
    session_model::check::<Happening>(input, |settings| settings);
}
