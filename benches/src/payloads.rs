//! The types of the events' data.

use serde::Deserialize;

/// A number that only a client that has decoded the value can know, so that no client can skip decoding.
pub(crate) trait Checksum {
    fn checksum(&self) -> f64;
}

#[derive(Deserialize)]
pub(crate) struct Price {
    #[serde(rename = "symbol")]
    _symbol: String,
    price: f64,
    #[serde(rename = "change")]
    _change: f64,
    #[serde(rename = "volume")]
    _volume: u64,
    #[serde(rename = "time")]
    _time: u64,
    #[serde(rename = "note")]
    _note: String,
}

impl Checksum for Price {
    fn checksum(&self) -> f64 {
        self.price
    }
}

#[derive(Deserialize)]
pub(crate) struct Large {
    text: String,
}

impl Checksum for Large {
    fn checksum(&self) -> f64 {
        self.text.len() as f64
    }
}

#[derive(Deserialize)]
pub(crate) struct Lines {
    lines: Vec<String>,
}

impl Checksum for Lines {
    fn checksum(&self) -> f64 {
        self.lines.len() as f64
    }
}

#[derive(Deserialize)]
pub(crate) struct Tick {
    /// Microseconds since 1970.
    pub(crate) sent: f64,
}
