//! What is checked, of any input. Each panics where something is wrong.

pub mod parser;
pub mod payloads;
pub mod policy;
pub mod records;
pub mod variants;
