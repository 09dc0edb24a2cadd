//! The times at which the machine had a network, by the reports about it.

use std::vec::Vec;

use crate::Span;

/// The reports about the network so far.
pub(super) struct Network {
    gone_since: Option<Span>,
    /// The past times without a network: the start and the end of each.
    gaps: Vec<(Span, Span)>,
    /// Whether the report that the network is gone was wrong.
    was_report_wrong: bool,
}

impl Network {
    pub(super) fn new(is_gone: bool) -> Self {
        Self {
            gone_since: is_gone.then_some(Span::ZERO),
            gaps: Vec::new(),
            was_report_wrong: false,
        }
    }

    pub(super) fn is_gone(&self) -> bool {
        self.gone_since.is_some()
    }

    /// The network is reported gone. Returns whether that changes anything. After a wrong report, it does not until the
    /// network is reported back.
    pub(super) fn report_gone(&mut self, now: Span) -> bool {
        let is_news = !self.is_gone() && !self.was_report_wrong;
        if is_news {
            self.gone_since = Some(now);
        }
        is_news
    }

    /// The network is reported back.
    pub(super) fn report_back(&mut self, now: Span) {
        self.was_report_wrong = false;
        self.gaps
            .extend(self.gone_since.take().map(|since| (since, now)));
    }

    /// A connection was made: if the network was reported gone, the report was wrong.
    pub(super) fn note_connection(&mut self) {
        if self.gone_since.take().is_some() {
            self.was_report_wrong = true;
        }
    }

    /// The time between two moments during which there was a network.
    pub(super) fn time_with_network(&self, from: Span, to: Span) -> Span {
        let now = self.gone_since.map(|since| (since, to));
        let gaps = self.gaps.iter().copied().chain(now);
        let without = gaps
            .map(|(since, until)| until.min(to) - since.max(from))
            .fold(Span::ZERO, |sum, gap| sum + gap);
        to - from - without
    }
}
