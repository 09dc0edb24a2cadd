//! The session beside the bookkeeping of its own tests.

pub fn check(input: &[u8]) {
    crate::session_model::check(input, |settings| settings);
}
