//! What the events hold.

use serde::Deserialize;

/// Something of a value that only who decoded it can know, so that no decoding can be skipped.
pub(crate) trait Weigh {
    fn weight(&self) -> f64;
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

impl Weigh for Price {
    fn weight(&self) -> f64 {
        self.price
    }
}

#[derive(Deserialize)]
pub(crate) struct Large {
    text: String,
}

impl Weigh for Large {
    fn weight(&self) -> f64 {
        self.text.len() as f64
    }
}

#[derive(Deserialize)]
pub(crate) struct Lines {
    lines: Vec<String>,
}

impl Weigh for Lines {
    fn weight(&self) -> f64 {
        self.lines.len() as f64
    }
}

#[derive(Deserialize)]
pub(crate) struct Tick {
    /// Microseconds since 1970.
    pub(crate) sent: f64,
}
