//! The type of the events' data.

use serde::Deserialize;

#[derive(Deserialize)]
pub(crate) struct Price {
    pub(crate) symbol: String,
    pub(crate) price: f64,
}

impl Price {
    pub(crate) fn show(&self) {
        crate::log(&self.symbol);
        if self.price > 100.0 {
            crate::log("high");
        }
    }
}
