//! The functions of a builder, as JavaScript calls them.

use std::time::SystemTime;

use js_sys::Function;
use typed_eventsource_core::Decision;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};

use super::{
    javascript::{Fields, field, milliseconds, number, text},
    told,
};
use crate::{FailureContext, policy::Rule, source::connection::Expiry};
#[cfg(feature = "fetch")]
use {
    crate::{
        Attempt, AttemptRequest, Fetch, Refresh,
        host::{Host, browser::DomListener},
        place::Place,
        transport::fetch::RequestFunction,
    },
    js_sys::{Array, Promise},
    std::{cell::Cell, error::Error as StdError, future::poll_fn, pin::pin, rc::Rc, task::Poll},
    wasm_bindgen_futures::future_to_promise,
    web_sys::{AbortSignal, Request, RequestInit},
};

/// A function for JavaScript. There is one type of them, so that its code is compiled once.
pub(super) struct JsFunction(Closure<dyn Fn(JsValue, JsValue) -> JsValue>);

impl JsFunction {
    fn new(function: impl Fn(JsValue, JsValue) -> JsValue + 'static) -> Self {
        Self(Closure::new(function))
    }

    pub(super) fn value(&self) -> &Function {
        self.0.as_ref().unchecked_ref()
    }
}

/// What is thrown for the error of a user's function.
#[cfg(feature = "fetch")]
fn thrown(error: &dyn StdError) -> JsValue {
    js_sys::Error::new(&error.to_string()).into()
}

pub(super) fn rule(rule: &Rule) -> JsFunction {
    let rule = rule.clone();
    JsFunction::new(move |context, _| {
        let count = |name| number(&context, name).unwrap_or_default() as u32;
        let error = told::error(&field(&context, "error"));
        let decision = rule.current()(&FailureContext {
            error: &error,
            failures: count("failures"),
            decode_errors: count("decodeErrors"),
            down_for: milliseconds(&context, "downFor").unwrap_or_default(),
            proposed: proposed(&field(&context, "proposed")),
        });
        let (kind, after) = match decision {
            Decision::KeepWaiting => ("keep-waiting", None),
            Decision::Close => ("close", None),
            Decision::Reopen { after } => ("reopen", Some(after.as_secs_f64() * 1000.0)),
            _ => ("as-proposed", None),
        };
        Fields::default()
            .with("type", kind)
            .with_some("after", after)
            .into()
    })
}

fn proposed(decision: &JsValue) -> Decision {
    match &*text(decision, "type").unwrap_or_default() {
        "reopen" => Decision::Reopen {
            after: milliseconds(decision, "after").unwrap_or_default(),
        },
        "close" => Decision::Close,
        _ => Decision::KeepWaiting,
    }
}

pub(super) fn renew_before(expiry: &Expiry) -> JsFunction {
    let expiry = expiry.clone();
    JsFunction::new(move |_, _| {
        let since_1970 =
            expiry.current()().and_then(|at| at.duration_since(SystemTime::UNIX_EPOCH).ok());
        // A number that is none is no time.
        since_1970
            .map_or(f64::NAN, |time| time.as_secs_f64() * 1000.0)
            .into()
    })
}

#[cfg(feature = "fetch")]
pub(super) fn on_unauthorized(refresh: &Refresh) -> JsFunction {
    let refresh = refresh.clone();
    JsFunction::new(move |_, _| {
        let refresh = refresh.clone();
        let start = &mut |resolve: Function, reject: Function| {
            let waiter = move |result: Result<(), String>| {
                let _ = match result {
                    Ok(()) => resolve.call0(&JsValue::UNDEFINED),
                    Err(message) => {
                        reject.call1(&JsValue::UNDEFINED, &js_sys::Error::new(&message))
                    }
                };
            };
            refresh.run(&Host::Browser, Box::new(waiter));
        };
        Promise::new(start).into()
    })
}

#[cfg(feature = "fetch")]
pub(super) fn request(request: &RequestFunction) -> JsFunction {
    let request = request.clone();
    JsFunction::new(move |attempt, _| {
        let error = field(&attempt, "error");
        let asked = Attempt {
            number: number(&attempt, "number").unwrap_or_default() as u32,
            last_event_id: text(&attempt, "lastEventId").unwrap_or_default(),
            error: error.is_object().then(|| told::error(&error).into()),
        };
        let signal = field(&attempt, "signal").dyn_into::<AbortSignal>().ok();
        let answer = request.current()(asked);
        let answer = async move {
            match until_aborted(signal, answer).await {
                Some(Ok(answer)) => Ok(answer_for_javascript(&answer)),
                Some(Err(error)) => Err(thrown(&*error)),
                // Nobody waits for it.
                None => Err(JsValue::UNDEFINED),
            }
        };
        future_to_promise(answer).into()
    })
}

/// Waits for a future until the signal is aborted, and then drops it.
#[cfg(feature = "fetch")]
async fn until_aborted<T>(
    signal: Option<AbortSignal>,
    future: impl Future<Output = T>,
) -> Option<T> {
    let waker = Rc::new(Place::default());
    let is_aborted = Rc::new(Cell::new(false));
    let _listener = signal.map(|signal| {
        let (waker, is_aborted) = (Rc::clone(&waker), Rc::clone(&is_aborted));
        let abort = move |_| {
            is_aborted.set(true);
            if let Some(waker) = waker.take() {
                std::task::Waker::wake(waker);
            }
        };
        DomListener::new(&signal, "abort", Box::new(abort))
    });
    let mut future = pin!(future);
    poll_fn(|context| {
        if is_aborted.get() {
            return Poll::Ready(None);
        }
        waker.put(context.waker().clone());
        future.as_mut().poll(context).map(Some)
    })
    .await
}

#[cfg(feature = "fetch")]
fn answer_for_javascript(answer: &AttemptRequest) -> JsValue {
    let headers = Some(&answer.headers).filter(|headers| !headers.is_empty());
    Fields::default()
        .with_some("url", answer.url.as_deref())
        .with_some("method", answer.method.as_deref())
        .with_some("headers", headers.map(|headers| list_of(headers)))
        .with_some("body", answer.body.as_ref().map(|body| body.to_js()))
        .with_some("credentials", answer.credentials)
        .into()
}

/// Headers as JavaScript takes them: of those with the same name, the last.
#[cfg(feature = "fetch")]
pub(super) fn list_of(headers: &[(String, String)]) -> Array {
    let is_last = |&(index, (name, _)): &(usize, &(String, String))| {
        let mut later = headers.iter().skip(index + 1);
        !later.any(|(other, _)| other.eq_ignore_ascii_case(name))
    };
    let lasting = headers.iter().enumerate().filter(is_last);
    lasting
        .map(|(_, (name, value))| Array::of2(&name.into(), &value.into()))
        .collect()
}

/// What makes the headers of an attempt: those that are the same each time, and the fresh ones.
#[cfg(feature = "fetch")]
pub(super) fn headers(fetch: &Fetch) -> Option<JsFunction> {
    let fresh = fetch.fresh_headers.clone()?;
    let fixed = fetch.headers.clone();
    Some(JsFunction::new(move |_, _| {
        let (fresh, mut headers) = (fresh.current()(), fixed.clone());
        let made = async move {
            headers.extend(fresh.await.map_err(|error| thrown(&*error))?);
            Ok(list_of(&headers).into())
        };
        future_to_promise(made).into()
    }))
}

#[cfg(feature = "fetch")]
pub(super) fn accept(fetch: &Fetch) -> Option<JsFunction> {
    let accept = fetch.accept.clone()?;
    Some(JsFunction::new(move |response, _| {
        let response = told::response(&response);
        let is_accepted = response.is_some_and(|response| accept.current()(&response));
        is_accepted.into()
    }))
}

#[cfg(feature = "fetch")]
pub(super) fn fetch(fetch: &Fetch) -> Option<JsFunction> {
    let fetch = fetch.own_fetch.clone()?;
    Some(JsFunction::new(move |url, init| {
        let url = url.as_string().unwrap_or_default();
        let request = Request::new_with_str_and_init(&url, init.unchecked_ref::<RequestInit>());
        let fetch = fetch.current();
        let response = async move { Ok(fetch(request?).await?.into()) };
        future_to_promise(response).into()
    }))
}
