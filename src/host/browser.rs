//! The host functions that every global scope of a browser has. No crate is used for them: gloo-events and
//! `js_sys::global` can do more, and add two kilobytes.

use std::{cell::Cell, rc::Rc, time::Duration};

use js_sys::{Date, Function};
use typed_eventsource_core::{OpenRate, Span, Timestamp};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Event, EventTarget};

use super::Change;
use crate::sys;

/// The time since the page began.
pub(crate) fn now() -> Span {
    Span::from_millis_f64(sys::performance_now())
}

/// A time since the page began, as one since 1970.
pub(super) fn since_1970(time: Span) -> Duration {
    let milliseconds = Date::now() - sys::performance_now() + time.as_millis_f64();
    Duration::from_millis(milliseconds.round() as u64)
}

thread_local! {
    /// The URLs that sources of this page or worker have opened of late.
    static OPEN_RATES: Cell<Vec<(Box<str>, OpenRate)>> = const { Cell::new(Vec::new()) };
    static HAS_WARNED: Cell<bool> = const { Cell::new(false) };
}

pub(super) fn open_wait(url: &str) -> Span {
    let now = Timestamp::from_origin(now());
    let mut rates = OPEN_RATES.take();
    let known = rates.iter_mut().find(|(known, _)| **known == *url);
    let opened = if let Some((_, rate)) = known {
        rate.open(now)
    } else {
        let mut rate = OpenRate::default();
        let opened = rate.open(now);
        let new = (url.into(), rate);
        // A rate that has recovered is as good as none.
        match rates.iter_mut().find(|(_, rate)| rate.recovers_at() <= now) {
            Some(recovered) => *recovered = new,
            None => rates.push(new),
        }
        opened
    };
    OPEN_RATES.set(rates);
    if opened.is_err() && !HAS_WARNED.replace(true) {
        sys::console_error(&format!(
            "typed-eventsource: {} sources of {url} have opened within seconds, and further ones now open one a second. \
             A component that opens a source at each render does this: open it once, and keep it.",
            OpenRate::BURST
        ));
    }
    opened.err().unwrap_or_default()
}

/// A function that is called once, with how late the call is. Dropping this cancels the call.
pub(crate) struct Timeout {
    id: JsValue,
    _callback: Closure<dyn FnMut()>,
}

impl Timeout {
    pub(crate) fn new(delay: Span, callback: Box<dyn FnOnce(Span)>) -> Self {
        // Browsers' timers take a signed 32-bit number of milliseconds. It is rounded up, since a timer that fires
        // early is useless.
        let milliseconds = delay.as_nanos().div_ceil(1_000_000);
        let milliseconds = milliseconds.min(i32::MAX as u64) as u32;
        // By the wall clock, because `performance.now` stops during sleep on some platforms.
        let due = Date::now() + f64::from(milliseconds);
        let mut callback = Some(callback);
        let callback = Closure::wrap(Box::new(move || {
            if let Some(callback) = callback.take() {
                callback(Span::from_millis_f64(Date::now() - due));
            }
        }) as Box<dyn FnMut()>);
        Self {
            id: sys::set_timeout(&callback, milliseconds),
            _callback: callback,
        }
    }
}

impl Drop for Timeout {
    fn drop(&mut self) {
        sys::clear_timeout(&self.id);
    }
}

/// How long a frame is waited for: a window that others cover has none.
const LONGEST_FRAME: Span = Span::from_millis(500);

/// A function that is called at the next frame of the page, or after half a second. Dropping this cancels the call, which the function
/// has to do when it is called.
pub(crate) struct AnimationFrame {
    id: JsValue,
    _callback: Closure<dyn FnMut()>,
    _timeout: Timeout,
}

impl AnimationFrame {
    /// `None` if there are no frames: the page is hidden, or this is a worker that has none.
    pub(crate) fn new(callback: &Rc<dyn Fn()>) -> Option<Self> {
        if is_hidden() {
            return None;
        }
        let [at_frame, late] = [callback, callback].map(Rc::clone);
        let closure = Closure::wrap(Box::new(move || at_frame()) as Box<dyn FnMut()>);
        Some(Self {
            id: sys::request_animation_frame(&closure).ok()?,
            _callback: closure,
            _timeout: Timeout::new(LONGEST_FRAME, Box::new(move |_| late())),
        })
    }
}

impl Drop for AnimationFrame {
    fn drop(&mut self) {
        // What has requested a frame can cancel it.
        let _ = sys::cancel_animation_frame(&self.id);
    }
}

pub(crate) fn is_online() -> bool {
    let is_online = sys::Navigator::is_online();
    is_online.ok().flatten().unwrap_or(true)
}

pub(super) fn is_hidden() -> bool {
    let is_hidden = sys::Document::is_hidden();
    is_hidden.ok().flatten().unwrap_or_default()
}

/// The events of the window or worker that tell of a change, or of two. The last is for those who see the page.
const CHANGES: [(&str, Change); 5] = [
    ("online", Change::Online),
    ("offline", Change::Offline),
    ("resume", Change::Woken),
    ("pageshow", Change::Woken),
    ("visibilitychange", Change::Visible),
];

pub(super) fn change_listeners(sees_page: bool, callback: Rc<dyn Fn(Change)>) -> Vec<DomListener> {
    let scope = sys::Global::scope();
    let changes = &CHANGES[..CHANGES.len() - usize::from(!sees_page)];
    let listen = |&(name, change): &(&str, Change)| {
        let callback = Rc::clone(&callback);
        let tell = move |event: Event| match change {
            Change::Woken if is_first_show(&event) => {}
            Change::Visible if is_hidden() => callback(Change::Hidden),
            _ => callback(change),
        };
        DomListener::new(&scope, name, Box::new(tell))
    };
    changes.iter().map(listen).collect()
}

/// Whether the page is shown because it was loaded, and does not come from the back/forward cache.
fn is_first_show(event: &Event) -> bool {
    event.unchecked_ref::<sys::PageTransition>().persisted() == Some(false)
}

/// A function that the DOM calls at each event of a name. Dropping this removes the listener.
pub(crate) struct DomListener {
    target: EventTarget,
    name: String,
    callback: Closure<dyn FnMut(Event)>,
}

impl DomListener {
    pub(crate) fn new(target: &EventTarget, name: &str, callback: Box<dyn FnMut(Event)>) -> Self {
        let listener = Self {
            target: target.clone(),
            name: name.to_owned(),
            callback: Closure::wrap(callback),
        };
        // Some events of the document do not bubble to the window. Neither this function nor its counterpart throws, unless a page
        // has replaced it.
        let _ = target.add_event_listener_with_callback_and_bool(name, listener.function(), true);
        listener
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    fn function(&self) -> &Function {
        self.callback.as_ref().unchecked_ref()
    }
}

impl Drop for DomListener {
    fn drop(&mut self) {
        let function = self.function();
        let _ = self
            .target
            .remove_event_listener_with_callback_and_bool(&self.name, function, true);
    }
}
