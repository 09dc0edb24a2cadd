//! What the example apps show, for any framework: prices, and the news of the market.

#[cfg(feature = "live")]
mod feed;
mod quote;

use std::collections::{BTreeMap, VecDeque};

#[cfg(feature = "live")]
pub use feed::{Feed, state_name};
pub use quote::Quote;

/// The most entries of news that are kept.
const MOST_NEWS: usize = 50;

/// The state of the dashboard, into which events are folded.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dashboard {
    quotes: BTreeMap<String, Quote>,
    news: VecDeque<News>,
    events: u32,
}

/// An entry of the news.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct News {
    /// The number of the entry's event, which no other entry has.
    pub number: u32,
    /// `notice` or `market`.
    pub kind: &'static str,
    /// The text.
    pub text: String,
}

impl Dashboard {
    /// A dashboard with fixed figures, for an app that listens to nothing.
    pub fn still() -> Self {
        let mut dashboard = Self::default();
        let figures = [
            ("ACME", 104.27, 4.27),
            ("GLOBEX", 311.80, -8.2),
            ("HOOLI", 78.05, 0.45),
        ];
        for (symbol, price, change) in figures {
            dashboard.update_quote(symbol.to_owned(), price, change);
        }
        dashboard.add_news("notice", "These prices do not move.".to_owned());
        dashboard
    }

    /// The symbols in their order, with their quotes.
    pub fn quotes(&self) -> impl Iterator<Item = (&str, &Quote)> {
        self.quotes
            .iter()
            .map(|(symbol, quote)| (symbol.as_str(), quote))
    }

    /// The news, the newest first.
    pub fn news(&self) -> impl Iterator<Item = &News> {
        self.news.iter()
    }

    /// How many events there were.
    pub fn events(&self) -> u32 {
        self.events
    }

    fn update_quote(&mut self, symbol: String, price: f64, change: f64) {
        self.quotes.entry(symbol).or_default().update(price, change);
    }

    fn add_news(&mut self, kind: &'static str, text: String) {
        self.news.truncate(MOST_NEWS - 1);
        self.news.push_front(News {
            number: self.events,
            kind,
            text,
        });
    }
}
