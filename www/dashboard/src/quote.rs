//! The quote of a symbol.

use std::{collections::VecDeque, fmt::Write};

/// The most prices that the trend shows.
const MOST_IN_TREND: usize = 40;

/// What the dashboard knows of a symbol.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Quote {
    price: f64,
    change: f64,
    /// The reason why the symbol is not traded, while it is not.
    pub(crate) halted: Option<String>,
    recent: VecDeque<f64>,
}

impl Quote {
    pub(crate) fn update(&mut self, price: f64, change: f64) {
        if self.recent.len() == MOST_IN_TREND {
            self.recent.pop_front();
        }
        self.recent.push_back(price);
        self.price = price;
        self.change = change;
        self.halted = None;
    }

    /// The price with two decimals.
    pub fn price(&self) -> String {
        format!("{:.2}", self.price)
    }

    /// The change since the market opened, with its sign.
    pub fn change(&self) -> String {
        format!("{:+.2}", self.change)
    }

    /// `up` or `down`.
    pub fn direction(&self) -> &'static str {
        if self.change < 0.0 { "down" } else { "up" }
    }

    /// The reason why the symbol is not traded, if it is not.
    pub fn halted(&self) -> Option<&str> {
        self.halted.as_deref()
    }

    /// The points of a line through the recent prices, in a box of 100 by 24.
    pub fn trend(&self) -> String {
        let low = self.recent.iter().copied().fold(f64::INFINITY, f64::min);
        let high = self.recent.iter().copied().fold(0.0, f64::max);
        let step = 100.0 / self.recent.len().saturating_sub(1).max(1) as f64;
        let mut points = String::new();
        for (index, price) in self.recent.iter().enumerate() {
            let height = if high > low {
                (price - low) / (high - low)
            } else {
                0.5
            };
            // Writing to a string cannot fail.
            let _ = write!(
                points,
                "{:.1},{:.1} ",
                index as f64 * step,
                22.0 - 20.0 * height
            );
        }
        points
    }
}

#[cfg(test)]
mod tests {
    use super::Quote;

    #[test]
    fn the_trend_fills_its_box_and_a_flat_one_is_in_the_middle() {
        let mut quote = Quote::default();
        quote.update(5.0, 0.0);
        assert_eq!(quote.trend(), "0.0,12.0 ");
        quote.update(7.0, 2.0);
        quote.update(6.0, 1.0);
        assert_eq!(quote.trend(), "0.0,22.0 50.0,2.0 100.0,12.0 ");
        for _ in 0..100 {
            quote.update(1.0, -4.0);
        }
        assert_eq!(quote.trend().split_whitespace().count(), 40);
        assert_eq!(
            (quote.change(), quote.direction()),
            ("-4.00".into(), "down")
        );
    }
}
