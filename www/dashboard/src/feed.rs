//! The events that the server sends.

use serde::Deserialize;
use typed_eventsource::State;

use crate::Dashboard;

/// The events of `/demo/prices`. Each variant names an event, whose data has the variant's fields.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Feed {
    /// A symbol has a new price.
    Price {
        /// The symbol.
        symbol: String,
        /// The price.
        price: f64,
        /// The change since the market opened.
        change: f64,
    },
    /// A symbol is not traded.
    Halt {
        /// The symbol.
        symbol: String,
        /// Why it is not traded.
        reason: String,
    },
    /// A symbol is traded again.
    Resume {
        /// The symbol.
        symbol: String,
    },
    /// A notice, which is an event without a name.
    Message {
        /// The text.
        text: String,
    },
    /// The last event.
    Bye {
        /// The text.
        text: String,
    },
}

impl Dashboard {
    /// Folds an event into the dashboard.
    pub fn add(&mut self, event: Feed) {
        self.events += 1;
        match event {
            Feed::Price {
                symbol,
                price,
                change,
            } => self.update_quote(symbol, price, change),
            Feed::Halt { symbol, reason } => {
                if let Some(quote) = self.quotes.get_mut(&symbol) {
                    quote.halted = Some(reason.clone());
                }
                self.add_news("market", format!("{symbol} halted: {reason}"));
            }
            Feed::Resume { symbol } => {
                if let Some(quote) = self.quotes.get_mut(&symbol) {
                    quote.halted = None;
                }
                self.add_news("market", format!("{symbol} trades again"));
            }
            Feed::Message { text } | Feed::Bye { text } => self.add_news("notice", text),
        }
    }
}

/// The name of a state in the stylesheet.
pub fn state_name(state: &State) -> &'static str {
    match state {
        State::Connecting => "connecting",
        State::Open { .. } => "open",
        State::Waiting { .. } => "waiting",
        State::Offline { .. } => "offline",
        State::Paused => "paused",
        State::Closed(_) => "closed",
        _ => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dashboard(events: &[&str]) -> Dashboard {
        let mut dashboard = Dashboard::default();
        for event in events {
            dashboard.add(serde_json::from_str(event).expect("an event"));
        }
        dashboard
    }

    #[test]
    fn prices_replace_one_another_and_symbols_are_in_their_order() {
        let dashboard = dashboard(&[
            r#"{"price":{"symbol":"B","price":2.0,"change":0.0,"time":1}}"#,
            r#"{"price":{"symbol":"A","price":1.0,"change":0.5,"time":2}}"#,
            r#"{"price":{"symbol":"B","price":1.5,"change":-0.5,"time":3}}"#,
        ]);
        let shown: Vec<_> = dashboard
            .quotes()
            .map(|(symbol, quote)| format!("{symbol} {} {}", quote.price(), quote.change()))
            .collect();
        assert_eq!(shown, ["A 1.00 +0.50", "B 1.50 -0.50"]);
        assert_eq!(dashboard.events(), 3);
    }

    #[test]
    fn a_halt_lasts_until_a_price_or_a_resume_and_the_news_has_halts_and_resumes() {
        let price = r#"{"price":{"symbol":"A","price":1.0,"change":0.5}}"#;
        let halt = r#"{"halt":{"symbol":"A","reason":"news"}}"#;
        let resume = r#"{"resume":{"symbol":"A"}}"#;
        let halted = |events: &[&str]| {
            let dashboard = dashboard(events);
            let (_, quote) = dashboard.quotes().next().expect("a quote");
            quote.halted().map(str::to_owned)
        };
        assert_eq!(halted(&[price, halt]).as_deref(), Some("news"));
        assert_eq!(halted(&[price, halt, resume]), None);
        assert_eq!(halted(&[price, halt, price]), None);
        let dashboard = dashboard(&[halt, resume, r#"{"message":{"text":"hello"}}"#]);
        let news: Vec<_> = dashboard.news().map(|news| news.text.as_str()).collect();
        assert_eq!(news, ["hello", "A trades again", "A halted: news"]);
    }

    #[test]
    fn only_the_last_fifty_entries_of_news_are_kept() {
        let notice = r#"{"bye":{"text":"that was all"}}"#;
        assert_eq!(dashboard(&[notice; 200]).news().count(), 50);
    }
}
