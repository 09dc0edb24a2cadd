//! For components, which make new closures at each render: the latest ones are called.

#[cfg(feature = "fetch")]
use std::rc::Rc;

use super::EventSourceBuilder;
#[cfg(feature = "fetch")]
use crate::Fetch;

impl EventSourceBuilder {
    /// Takes over the closures of a newer builder if both builders set up the same source otherwise. Returns whether they do. The
    /// closures are the [rule](crate::Policy::rule), the [fresh headers](crate::Fetch::fresh_headers),
    /// [`accept`](crate::Fetch::accept) and the like, and the functions of a refresh and of a renewal.
    ///
    /// It is for hooks of a framework. A component that sets up its source in its body makes new closures at each render,
    /// for which no other source is to be opened. A source that was opened from this builder or a clone of it calls the
    /// new closures from then on.
    ///
    /// ```
    /// use typed_eventsource::{Decision, EventSource, Policy};
    ///
    /// let render = |url| EventSource::builder(url).policy(Policy::resilient().rule(|_| Decision::AsProposed));
    /// let first = render("/prices");
    /// assert!(first != render("/prices"));
    /// assert!(first.adopt_closures(&render("/prices")));
    /// assert!(!first.adopt_closures(&render("/scores")));
    /// ```
    pub fn adopt_closures(&self, newer: &Self) -> bool {
        let mut newer_data = newer.clone();
        let rules = self.policy.rule.as_ref().zip(newer.policy.rule.as_ref());
        if let Some((rule, _)) = rules {
            newer_data.policy.rule = Some(rule.clone());
        }
        let renewals = self.renewal.as_ref().zip(newer.renewal.as_ref());
        if let Some((renewal, _)) = renewals {
            newer_data.renewal = Some(renewal.clone());
        }
        #[cfg(feature = "fetch")]
        let refreshes = self.refresh.as_ref().zip(newer.refresh.as_ref());
        #[cfg(feature = "fetch")]
        if let Some((refresh, _)) = refreshes {
            newer_data.refresh = Some(refresh.clone());
        }
        #[cfg(feature = "fetch")]
        let fetches = self.fetch.as_ref().zip(newer.fetch.as_ref());
        #[cfg(feature = "fetch")]
        if let Some((fetch, newer)) = fetches {
            newer_data.fetch = Some(Rc::new(Fetch::clone(newer).with_closures_of(fetch)));
        }
        #[cfg(feature = "fetch")]
        let urls = self.request_url.as_ref().zip(newer.request_url.as_ref());
        #[cfg(feature = "fetch")]
        if let Some((url, _)) = urls {
            newer_data.request_url = Some(url.clone());
        }
        if *self != newer_data {
            return false;
        }
        if let Some((rule, newer)) = rules {
            rule.replace_by(newer);
        }
        if let Some((renewal, newer)) = renewals {
            renewal.expiry.replace_by(&newer.expiry);
        }
        #[cfg(feature = "fetch")]
        if let Some((refresh, newer)) = refreshes {
            refresh.replace_by(newer);
        }
        #[cfg(feature = "fetch")]
        if let Some((fetch, newer)) = fetches {
            fetch.adopt_closures(newer);
        }
        #[cfg(feature = "fetch")]
        if let Some((url, newer)) = urls {
            url.function.replace_by(&newer.function);
        }
        true
    }
}
