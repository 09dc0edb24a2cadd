//! A made-up market: six symbols on a random walk.

use fastrand::Rng;
use serde::Serialize;

const SYMBOLS: [(&str, f64); 6] = [
    ("ACME", 101.65),
    ("GLOBEX", 48.20),
    ("HOOLI", 212.40),
    ("INITECH", 17.85),
    ("UMBRELLA", 73.10),
    ("WAYNE", 154.75),
];

const REASONS: [&str; 4] = [
    "news pending",
    "order imbalance",
    "price moved too far",
    "volatility pause",
];

/// The most that one tick moves a price, as a share of the price.
const STEP: f64 = 0.004;
/// How far each tick pulls a price back to its opening, as a share of the distance.
const PULL: f64 = 0.02;
/// While no symbol is halted, one in this many ticks halts one.
const HALT_ONE_IN: u32 = 120;

/// An event on the market, as the stream sends it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub(crate) enum News {
    Price {
        symbol: &'static str,
        price: f64,
        /// The change since the market's opening.
        change: f64,
        /// The time in milliseconds since 1970.
        time: u64,
    },
    Halt {
        symbol: &'static str,
        reason: &'static str,
    },
    Resume {
        symbol: &'static str,
    },
}

impl News {
    /// The name of the event.
    pub(crate) fn event(&self) -> &'static str {
        match self {
            Self::Price { .. } => "price",
            Self::Halt { .. } => "halt",
            Self::Resume { .. } => "resume",
        }
    }
}

/// The prices, and which symbol is halted.
#[derive(Debug)]
pub(crate) struct Market {
    random: Rng,
    prices: [f64; SYMBOLS.len()],
    halted: Option<Halted>,
}

#[derive(Debug)]
struct Halted {
    index: usize,
    ticks_left: u32,
}

impl Market {
    pub(crate) fn new(random: Rng) -> Self {
        Self {
            random,
            prices: SYMBOLS.map(|(_, opening)| opening),
            halted: None,
        }
    }

    /// The price of each symbol.
    pub(crate) fn prices(&self, time: u64) -> impl Iterator<Item = News> {
        (0..SYMBOLS.len()).map(move |index| self.price(index, time))
    }

    /// The next piece of news.
    pub(crate) fn tick(&mut self, time: u64) -> News {
        let index = self.random.usize(..SYMBOLS.len());
        let (symbol, _) = SYMBOLS[index];
        match &mut self.halted {
            Some(halted) if halted.ticks_left == 0 => {
                let (symbol, _) = SYMBOLS[halted.index];
                self.halted = None;
                return News::Resume { symbol };
            }
            Some(halted) => halted.ticks_left -= 1,
            None if self.random.u32(..HALT_ONE_IN) == 0 => {
                let ticks_left = self.random.u32(24..64);
                self.halted = Some(Halted { index, ticks_left });
                let reason = REASONS[self.random.usize(..REASONS.len())];
                return News::Halt { symbol, reason };
            }
            None => {}
        }
        let index = match &self.halted {
            Some(halted) if halted.index == index => (index + 1) % SYMBOLS.len(),
            _ => index,
        };
        self.walk(index);
        self.price(index, time)
    }

    fn walk(&mut self, index: usize) {
        let (_, opening) = SYMBOLS[index];
        let price = &mut self.prices[index];
        let step = STEP * *price * (2.0 * self.random.f64() - 1.0);
        *price += step + PULL * (opening - *price);
    }

    fn price(&self, index: usize, time: u64) -> News {
        let (symbol, opening) = SYMBOLS[index];
        let price = self.prices[index];
        News::Price {
            symbol,
            price: cents(price),
            change: cents(price - opening),
            time,
        }
    }
}

fn cents(amount: f64) -> f64 {
    // Adding zero makes minus zero plain zero.
    (amount * 100.0).round() / 100.0 + 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_halted_symbol_has_no_price_until_it_resumes() {
        let mut market = Market::new(Rng::with_seed(7));
        let mut halted = None;
        let mut halts = 0;
        for time in 0..20_000 {
            match market.tick(time) {
                News::Price { symbol, price, .. } => {
                    assert_ne!(Some(symbol), halted);
                    assert!(price > 1.0 && price < 1000.0, "{symbol} at {price}");
                }
                News::Halt { symbol, .. } => {
                    assert_eq!(halted.replace(symbol), None);
                    halts += 1;
                }
                News::Resume { symbol } => assert_eq!(halted.take(), Some(symbol)),
            }
        }
        assert!(halts > 20, "{halts} halts");
    }
}
