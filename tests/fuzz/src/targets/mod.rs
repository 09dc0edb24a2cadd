//! The fuzz targets. Each checks any input, and panics if something is wrong.

pub mod parser;
pub mod payloads;
pub mod policy;
pub mod records;
pub mod variants;
