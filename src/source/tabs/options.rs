//! The options of a builder, as the npm package takes them.

use std::{
    cell::RefCell,
    rc::{Rc, Weak},
};

use js_sys::Array;
use typed_eventsource_core::{
    Backoff, LimitAction, OptionInfo, OptionValue, Policy as PolicyOptions, Span,
};
use wasm_bindgen::JsValue;

use super::{
    Tabs,
    functions::{self, JsFunction},
    javascript::Fields,
};
use crate::source::EventSourceBuilder;
#[cfg(feature = "fetch")]
use {crate::Fetch, typed_eventsource_core::EndOfBody};

/// The options of equal builders, with their functions.
pub(super) struct Options {
    javascript: JsValue,
    _functions: Vec<JsFunction>,
}

thread_local! {
    /// The options that are in use. Where tabs cannot share, the sources of one tab do, by the identity of their functions.
    static OPTIONS: RefCell<Vec<(EventSourceBuilder, Weak<Options>)>> = const { RefCell::new(Vec::new()) };
}

impl Options {
    /// The same for builders that are equal.
    pub(super) fn of(builder: &EventSourceBuilder) -> Rc<Self> {
        let known = OPTIONS.with_borrow(|known| {
            let mut equal = known.iter().filter(|(other, _)| other == builder);
            equal.find_map(|(_, options)| options.upgrade())
        });
        known.unwrap_or_else(|| {
            let options = Rc::new(Self::new(builder));
            let entry = (builder.clone(), Rc::downgrade(&options));
            OPTIONS.with_borrow_mut(|known| known.push(entry));
            options
        })
    }

    fn new(builder: &EventSourceBuilder) -> Self {
        let mut functions = Vec::new();
        let mut keep = |function: JsFunction| {
            let value = JsValue::from(function.value());
            functions.push(function);
            value
        };
        let rule = builder.policy.rule.as_ref().map(functions::rule);
        let policy = policy(&builder.policy.options).with_some("rule", rule.map(&mut keep));
        let terminals = &builder.terminals;
        let terminal_events: Array = terminals.events.iter().map(JsValue::from).collect();
        let renewal = builder.renewal.as_ref();
        let renewal = renewal.map(|renewal| functions::renew_before(&renewal.expiry));
        let options = Fields::default()
            .with("withCredentials", builder.with_credentials)
            .with("policy", policy)
            .with("tabs", tabs(&builder.tabs))
            .with("deduplicate", count(builder.deduplicate))
            .with_some("resumeParameter", builder.resume_parameter.as_deref())
            .with("terminalEvent", terminal_events)
            .with_some("terminalData", terminals.data.as_deref())
            .with_some("failureEvent", terminals.failure.as_deref())
            .with_some("renewBefore", renewal.map(&mut keep));
        #[cfg(feature = "fetch")]
        let options = {
            let refresh = builder.refresh.as_ref().map(functions::on_unauthorized);
            let request = builder.request();
            let request = request.as_ref().map(functions::request);
            let options = options
                .with_some("diagnose", builder.diagnose)
                .with_some("onUnauthorized", refresh.map(&mut keep))
                .with_some("request", request.map(&mut keep));
            match &builder.fetch {
                Some(fetch) => over_fetch(options, fetch, builder.end_of_body, keep),
                None => options,
            }
        };
        Self {
            javascript: options.into(),
            _functions: functions,
        }
    }

    pub(super) fn javascript(&self) -> &JsValue {
        &self.javascript
    }
}

impl Drop for Options {
    fn drop(&mut self) {
        // The thread may be at its end.
        let gone = OPTIONS.try_with(|known| {
            let mut known = known.borrow_mut();
            let is_gone = |(_, options): &(_, Weak<Self>)| options.strong_count() == 0;
            let index = known.iter().position(is_gone)?;
            Some(known.swap_remove(index))
        });
        // Values that users' code has captured may open sources: nothing is borrowed while they are dropped.
        drop(gone);
    }
}

/// Whether the request can be sent by another tab, or by a worker.
pub(super) fn can_be_shared(builder: &EventSourceBuilder) -> bool {
    #[cfg(feature = "fetch")]
    if let Some(fetch) = &builder.fetch {
        return fetch.body.as_ref().is_none_or(|body| body.is_text());
    }
    #[cfg(not(feature = "fetch"))]
    let _ = builder;
    true
}

/// The package takes counts of 32 bits.
fn count(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn tabs(tabs: &Tabs) -> Fields {
    let linger = tabs.linger.map(|linger| linger.as_secs_f64() * 1000.0);
    Fields::default()
        .with_some("linger", linger)
        .with_some("worker", tabs.worker.as_deref())
        .with_some("key", tabs.key.as_deref())
}

fn policy(policy: &PolicyOptions) -> Fields {
    let mut values = policy.clone().values().into_iter();
    let mut fields_of = |options: &[OptionInfo]| {
        let named = options.iter().zip(values.by_ref());
        named.fold(Fields::default(), |fields, (option, value)| {
            fields.with_some(option.js_name, value_of(value))
        })
    };
    let fields = fields_of(PolicyOptions::OPTIONS);
    fields.with("backoff", fields_of(Backoff::OPTIONS))
}

/// The value of an option; `None` if it is not set.
fn value_of(value: OptionValue) -> Option<JsValue> {
    let milliseconds = Span::as_millis_f64;
    Some(match value {
        OptionValue::Count(count) => count.into(),
        OptionValue::Time(time) => milliseconds(time).into(),
        OptionValue::Number(number) => number.into(),
        OptionValue::Flag(flag) => flag.into(),
        // Without a connection there is none to keep.
        OptionValue::Action(LimitAction::Reopen) => "reopen".into(),
        OptionValue::Action(_) => "close".into(),
        OptionValue::Limit(limit) => Fields::default()
            .with("after", milliseconds(limit.after))
            .with(
                "then",
                match limit.then {
                    LimitAction::Close => "close",
                    LimitAction::Reopen => "reopen",
                    LimitAction::KeepWaiting => "keep-waiting",
                },
            )
            .into(),
        OptionValue::Statuses(statuses) => {
            let statuses = statuses
                .into_iter()
                .filter(|status| (100..=599).contains(status));
            statuses.map(JsValue::from).collect::<Array>().into()
        }
        _ => return None,
    })
}

#[cfg(feature = "fetch")]
fn over_fetch(
    options: Fields,
    fetch: &Fetch,
    end_of_body: Option<EndOfBody>,
    mut keep: impl FnMut(JsFunction) -> JsValue,
) -> Fields {
    let headers = match functions::headers(fetch) {
        Some(headers) => keep(headers),
        None => functions::list_of(&fetch.headers).into(),
    };
    let end_of_body = end_of_body.map(|end| match end {
        EndOfBody::Finished => "finished",
        EndOfBody::Reconnect => "reconnect",
    });
    options
        .with("transport", "fetch")
        .with("method", &*fetch.method)
        .with("headers", headers)
        .with_some("body", fetch.body.as_ref().map(|body| body.to_js()))
        .with_some("credentials", fetch.credentials)
        .with("mode", fetch.mode)
        .with("cache", fetch.cache)
        .with("redirect", fetch.redirect)
        .with_some("referrerPolicy", fetch.referrer_policy)
        .with_some("lastEventId", fetch.last_event_id.as_deref())
        .with("maxEventSize", count(fetch.max_event_size))
        .with("maxErrorBodySize", count(fetch.max_error_body_size))
        .with_some("accept", functions::accept(fetch).map(&mut keep))
        .with_some("fetch", functions::fetch(fetch).map(&mut keep))
        .with_some("endOfBody", end_of_body)
}
